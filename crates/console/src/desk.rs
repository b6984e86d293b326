//! What every page of the console is given: the use cases, whoever asks, and the ways to answer.

use std::sync::Arc;

use maud::{Markup, html};
use poem::Response;
use poem::http::StatusCode;
use roster_application::Application;
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_application::sessions::SignedIn;
use roster_domain::permission::Permission;
use roster_web_kit::address::PublicAddress;
use roster_web_kit::form::Form;
use roster_web_kit::page::layout::below;
use roster_web_kit::page::{Page, redirect};
use url::form_urlencoded;

use crate::entrance::CSRF_FIELD;
use crate::fault;
use crate::parts::notice::{self, Notice};

/// What a page answers: a response, or a failure that [`fault`] makes a page of.
pub(crate) type Answer = Result<Response, Error>;

/// One request with everything around it.
pub(crate) struct Desk {
    pub(crate) application: Application,
    pub(crate) address: Arc<PublicAddress>,
    pub(crate) signed_in: SignedIn,
    /// The parameters in the address.
    pub(crate) query: Form,
    /// The origin where signing out may end.
    pub(crate) leads_to: Option<String>,
}

impl Desk {
    /// Whoever asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.signed_in.caller
    }

    /// The tenant's name in addresses.
    pub(crate) fn slug(&self) -> &str {
        self.caller().tenant.tenant().slug.as_str()
    }

    /// Whether to offer what takes this permission.
    pub(crate) fn may(&self, permission: &Permission) -> bool {
        self.caller().permissions.contains(permission)
    }

    /// The address of a page of the console.
    pub(crate) fn to(&self, path: &str) -> String {
        self.beside(&format!("/console{path}"))
    }

    /// The same with parameters; those without a value are left out.
    pub(crate) fn to_with(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        with_parameters(self.to(path), parameters)
    }

    /// The address of something else of the tenant, beside the console.
    pub(crate) fn beside(&self, path: &str) -> String {
        below(self.address.root(), self.slug(), path)
    }

    /// The SCIM base URL of the tenant, as Okta is given it.
    pub(crate) fn tenant_url(&self) -> String {
        let path = format!("/t/{}/scim/v2", self.slug());
        self.address.absolute(&path)
    }

    /// A form that posts to a page of the console.
    pub(crate) fn form(&self, path: &str, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.to(path)) {
                (self.csrf())
                (content)
            }
        }
    }

    /// A form that posts to a page of the console, and may hold a file or a long text: neither grows
    /// on the way.
    pub(crate) fn upload(&self, path: &str, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.to(path)) enctype="multipart/form-data" {
                (self.csrf())
                (content)
            }
        }
    }

    /// The hidden field that every form has.
    pub(crate) fn csrf(&self) -> Markup {
        html! { input type="hidden" name=(CSRF_FIELD) value=(self.signed_in.csrf_token); }
    }

    /// A page, with the notice that the last one left for it.
    pub(crate) fn show(&self, page: Page) -> Response {
        page.for_session(&self.signed_in, self.leads_to.clone())
            .into_response(&self.address)
    }

    /// The notice that the page before left.
    pub(crate) fn notice(&self) -> Markup {
        Notice::named(self.query.field(notice::PARAMETER))
            .map(Notice::markup)
            .unwrap_or_default()
    }

    /// On to a page of the console, which says what was done.
    pub(crate) fn done(&self, path: &str, notice: Notice) -> Response {
        self.go(&self.to_with(path, &[(notice::PARAMETER, notice.name())]))
    }

    /// On to an address of ours.
    pub(crate) fn go(&self, location: &str) -> Response {
        redirect(StatusCode::SEE_OTHER, location).unwrap_or_else(|| {
            fault::refused(
                self,
                StatusCode::NOT_FOUND,
                "There is no page at this address.",
            )
        })
    }
}

/// An address with parameters; those without a value are left out.
pub(crate) fn with_parameters(address: String, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => address,
        query => format!("{address}?{query}"),
    }
}
