//! `GET /roles`: every role, with how many people have it.

use maud::html;
use roster_domain::permission::Permission;
use roster_web_kit::page::Page;

use super::{people, usage};
use crate::desk::{Answer, Desk};
use crate::parts::permissions;

pub(crate) async fn show(desk: &Desk) -> Answer {
    let roles = desk
        .application
        .list_roles_with_usage(desk.caller())
        .await?;
    let default_role = desk.caller().tenant.settings().default_role.id;
    let may_change = desk.may(&Permission::USER_MODIFY);
    let content = html! {
        (desk.notice())
        div.toolbar {
            p { "What people may do. Okta assigns roles by their names." }
            @if may_change { a.button href=(desk.to("/roles/new")) { "Create New Role" } }
        }
        div.scroll tabindex="0" role="group" aria-label="Roles" {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Users" }
                        th scope="col" { "Permissions" }
                    }
                }
                tbody {
                    @for (role, used) in &roles {
                        tr {
                            th scope="row" {
                                a href=(desk.to(&format!("/roles/{}", role.id))) { bdi { (role.name) } }
                                @if role.is_admin { " " span.badge { "keeps every permission" } }
                                @if role.id == default_role { " " span.badge { "default" } }
                            }
                            td data-label="Users" { (people(desk, role, &usage(*used))) }
                            td data-label="Permissions" { (permissions::summary(&role.permissions)) }
                        }
                    }
                }
            }
        }
    };
    Ok(desk.show(Page::new("Roles", content).wide()))
}
