//! `/roles/{id}/delete`: the end of a role that nobody has or waits for.

use maud::{Markup, html};
use poem::http::StatusCode;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::refusal::Refusal;
use roster_domain::role::{Role, RoleUsage};
use roster_domain::user::User;
use roster_web_kit::page::Page;

use super::{people, usage, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::notice::Notice;
use crate::users::list::of_role;

const IN_USE: &str = "This role is in use, so it can't be deleted. Give these people another role first, here or in Okta.";

pub(crate) async fn confirm(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::USER_MODIFY)?;
    let (role, used) = desk.application.read_role(desk.caller(), id).await?;
    match needed(desk, &role, used) {
        Some(reason) => refused(desk, &role, used, &reason).await,
        None => Ok(question(desk, &role)),
    }
}

/// Why a role can't be deleted, before anybody tries. (The rules themselves are the domain's.)
fn needed(desk: &Desk, role: &Role, used: RoleUsage) -> Option<String> {
    let name = || role.name.clone();
    if role.is_admin {
        Some(Refusal::AdminRole { role: name() }.to_string())
    } else if used != RoleUsage::default() {
        Some(IN_USE.to_owned())
    } else if desk.caller().tenant.settings().default_role.id == role.id {
        Some(Refusal::RoleIsDefault { role: name() }.to_string())
    } else {
        None
    }
}

pub(crate) async fn send(desk: &Desk, id: &str) -> Answer {
    match desk.application.delete_role(desk.caller(), id).await {
        Ok(()) => Ok(desk.done("/roles", Notice::RoleDeleted)),
        Err(Error::Refused(refusal)) => {
            let (role, used) = desk.application.read_role(desk.caller(), id).await?;
            refused(desk, &role, used, &refusal.to_string()).await
        }
        Err(error) => Err(error),
    }
}

fn question(desk: &Desk, role: &Role) -> poem::Response {
    let path = format!("/roles/{}", role.id);
    let content = html! {
        p {
            "Nobody has the role " strong { bdi { (role.name) } } ". Okta's updates and sign-ins that name it are refused from "
            "then on."
        }
        (desk.form(&format!("{path}/delete"), &html! {
            div.buttons {
                button.danger type="submit" { "Delete role" }
                a href=(desk.to(&path)) { "Cancel" }
            }
        }))
    };
    desk.show(Page::new("Delete role?", content).below(way_back(desk)))
}

/// Why it stays, and who has it.
async fn refused(desk: &Desk, role: &Role, used: RoleUsage, reason: &str) -> Answer {
    let (users, more) = of_role(desk, role).await?;
    let content = html! {
        div.notice.failure role="alert" { p { (reason) } }
        @if !users.is_empty() { (who(desk, role, used, &users, more)) }
        p { a href=(desk.to(&format!("/roles/{}", role.id))) { "Back to the role" } }
    };
    let page = Page::new("This role can't be deleted", content).with_status(StatusCode::CONFLICT);
    Ok(desk.show(page.below(way_back(desk))))
}

fn who(desk: &Desk, role: &Role, used: RoleUsage, users: &[User], more: bool) -> Markup {
    html! {
        section aria-labelledby="who" {
            h2 #who { "Who uses " bdi { (role.name) } }
            ul {
                @for user in users {
                    li {
                        a href=(desk.to(&format!("/users/{}", user.id))) { bdi { (user.display_name()) } }
                        @if user.role.id != role.id { " (waits for it)" }
                        @if !user.active { " (deactivated)" }
                    }
                }
            }
            @if more { p { (people(desk, role, &html! { "All of them: " (usage(used)) })) } }
        }
    }
}
