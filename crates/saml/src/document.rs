//! From bytes to a bounded tree. A scan before the parser refuses what no SAML message needs
//! (document types, comments, processing instructions, CDATA) and everything too large, so that the
//! parser never meets an entity and no text is ever split in two.

use thiserror::Error;
use uppsala::{Document, Parser};

use crate::excerpt::Excerpt;

/// Why bytes are not an XML document that this crate reads.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DocumentFault {
    /// More bytes than allowed.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not UTF-8, or declared as something else.
    #[error("the document is not UTF-8, the only encoding accepted")]
    NotUtf8,
    /// A document type declaration: the door to entities.
    #[error("the document has a DOCTYPE or another declaration; none is allowed")]
    DocumentType,
    /// A processing instruction.
    #[error("the document has a processing instruction; none is allowed")]
    ProcessingInstruction,
    /// A comment in a message.
    #[error(
        "the document has a comment; none is allowed, because a comment can split a value in two"
    )]
    Comment,
    /// A CDATA section.
    #[error(
        "the document has a CDATA section; none is allowed, because it can split a value in two"
    )]
    CData,
    /// Elements nested deeper than allowed.
    #[error("the document nests elements deeper than {limit} levels")]
    TooDeep {
        /// The limit in levels.
        limit: u32,
    },
    /// More elements, attributes or namespace declarations than allowed.
    #[error("the document has more than {limit} elements or attributes")]
    TooMany {
        /// The limit for each of them.
        limit: usize,
    },
    /// More attributes and namespace declarations on one element than allowed.
    #[error("an element has more than {limit} attributes and namespace declarations")]
    TooManyAttributes {
        /// The limit for one element.
        limit: usize,
    },
    /// Not well-formed XML 1.0 with namespaces.
    #[error("the document is not well-formed XML: {reason}")]
    NotXml {
        /// What the parser found.
        reason: Excerpt,
    },
}

/// On one element. Parser and canonicalisation compare attributes pairwise; honest documents have ten.
const ATTRIBUTES: usize = 64;

/// How large a document may be, and whether comments may stand between its elements.
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) depth: u32,
    /// Elements; attributes and namespace declarations together may be as many again.
    pub(crate) elements: usize,
    /// Comments and processing instructions are skipped; in messages they are refused.
    pub(crate) remarks: bool,
}

/// What a `Response`, or a decrypted assertion, may be. Okta's have 6 KiB and 40 elements; long group
/// lists are what the room is for.
pub(crate) const MESSAGE: Limits = Limits {
    bytes: 192 * 1024,
    depth: 32,
    elements: 4_000,
    remarks: false,
};

/// What an IdP's metadata file may be.
pub(crate) const METADATA: Limits = Limits {
    bytes: 1024 * 1024,
    depth: 32,
    elements: 10_000,
    remarks: true,
};

/// The document's text, if it is within the limits and holds nothing forbidden.
pub(crate) fn text<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, DocumentFault> {
    if bytes.len() > limits.bytes {
        return Err(DocumentFault::TooLarge {
            limit: limits.bytes,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| DocumentFault::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    scan(text, limits)?;
    Ok(text)
}

/// Parses text that [`text`] let pass.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Document<'a>, DocumentFault> {
    let parser = Parser::new()
        .with_max_depth(limits.depth)
        .with_max_entity_expansion(0)
        .with_forbid_dtd(true)
        .with_forbid_entities(true);
    let document = parser.parse(text).map_err(|error| DocumentFault::NotXml {
        reason: Excerpt::of(&error.to_string()),
    })?;
    if let Some(declaration) = &document.xml_declaration {
        let encoding = declaration.encoding.as_deref().unwrap_or("UTF-8");
        if !encoding.eq_ignore_ascii_case("UTF-8") {
            return Err(DocumentFault::NotUtf8);
        }
        if declaration.version != "1.0" {
            return Err(DocumentFault::NotXml {
                reason: Excerpt::of("only XML 1.0 is accepted"),
            });
        }
    }
    Ok(document)
}

/// Walks the markup once. In well-formed XML a `<` opens markup wherever it stands outside comments
/// and CDATA, so nothing can hide from this; text that isn't well-formed is left to the parser.
fn scan(text: &str, limits: &Limits) -> Result<(), DocumentFault> {
    let mut rest = after_declaration(text);
    let (mut depth, mut elements, mut attributes) = (0u32, 0usize, 0usize);
    while let Some(at) = rest.find('<') {
        let markup = rest.get(at + 1..).unwrap_or_default();
        let end = if let Some(comment) = markup.strip_prefix("!--") {
            if !limits.remarks {
                return Err(DocumentFault::Comment);
            }
            comment
                .find("-->")
                .map(|end| end + "!--".len() + "-->".len())
        } else if markup.starts_with("![CDATA[") {
            return Err(DocumentFault::CData);
        } else if markup.starts_with('!') {
            return Err(DocumentFault::DocumentType);
        } else if markup.starts_with('?') {
            if !limits.remarks {
                return Err(DocumentFault::ProcessingInstruction);
            }
            markup.find("?>").map(|end| end + "?>".len())
        } else {
            let tag = tag(markup);
            elements += usize::from(tag.kind != TagKind::Close);
            attributes += tag.attributes;
            if tag.attributes > ATTRIBUTES {
                return Err(DocumentFault::TooManyAttributes { limit: ATTRIBUTES });
            }
            match tag.kind {
                TagKind::Open => depth += 1,
                TagKind::Close => depth = depth.saturating_sub(1),
                TagKind::Empty => {}
            }
            if depth > limits.depth {
                return Err(DocumentFault::TooDeep {
                    limit: limits.depth,
                });
            }
            if elements > limits.elements || attributes > limits.elements {
                return Err(DocumentFault::TooMany {
                    limit: limits.elements,
                });
            }
            tag.end
        };
        rest = end.and_then(|end| markup.get(end..)).unwrap_or_default();
    }
    Ok(())
}

fn after_declaration(text: &str) -> &str {
    let declared = text
        .strip_prefix("<?xml")
        .filter(|rest| rest.starts_with([' ', '\t', '\r', '\n']));
    declared
        .and_then(|rest| rest.split_once("?>"))
        .map_or(text, |(_, rest)| rest)
}

#[derive(PartialEq, Eq)]
enum TagKind {
    Open,
    Close,
    Empty,
}

struct Tag {
    kind: TagKind,
    attributes: usize,
    /// The offset behind `>`, unless the text ends first.
    end: Option<usize>,
}

/// Reads one tag from behind its `<` to its `>`; a `>` inside quotes doesn't end it.
fn tag(markup: &str) -> Tag {
    let mut quote = None;
    let mut attributes = 0;
    let mut previous = b'<';
    for (at, byte) in markup.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                attributes += 1;
            }
            (None, b'>') => {
                let kind = match (markup.starts_with('/'), previous) {
                    (true, _) => TagKind::Close,
                    (false, b'/') => TagKind::Empty,
                    (false, _) => TagKind::Open,
                };
                return Tag {
                    kind,
                    attributes,
                    end: Some(at + 1),
                };
            }
            (None, _) => {}
        }
        previous = byte;
    }
    Tag {
        kind: TagKind::Open,
        attributes,
        end: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(document: &str, limits: &Limits) -> Option<DocumentFault> {
        text(document.as_bytes(), limits)
            .and_then(|text| parse(text, limits))
            .err()
    }

    #[test]
    fn markup_inside_quotes_and_text_is_not_markup() {
        assert_eq!(fault("<a b='x>/>y' c=\"'\">?&gt;<c/></a>", &MESSAGE), None);
    }

    #[test]
    fn metadata_may_have_remarks_and_messages_may_not() {
        let remarks = "<?xml version='1.0'?><!-- <!DOCTYPE a> --><?page <b> ?><a/>";
        assert_eq!(fault(remarks, &METADATA), None);
        assert_eq!(fault(remarks, &MESSAGE), Some(DocumentFault::Comment));
        assert_eq!(
            fault("<?page <b> ?><a/>", &MESSAGE),
            Some(DocumentFault::ProcessingInstruction)
        );
    }

    #[test]
    fn depth_and_number_are_counted_before_the_parser_runs() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert_eq!(fault(&nested(32), &MESSAGE), None);
        assert_eq!(
            fault(&nested(33), &MESSAGE),
            Some(DocumentFault::TooDeep { limit: 32 })
        );
        let wide = |elements: usize| format!("<a>{}</a>", "<b/>".repeat(elements));
        assert_eq!(fault(&wide(3_999), &MESSAGE), None);
        assert_eq!(
            fault(&wide(4_000), &MESSAGE),
            Some(DocumentFault::TooMany { limit: 4_000 })
        );
        let attributes =
            |number: usize| -> String { (0..number).map(|n| format!(" a{n}=''")).collect() };
        assert_eq!(fault(&format!("<a{}/>", attributes(64)), &MESSAGE), None);
        assert_eq!(
            fault(&format!("<a{}/>", attributes(65)), &MESSAGE),
            Some(DocumentFault::TooManyAttributes { limit: 64 })
        );
        let full = format!("<b{}/>", attributes(64));
        assert_eq!(
            fault(&format!("<a>{}</a>", full.repeat(62)), &MESSAGE),
            None
        );
        assert_eq!(
            fault(&format!("<a>{}</a>", full.repeat(63)), &MESSAGE),
            Some(DocumentFault::TooMany { limit: 4_000 })
        );
    }

    #[test]
    fn only_utf_8_and_xml_1_0_are_read() {
        assert_eq!(
            fault("<?xml version='1.0' encoding='utf-8'?><a/>", &MESSAGE),
            None
        );
        assert_eq!(
            fault("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", &MESSAGE),
            Some(DocumentFault::NotUtf8)
        );
        assert!(fault("<?xml version='1.1'?><a/>", &MESSAGE).is_some());
        assert_eq!(text(b"<a>\xff</a>", &MESSAGE), Err(DocumentFault::NotUtf8));
    }
}
