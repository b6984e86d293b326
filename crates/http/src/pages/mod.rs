//! The pages that people see: HTML without a script, in one layout.
//!
//! A [`Page`] is a title and its content; [`Page::into_response`] puts the [`layout`] around it and
//! the headers that keep a browser from doing anything with it but show it. What a page says stands
//! in a file of its own: [`home`], [`signed_out`], [`admin_link`], [`refused`] for sign-ins, and
//! [`failure`] for everything else that goes wrong. Style sheet and icon are [`assets`].
//!
//! The markup is maud's, which escapes every value. What people or identity providers have named
//! stands in `<bdi>`, so that a name written from right to left turns nothing else around.

pub(crate) mod admin_link;
pub(crate) mod assets;
pub(crate) mod failure;
pub(crate) mod home;
mod layout;
pub(crate) mod refused;
pub(crate) mod signed_out;
mod time;

use maud::Markup;
use poem::Response;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use poem::http::{HeaderValue, StatusCode};

use crate::address::PublicAddress;

/// A page of another origin that holds a window on ours, or has one held, loses it.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// A page that is not rendered yet.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    /// The tenant whose page it is.
    slug: Option<String>,
    content: Markup,
    /// Another origin to which a form of the page may lead in the end.
    leads_to: Option<String>,
}

impl Page {
    /// A page that answers what was asked for. `content` comes below the title.
    pub(crate) fn new(title: impl Into<String>, content: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            slug: None,
            content,
            leads_to: None,
        }
    }

    /// Another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The tenant whose page it is.
    pub(crate) fn of_tenant(self, slug: &str) -> Self {
        Self {
            slug: Some(slug.to_owned()),
            ..self
        }
    }

    /// An origin to which the answer to one of its forms redirects; browsers ask for that in the
    /// policy of the page that has the form.
    pub(crate) fn leading_to(self, origin: Option<String>) -> Self {
        Self {
            leads_to: origin,
            ..self
        }
    }

    /// The answer.
    pub(crate) fn into_response(self, address: &PublicAddress) -> Response {
        let text = layout::document(&self, address.root()).into_string();
        let mut answer = Response::builder()
            .status(self.status)
            .content_type("text/html; charset=utf-8")
            .body(text);
        let headers = answer.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy(self.leads_to.as_deref())) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in [
            (X_FRAME_OPTIONS, "DENY"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (OPENER_POLICY, "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        answer
    }
}

/// What a page may load, and where it may lead: nothing but our style sheet and icon, and us.
fn policy(leads_to: Option<&str>) -> String {
    let further = leads_to
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{further}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}
