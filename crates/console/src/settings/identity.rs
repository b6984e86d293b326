//! `GET /settings/identity`: the tab Identity & Access. Every form on it shows the whole page again
//! when it can't be saved, with what was typed.

use maud::{Markup, html};
use poem::http::StatusCode;
use roster_application::administration::saml_settings::SamlSettingsView;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::settings::Settings;
use roster_web_kit::page::Page;

use super::provider::Inspected;
use super::{Tab, default_role, guide, keys, provider, saml, scim, tabs, values};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field;

/// Why a form that replaces something whole was not carried out.
pub(super) const OUTDATED: &str = "Somebody changed the SAML settings meanwhile, so nothing was saved. This page shows \
    what is stored now: if your change is still wanted, make it again.";

/// The forms that were sent and could not be saved, and what a look at metadata has found.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) provider: Option<Draft>,
    pub(super) inspected: Option<Inspected>,
    pub(super) saml: Option<Draft>,
    pub(super) default_role: Option<Draft>,
    pub(super) keys: Option<Draft>,
    pub(super) scim: Option<Draft>,
}

/// What the page shows.
pub(super) struct Shown {
    pub(super) saml: SamlSettingsView,
    pub(super) general: Settings,
    /// Whether whoever looks may change anything.
    pub(super) editable: bool,
}

pub(crate) async fn show(desk: &Desk) -> Answer {
    page(desk, Sent::default()).await
}

/// The page, with what was sent in vain.
pub(super) async fn page(desk: &Desk, sent: Sent) -> Answer {
    let shown = load(desk).await?;
    let problems: Vec<&Draft> = [
        &sent.provider,
        &sent.saml,
        &sent.default_role,
        &sent.keys,
        &sent.scim,
    ]
    .into_iter()
    .flatten()
    .collect();
    let roles = default_role::choices(desk).await?;
    let contact = scim::Heard::load(desk).await?;
    let content = html! {
        (tabs(desk, Tab::Identity))
        (desk.notice())
        @for draft in &problems { (field::summary(draft)) }
        div.beside {
            div {
                p.to-guide { a href="#guide" { "Set up Okta, step by step" } }
                (values::section(&shown))
                section aria-labelledby="saml" {
                    h2 #saml { "Single sign-on (SAML)" }
                    (state(&shown))
                    (provider::section(desk, &shown, &sent))
                    (saml::section(desk, &shown, sent.saml.as_ref()))
                    (default_role::section(desk, &shown, sent.default_role.as_ref(), &roles))
                    (keys::section(desk, &shown, sent.keys.as_ref()))
                }
                (scim::section(desk, &shown, sent.scim.as_ref(), contact.as_ref()))
            }
            (guide::aside(desk, &shown))
        }
    };
    let status = problems
        .first()
        .map_or(StatusCode::OK, |draft| draft.status());
    let page = Page::new("General Settings", content)
        .on_tab("Identity & Access")
        .with_status(status);
    Ok(desk.show(page.wide()))
}

async fn load(desk: &Desk) -> Result<Shown, Error> {
    Ok(Shown {
        saml: desk.application.read_saml_settings(desk.caller()).await?,
        general: desk.application.read_settings(desk.caller()).await?,
        editable: desk.may(&Permission::SETTINGS_MODIFY),
    })
}

/// A form that only those can send who may change settings.
pub(super) fn form(
    desk: &Desk,
    shown: &Shown,
    path: &str,
    content: &Markup,
    button: &str,
) -> Markup {
    desk.form(
        path,
        &html! {
            fieldset.bare disabled[!shown.editable] {
                (content)
                @if shown.editable { div.buttons { button type="submit" { (button) } } }
            }
        },
    )
}

/// The version of the SAML settings that a form is filled in on.
pub(super) fn version(shown: &Shown) -> Markup {
    let version = shown.saml.settings.version.number();
    html! { input type="hidden" name=(VERSION_FIELD) value=(version); }
}

fn state(shown: &Shown) -> Markup {
    let settings = &shown.saml.settings;
    html! {
        p.state {
            @if settings.enabled {
                span.badge.good { "on" } " People sign in through "
                @if let Some(provider) = &settings.provider { bdi { (provider.entity_id) } }
                "."
                @if settings.enforce_sso { " Enforced: whoever is not signed in is sent there at once." }
            } @else {
                span.badge { "off" } " Nobody can sign in through an identity provider yet."
            }
        }
    }
}
