//! The pages that people see, in one layout.
//!
//! A [`Page`] is a title and its content; [`Page::into_response`] puts the [`layout`] around it and
//! the headers that keep a browser from doing anything with it but show it. Whoever is signed in has
//! the gear [`menu`] in the corner and [`script.js`](assets), which makes pages more convenient and
//! is never needed. Style sheet, script and icon are [`assets`], moments are shown by [`time`].
//!
//! The markup is maud's, which escapes every value. What people or identity providers have named
//! stands in `<bdi>`, so that a name written from right to left turns nothing else around.

pub mod assets;
pub mod layout;
pub mod menu;
pub mod time;

use maud::Markup;
use poem::Response;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use poem::http::{HeaderValue, StatusCode};
use roster_application::sessions::SignedIn;

use crate::address::PublicAddress;
use menu::Menu;

/// A page of another origin that holds a window on ours, or has one held, loses it.
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// A page that is not rendered yet.
#[derive(Debug, Clone)]
pub struct Page {
    status: StatusCode,
    title: String,
    /// The tenant whose page it is.
    slug: Option<String>,
    content: Markup,
    /// For whoever is signed in.
    menu: Option<Menu>,
    /// Above the title, such as the way back.
    above: Option<Markup>,
    /// Which part of a page with several tabs it is.
    tab: Option<&'static str>,
    wide: bool,
    /// Another origin to which a form of the page may lead in the end.
    leads_to: Option<String>,
}

impl Page {
    /// A page that answers what was asked for. `content` comes below the title.
    pub fn new(title: impl Into<String>, content: Markup) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            slug: None,
            content,
            menu: None,
            above: None,
            tab: None,
            wide: false,
            leads_to: None,
        }
    }

    /// Another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The tenant whose page it is.
    #[must_use]
    pub fn of_tenant(self, slug: &str) -> Self {
        Self {
            slug: Some(slug.to_owned()),
            ..self
        }
    }

    /// A page for whoever is signed in, with the gear menu. `leads_to`: the origin where signing out
    /// may end.
    #[must_use]
    pub fn for_session(self, signed_in: &SignedIn, leads_to: Option<String>) -> Self {
        Self {
            menu: Some(Menu::of(signed_in)),
            ..self
                .of_tenant(signed_in.caller.tenant.tenant().slug.as_str())
                .leading_to(leads_to)
        }
    }

    /// Something above the title, such as the way back.
    #[must_use]
    pub fn below(self, above: Markup) -> Self {
        Self {
            above: Some(above),
            ..self
        }
    }

    /// The tab of that name, of a page that has several under one title.
    #[must_use]
    pub fn on_tab(self, tab: &'static str) -> Self {
        Self {
            tab: Some(tab),
            ..self
        }
    }

    /// Over the whole width, for tables.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// An origin to which the answer to one of its forms redirects; browsers ask for that in the
    /// policy of the page that has the form.
    #[must_use]
    pub fn leading_to(self, origin: Option<String>) -> Self {
        Self {
            leads_to: origin,
            ..self
        }
    }

    /// The answer.
    #[must_use]
    pub fn into_response(self, address: &PublicAddress) -> Response {
        let text = layout::document(&self, address.root()).into_string();
        let mut answer = Response::builder()
            .status(self.status)
            .content_type("text/html; charset=utf-8")
            .body(text);
        let headers = answer.headers_mut();
        let policy = policy(self.menu.is_some(), self.leads_to.as_deref());
        if let Ok(policy) = HeaderValue::from_str(&policy) {
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

/// What a page may load, and where it may lead: nothing but our own files, and us. The script can
/// ask this server alone, and can't make markup of a text.
fn policy(script: bool, leads_to: Option<&str>) -> String {
    let further = leads_to
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    let script = if script {
        "script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; "
    } else {
        ""
    };
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{further}; \
         {script}base-uri 'none'; frame-ancestors 'none'"
    )
}

/// On to another address. `None`: the address can't stand in a header.
#[must_use]
pub fn redirect(status: StatusCode, location: &str) -> Option<Response> {
    let location = HeaderValue::from_str(location).ok()?;
    Some(
        Response::builder()
            .status(status)
            .header(LOCATION, location)
            .finish(),
    )
}

#[cfg(test)]
mod tests {
    use super::policy;

    #[test]
    fn no_page_may_run_anything_but_our_own_file() {
        let plain = policy(false, None);
        assert!(plain.starts_with("default-src 'none'; style-src 'self'"));
        assert!(!plain.contains("script-src"), "{plain}");
        let console = policy(true, Some("https://idp.example.com"));
        assert!(console.contains("script-src 'self';"), "{console}");
        assert!(console.contains("form-action 'self' https://idp.example.com;"));
        for policy in [plain, console] {
            assert!(!policy.contains("unsafe"), "{policy}");
        }
    }
}
