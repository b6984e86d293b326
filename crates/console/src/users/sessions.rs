//! A user's sessions, and `POST /users/{id}/sessions/end`, which ends them all.

use maud::{Markup, html};
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::session::Session;
use roster_domain::user::User;
use roster_web_kit::page::time::moment;

use crate::desk::{Answer, Desk};
use crate::parts::notice::Notice;

/// The part of a user's page.
pub(super) async fn section(desk: &Desk, user: &User) -> Result<Markup, Error> {
    let id = user.id.to_string();
    let sessions = desk.application.list_sessions(desk.caller(), &id).await?;
    Ok(html! {
        section aria-labelledby="sessions" {
            h2 #sessions { "Sessions" }
            @if sessions.is_empty() {
                p { "Not signed in anywhere." }
            } @else {
                (table(&sessions))
                @if desk.may(&Permission::USER_MODIFY) {
                    (desk.form(&format!("/users/{id}/sessions/end"), &html! {
                        button.second type="submit" { "End all sessions" }
                    }))
                }
            }
        }
    })
}

fn table(sessions: &[Session]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Sessions" {
            table.cards {
                thead {
                    tr {
                        th scope="col" { "Signed in" } th scope="col" { "Last seen" } th scope="col" { "Ends at the latest" }
                        th scope="col" { "From" } th scope="col" { "Browser" }
                    }
                }
                tbody {
                    @for session in sessions {
                        tr {
                            td data-label="Signed in" { (moment(session.started_at)) }
                            td data-label="Last seen" { (moment(session.last_seen_at)) }
                            td data-label="Ends at the latest" { (moment(session.expires_at)) }
                            td data-label="From" {
                                @match session.source_ip { Some(address) => code { (address) }, None => "Unknown" }
                            }
                            td data-label="Browser" { bdi { (session.user_agent.as_deref().unwrap_or("Unknown")) } }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) async fn end(desk: &Desk, id: &str) -> Answer {
    desk.application
        .end_user_sessions(desk.caller(), id)
        .await?;
    Ok(desk.done(&format!("/users/{id}"), Notice::SessionsEnded))
}
