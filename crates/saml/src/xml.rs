//! Reading one element exactly: names with their namespace, attributes without one, and text that is
//! nothing but text. Every "first match" helper of the parser is avoided on purpose: what occurs
//! twice is refused, not chosen from.

use thiserror::Error;
use uppsala::{Document, NodeId, NodeKind};

use crate::excerpt::Excerpt;

/// XML namespaces and the identifiers built on them.
pub(crate) mod ns {
    pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
    pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
    pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
    pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
    pub(crate) const XMLENC: &str = "http://www.w3.org/2001/04/xmlenc#";
    pub(crate) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
    pub(crate) const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    pub(crate) const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
}

/// An element that is missing, repeated or filled with something it must not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ContentFault {
    /// A required element is absent.
    #[error("{parent} has no {element}; exactly one is required")]
    Missing {
        /// The element that should be there.
        element: &'static str,
        /// Where it should be.
        parent: Excerpt,
    },
    /// An element that may occur once occurs more often.
    #[error("{parent} has more than one {element}; which one counts would be a guess")]
    Repeated {
        /// The element that occurs more than once.
        element: &'static str,
        /// Where it occurs.
        parent: Excerpt,
    },
    /// A required attribute is absent or empty.
    #[error("{element} has no {attribute} attribute")]
    MissingAttribute {
        /// The attribute that should be there.
        attribute: &'static str,
        /// The element that should carry it.
        element: Excerpt,
    },
    /// An element whose content must be plain text holds something else.
    #[error("{element} must hold plain text and nothing else")]
    NotText {
        /// The element.
        element: Excerpt,
    },
    /// An instant is not an `xs:dateTime` with a time zone (SAML core 1.3.3).
    #[error(
        "{attribute} of {element} is {found}; it must be a UTC time such as 2030-01-31T09:30:00Z"
    )]
    NotAnInstant {
        /// The attribute.
        attribute: &'static str,
        /// The element that carries it.
        element: Excerpt,
        /// What it says.
        found: Excerpt,
    },
}

/// One element of a parsed document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    doc: &'d Document<'d>,
    id: NodeId,
}

impl<'d> Node<'d> {
    /// The document element, if the document has one.
    pub(crate) fn root(doc: &'d Document<'d>) -> Option<Self> {
        doc.document_element().map(|id| Self { doc, id })
    }

    /// The element's position in its document; comparable within one document only.
    pub(crate) fn id(self) -> NodeId {
        self.id
    }

    pub(crate) fn document(self) -> &'d Document<'d> {
        self.doc
    }

    pub(crate) fn is(self, namespace: &str, local: &str) -> bool {
        self.doc
            .element(self.id)
            .is_some_and(|element| element.name.matches(Some(namespace), local))
    }

    /// The name without its prefix.
    pub(crate) fn local_name(self) -> &'d str {
        self.doc
            .element(self.id)
            .map_or("", |element| element.name.local_name.as_ref())
    }

    /// The name as written, for messages.
    pub(crate) fn shown(self) -> Excerpt {
        let name = self
            .doc
            .element(self.id)
            .map(|element| element.name.prefixed_name());
        Excerpt::of(name.as_deref().unwrap_or("the document"))
    }

    /// All attributes as (namespace, local name, value); namespace declarations are none.
    pub(crate) fn attributes(self) -> impl Iterator<Item = (Option<&'d str>, &'d str, &'d str)> {
        let attributes = self
            .doc
            .element(self.id)
            .map_or(&[][..], |element| element.attributes.as_slice());
        attributes.iter().map(|a| {
            (
                a.name.namespace_uri.as_deref(),
                a.name.local_name.as_ref(),
                a.value.as_ref(),
            )
        })
    }

    /// The value of the attribute of that name and no namespace.
    pub(crate) fn attribute(self, name: &str) -> Option<&'d str> {
        self.attributes()
            .find(|(namespace, local, _)| namespace.is_none() && *local == name)
            .map(|found| found.2)
    }

    /// The value of the attribute of that name and namespace.
    pub(crate) fn attribute_in(self, namespace: &str, name: &str) -> Option<&'d str> {
        self.attributes()
            .find(|found| found.0 == Some(namespace) && found.1 == name)
            .map(|found| found.2)
    }

    /// The value of an attribute that must be present and not empty.
    pub(crate) fn required_attribute(
        self,
        attribute: &'static str,
    ) -> Result<&'d str, ContentFault> {
        self.attribute(attribute)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ContentFault::MissingAttribute {
                attribute,
                element: self.shown(),
            })
    }

    /// The parent element, if there is one.
    pub(crate) fn parent(self) -> Option<Self> {
        let id = self.doc.parent(self.id)?;
        self.doc.element(id).map(|_| Self { doc: self.doc, id })
    }

    /// The child elements in document order.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> {
        let doc = self.doc;
        doc.children_iter(self.id)
            .filter(move |id| doc.element(*id).is_some())
            .map(move |id| Self { doc, id })
    }

    /// This element and all elements below it, in document order.
    pub(crate) fn subtree(self) -> impl Iterator<Item = Self> {
        let doc = self.doc;
        let below = doc
            .descendants(self.id)
            .into_iter()
            .filter(move |id| *id != self.id);
        std::iter::once(self.id)
            .chain(below)
            .filter(move |id| doc.element(*id).is_some())
            .map(move |id| Self { doc, id })
    }

    /// The child elements of one name.
    pub(crate) fn named(self, namespace: &str, local: &str) -> impl Iterator<Item = Self> {
        self.elements()
            .filter(move |child| child.is(namespace, local))
    }

    /// The child element of that name, which may be absent but not repeated.
    pub(crate) fn optional(
        self,
        namespace: &str,
        element: &'static str,
    ) -> Result<Option<Self>, ContentFault> {
        let mut found = self.named(namespace, element);
        let first = found.next();
        match found.next() {
            Some(_) => Err(ContentFault::Repeated {
                element,
                parent: self.shown(),
            }),
            None => Ok(first),
        }
    }

    /// The one child element of that name.
    pub(crate) fn required(
        self,
        namespace: &str,
        element: &'static str,
    ) -> Result<Self, ContentFault> {
        self.optional(namespace, element)?
            .ok_or_else(|| ContentFault::Missing {
                element,
                parent: self.shown(),
            })
    }

    /// The element's text, exactly as written; anything but text inside is a fault.
    pub(crate) fn text(self) -> Result<String, ContentFault> {
        let mut text = String::new();
        for child in self.doc.children_iter(self.id) {
            match self.doc.node_kind(child) {
                Some(NodeKind::Text(part)) => text.push_str(part),
                _ => {
                    return Err(ContentFault::NotText {
                        element: self.shown(),
                    });
                }
            }
        }
        Ok(text)
    }
}
