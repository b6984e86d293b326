//! Access: taken away at `/users/{id}/deactivate`, after a question, and given back at
//! `/users/{id}/reactivate`.

use maud::{Markup, html};
use poem::http::StatusCode;
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::user::User;
use roster_web_kit::page::Page;

use super::guards::{self, Guard};
use super::way_to;
use crate::desk::{Answer, Desk};
use crate::parts::notice::Notice;

/// The part of a user's page.
pub(super) fn section(desk: &Desk, user: &User, guard: Option<Guard>) -> Markup {
    let path = format!("/users/{}", user.id);
    html! {
        section aria-labelledby="access" {
            h2 #access { "Access" }
            @if !user.active {
                p { "The account is deactivated: nobody can sign in with it. Reactivated, it is the same account with the same role." }
                (desk.form(&format!("{path}/reactivate"), &html! { button type="submit" { "Reactivate" } }))
            } @else if let Some(guard) = guard {
                p.note { (guard.text()) }
            } @else {
                p { "Deactivating ends every session at once. The account stays, with its role and its history." }
                p { a.button.danger href=(desk.to(&format!("{path}/deactivate"))) { "Deactivate" } }
            }
        }
    }
}

pub(crate) async fn confirm(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::USER_MODIFY)?;
    let user = desk.application.read_user(desk.caller(), id).await?;
    let guard = guards::of(desk, &user).await?;
    Ok(question(desk, &user, guard.map(Guard::text)))
}

pub(crate) async fn deactivate(desk: &Desk, id: &str) -> Answer {
    match desk.application.deactivate_user(desk.caller(), id).await {
        Ok(_) => Ok(desk.done(&format!("/users/{id}"), Notice::UserDeactivated)),
        Err(Error::Refused(refusal)) => {
            let user = desk.application.read_user(desk.caller(), id).await?;
            Ok(question(desk, &user, Some(&refusal.to_string())))
        }
        Err(error) => Err(error),
    }
}

pub(crate) async fn reactivate(desk: &Desk, id: &str) -> Answer {
    desk.application.reactivate_user(desk.caller(), id).await?;
    Ok(desk.done(&format!("/users/{id}"), Notice::UserReactivated))
}

/// The question, or why it can't be answered with yes.
fn question(desk: &Desk, user: &User, refused: Option<&str>) -> poem::Response {
    let path = format!("/users/{}", user.id);
    let content = html! {
        @if let Some(reason) = refused {
            div.notice.failure role="alert" { p { (reason) } }
            p { a href=(desk.to(&path)) { "Back to the user" } }
        } @else {
            p {
                strong { bdi { (user.display_name()) } } " (" bdi { (user.email) } ") loses access at once, in every browser. "
                "If the person is still assigned in Okta, the next sync gives the access back: unassign them there."
            }
            (desk.form(&format!("{path}/deactivate"), &html! {
                div.buttons {
                    button.danger type="submit" { "Deactivate user" }
                    a href=(desk.to(&path)) { "Cancel" }
                }
            }))
        }
    };
    let status = if refused.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let page = Page::new("Deactivate user?", content).with_status(status);
    desk.show(page.below(way_to(desk, user)))
}
