//! SCIM Provisioning Setup: the Tenant URL, the role attribute, and whether Okta has been here.

use maud::{Markup, html};
use poem::Response;
use roster_application::administration::settings::SettingsWish;
use roster_application::error::Error;
use roster_application::ports::store::ScimContact;
use roster_domain::permission::Permission;
use roster_domain::refusal::excerpt;
use roster_domain::settings::Settings;
use roster_domain::text::AttributeName;
use roster_web_kit::form::Form;
use roster_web_kit::page::time::{exact, second};
use serde_json::json;

use super::identity::{self, Sent, Shown};
use crate::desk::{Answer, Desk};
use crate::parts::copy;
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;

const ROLE_ATTRIBUTE: &str = "scim_role_attribute";
const WAITING: &str = "Waiting for Okta's first request.";
const CONNECTED: &str = "Connected: last request ";
const REFUSED: &str = "Somebody calls, but may not change anything: last request ";

fn stored(settings: &Settings) -> Draft {
    Draft::stored([
        (VERSION_FIELD, settings.version.number().to_string()),
        (ROLE_ATTRIBUTE, settings.scim_role_attribute.to_string()),
    ])
}

/// `POST /settings/identity/scim`
pub(crate) async fn save(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    match draft.read(ROLE_ATTRIBUTE, "The role attribute", AttributeName::new) {
        Some(name) => {
            let wish = SettingsWish {
                scim_role_attribute: Some(name),
                ..SettingsWish::default()
            };
            let (application, version) = (&desk.application, draft.version());
            let outcome = application
                .update_settings(desk.caller(), &wish, version)
                .await;
            let present = async {
                let present = application.read_settings(desk.caller()).await?;
                Ok(stored(&present))
            };
            if draft.saved(outcome, present).await? {
                return Ok(desk.done("/settings/identity", Notice::Saved));
            }
        }
        None => desk.caller().require(&Permission::SETTINGS_MODIFY)?,
    }
    let sent = Sent {
        scim: Some(draft),
        ..Sent::default()
    };
    identity::page(desk, sent).await
}

/// The client that was last heard of.
pub(super) struct Heard {
    contact: ScimContact,
    /// Whether it may do what Okta has to.
    may_write: bool,
}

impl Heard {
    /// `None`: nobody was heard of yet.
    pub(super) async fn load(desk: &Desk) -> Result<Option<Self>, Error> {
        let (application, caller) = (&desk.application, desk.caller());
        let Some(contact) = application.scim_contact(caller).await? else {
            return Ok(None);
        };
        let may_write = application.scim_client_may_write(caller, &contact).await?;
        Ok(Some(Self { contact, may_write }))
    }
}

/// `GET /settings/identity/scim/contact`: what the live line shows, for the script.
pub(crate) async fn contact(desk: &Desk) -> Answer {
    let answer = match Heard::load(desk).await? {
        None => json!({ "state": "waiting", "text": WAITING }),
        Some(contact) => json!({
            "state": state(&contact),
            "text": text(&contact),
            "at": exact(contact.contact.at),
            "details": details(&contact),
        }),
    };
    Ok(Response::builder()
        .content_type("application/json")
        .body(answer.to_string()))
}

const fn state(heard: &Heard) -> &'static str {
    if heard.may_write {
        "connected"
    } else {
        "refused"
    }
}

const fn text(heard: &Heard) -> &'static str {
    if heard.may_write { CONNECTED } else { REFUSED }
}

/// Who asked: goes on after the time.
fn details(heard: &Heard) -> String {
    let contact = &heard.contact;
    let mut text = String::new();
    if let Some(address) = contact.from {
        text.push_str(&format!(" from {address}"));
    }
    if let Some(client) = &contact.user_agent {
        text.push_str(&format!(" ({})", excerpt(client)));
    }
    text.push_str(&format!(", with the API token {}.", contact.token_name));
    if !heard.may_write {
        text.push_str(
            " That token lacks the permission Manage Users: give it that, or another token to Okta.",
        );
    }
    text
}

/// The part of the page.
pub(super) fn section(
    desk: &Desk,
    shown: &Shown,
    sent: Option<&Draft>,
    contact: Option<&Heard>,
) -> Markup {
    let draft = sent.cloned().unwrap_or_else(|| stored(&shown.general));
    let tenant_url = desk.tenant_url();
    let fields = html! {
        (field::version(&draft))
        (field::required(&draft, Field::new(
            ROLE_ATTRIBUTE,
            "Role attribute",
            "The External name of the attribute with which Okta sends a user's role. Changing it here breaks the mapping \
             until it is changed in Okta too.",
        )))
    };
    html! {
        section aria-labelledby="scim" {
            h2 #scim { "SCIM Provisioning Setup" }
            div.card {
                h3 { "Copy Tenant URL to your identity provider" }
                p { (copy::value("tenant-url", "the Tenant URL", &tenant_url)) }
                (line(desk, contact))
            }
            div.card {
                (identity::form(desk, shown, "/settings/identity/scim", &fields, "Save role attribute"))
            }
        }
    }
}

/// The line that the script keeps up to date.
fn line(desk: &Desk, contact: Option<&Heard>) -> Markup {
    let state = contact.map_or("waiting", state);
    let at = contact
        .map(|heard| exact(heard.contact.at))
        .unwrap_or_default();
    html! {
        p.live role="status" data-live=(desk.to("/settings/identity/scim/contact")) data-state=(state)
            data-key={ (state) " " (at) } {
            @match contact {
                None => (WAITING),
                Some(contact) => { (text(contact)) (second(contact.contact.at)) bdi { (details(contact)) } },
            }
        }
    }
}
