//! `POST /settings/identity/default-role`: the role of people who sign in without one.

use maud::{Markup, html};
use roster_application::administration::settings::SettingsWish;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::settings::Settings;
use roster_web_kit::form::Form;

use super::identity::{self, Sent, Shown};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::ROLE;

fn stored(settings: &Settings) -> Draft {
    Draft::stored([
        (VERSION_FIELD, settings.version.number().to_string()),
        (ROLE, settings.default_role.name.to_string()),
    ])
}

/// The roles to choose from; only the present one for whoever may not see roles.
pub(super) async fn choices(desk: &Desk) -> Result<Vec<(String, String)>, Error> {
    if !desk.may(&Permission::USER_READ) {
        return Ok(Vec::new());
    }
    let roles = desk.application.list_roles(desk.caller()).await?;
    let names = roles.iter().map(|role| role.name.to_string());
    Ok(names.map(|name| (name.clone(), name)).collect())
}

pub(crate) async fn save(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let wish = SettingsWish {
        default_role: Some(draft.text(ROLE).to_owned()),
        ..SettingsWish::default()
    };
    let application = &desk.application;
    let outcome = application
        .update_settings(desk.caller(), &wish, draft.version())
        .await;
    let present = async {
        let present = application.read_settings(desk.caller()).await?;
        Ok(stored(&present))
    };
    if draft.saved(outcome, present).await? {
        return Ok(desk.done("/settings/identity", Notice::Saved));
    }
    let sent = Sent {
        default_role: Some(draft),
        ..Sent::default()
    };
    identity::page(desk, sent).await
}

/// The part of the page.
pub(super) fn section(
    desk: &Desk,
    shown: &Shown,
    sent: Option<&Draft>,
    roles: &[(String, String)],
) -> Markup {
    let draft = sent.cloned().unwrap_or_else(|| stored(&shown.general));
    let fields = html! {
        (field::version(&draft))
        (field::select(&draft, Field::new(
            ROLE,
            "Default role",
            "Of people who first sign in without a role attribute. Nobody loses a role by it.",
        ), roles))
    };
    if !desk.may(&Permission::USER_READ) {
        return html! {
            section.card aria-labelledby="default-role" {
                h3 #default-role { "Default SAML role" }
                p { bdi { (shown.general.default_role.name) } ". Who may read user info can choose another here." }
            }
        };
    }
    html! {
        section.card aria-labelledby="default-role" {
            h3 #default-role { "Default SAML role" }
            (identity::form(desk, shown, "/settings/identity/default-role", &fields, "Save default role"))
        }
    }
}
