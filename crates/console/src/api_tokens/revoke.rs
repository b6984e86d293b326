//! `/api-tokens/{id}/revoke`: the end of a token, after a question.

use maud::{Markup, html};
use roster_domain::permission::Permission;
use roster_domain::token::ApiToken;
use roster_web_kit::page::Page;

use super::list::last_use;
use super::way_back;
use crate::desk::{Answer, Desk};
use crate::parts::notice::Notice;
use crate::parts::permissions;

/// Says what will stop working.
pub(crate) async fn confirm(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let token = desk.application.read_token(desk.caller(), id).await?;
    let content = html! {
        p {
            "Whoever uses " strong { bdi { (token.name) } } " is refused from then on, on every server. It can't be "
            "undone; a new token can be created."
        }
        (consequences(&token))
        (desk.form(&format!("/api-tokens/{}/revoke", token.id), &html! {
            div.buttons {
                button.danger type="submit" { "Revoke token" }
                a href=(desk.to("/api-tokens")) { "Cancel" }
            }
        }))
    };
    Ok(desk.show(Page::new("Revoke API token?", content).below(way_back(desk))))
}

pub(crate) async fn send(desk: &Desk, id: &str) -> Answer {
    desk.application.revoke_token(desk.caller(), id).await?;
    Ok(desk.done("/api-tokens", Notice::TokenRevoked))
}

fn consequences(token: &ApiToken) -> Markup {
    html! {
        section.card aria-label="What stops working" {
            h2 { "What stops working" }
            ul {
                @if token.permissions.contains(&Permission::USER_MODIFY) {
                    li {
                        strong { "Okta's provisioning, if it uses this token." } " Changes of names, e-mail, roles and status no "
                        "longer arrive, and people who leave keep their access here until a new token is pasted into Okta."
                    }
                }
                li { "Every program that was given it. Its permissions:" (permissions::summary(&token.permissions)) }
                li { "Last used: " (last_use(token.last_used.as_ref())) }
            }
        }
    }
}
