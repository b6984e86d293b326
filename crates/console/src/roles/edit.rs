//! `/roles/{id}`: one role, and a form that changes it.

use maud::{Markup, html};
use roster_application::administration::roles::RoleWish;
use roster_domain::permission::Permission;
use roster_domain::role::{Role, RoleUsage};
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;

use super::{fields, people, read_name, usage, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::NAME;
use crate::parts::{field, permissions};

fn stored(role: &Role) -> Draft {
    let mut draft = Draft::stored([
        (VERSION_FIELD, role.version.number().to_string()),
        (NAME, role.name.to_string()),
    ]);
    permissions::fill(&mut draft, &role.permissions);
    draft
}

pub(crate) async fn show(desk: &Desk, id: &str) -> Answer {
    let (role, used) = desk.application.read_role(desk.caller(), id).await?;
    Ok(page(desk, &role, used, &stored(&role)))
}

pub(crate) async fn save(desk: &Desk, id: &str, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let wanted = (read_name(&mut draft), permissions::read(&mut draft));
    let application = &desk.application;
    if let (Some(name), Some(permissions)) = wanted {
        let wish = RoleWish {
            name: Some(name),
            permissions: Some(permissions),
        };
        let version = draft.version();
        let outcome = application
            .update_role(desk.caller(), id, &wish, version)
            .await;
        let present = async {
            let (role, _) = application.read_role(desk.caller(), id).await?;
            Ok(stored(&role))
        };
        if draft.saved(outcome, present).await? {
            return Ok(desk.done(&format!("/roles/{id}"), Notice::Saved));
        }
    } else {
        desk.caller().require(&Permission::USER_MODIFY)?;
    }
    let (role, used) = application.read_role(desk.caller(), id).await?;
    Ok(page(desk, &role, used, &draft))
}

fn page(desk: &Desk, role: &Role, used: RoleUsage, draft: &Draft) -> poem::Response {
    let path = format!("/roles/{}", role.id);
    let may_change = desk.may(&Permission::USER_MODIFY);
    let id = role.id.to_string();
    let content = html! {
        (desk.notice())
        (field::summary(draft))
        section.card aria-label="Role" {
            dl {
                dt { "Users" } dd { (people(desk, role, &usage(used))) }
                @if !may_change { dt { "Permissions" } dd { (permissions::summary(&role.permissions)) } }
            }
            @if desk.may(&Permission::AUDIT_LOG_READ) {
                p { a href=(desk.to_with("/audit-log", &[("target", &id)])) { "What was done to it" } }
            }
        }
        @if may_change {
            section aria-labelledby="edit" {
                h2 #edit { "Edit" }
                (warnings(role))
                (desk.form(&path, &html! {
                    (field::version(draft))
                    (fields(draft))
                    div.buttons { button type="submit" { "Save" } }
                }))
            }
            section aria-labelledby="delete" {
                h2 #delete { "Delete" }
                @if role.is_admin {
                    p { "This is the Admin role: it keeps every permission and can't be deleted." }
                } @else {
                    p { a.button.danger href=(desk.to(&format!("{path}/delete"))) { "Delete role" } }
                }
            }
        }
    };
    let page = Page::new(role.name.to_string(), content)
        .with_status(draft.status())
        .below(way_back(desk));
    desk.show(page)
}

fn warnings(role: &Role) -> Markup {
    html! {
        p.note.warning {
            "Okta sends roles by name. Once this role has another name, Okta's updates and sign-ins that still say \""
            bdi { (role.name) } "\" are refused until the value is changed in Okta too."
        }
        @if role.is_admin {
            p.note { "The Admin role can be renamed, but keeps every permission." }
        }
    }
}
