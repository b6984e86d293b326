//! `GET /api-tokens`: every token that was not revoked.

use maud::{Markup, html};
use roster_domain::permission::Permission;
use roster_domain::token::{ApiToken, LastUse};
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;
use time::{Duration, OffsetDateTime};

use crate::desk::{Answer, Desk};
use crate::parts::permissions;

/// How long before its end a token is said to expire soon.
const NOTICE: Duration = Duration::days(14);

pub(crate) async fn show(desk: &Desk) -> Answer {
    let tokens = desk.application.list_tokens(desk.caller()).await?;
    let now = desk.application.now();
    let may_change = desk.may(&Permission::TOKEN_MODIFY);
    let content = html! {
        (desk.notice())
        div.toolbar {
            p { "Okta, and other programs, call the APIs of this organization with these tokens." }
            @if may_change {
                a.button href=(desk.to("/api-tokens/new")) { "Create New Token" }
            }
        }
        @if tokens.is_empty() {
            div.empty {
                p { strong { "There is no API token yet." } }
                p { "Okta needs one with the permission Manage Users to keep the users here up to date." }
            }
        } @else {
            div.scroll tabindex="0" role="group" aria-label="API tokens" {
                table.cards {
                    thead {
                        tr {
                            th scope="col" { "Name" }
                            th scope="col" { "Permissions" }
                            th scope="col" { "Created" }
                            th scope="col" { "Last used" }
                            th scope="col" { "Expires" }
                            @if may_change { th scope="col" { "Actions" } }
                        }
                    }
                    tbody {
                        @for token in &tokens { (row(desk, token, now, may_change)) }
                    }
                }
            }
        }
    };
    Ok(desk.show(Page::new("API Tokens", content).wide()))
}

fn row(desk: &Desk, token: &ApiToken, now: OffsetDateTime, may_change: bool) -> Markup {
    let path = format!("/api-tokens/{}", token.id);
    html! {
        tr {
            th scope="row" { a href=(desk.to(&path)) { bdi { (token.name) } } }
            td data-label="Permissions" { (permissions::summary(&token.permissions)) }
            td data-label="Created" { (moment(token.created_at)) " by " bdi { (token.created_by.name) } }
            td data-label="Last used" { (last_use(token.last_used.as_ref())) }
            td data-label="Expires" { (expiry(token, now)) }
            @if may_change {
                td.actions {
                    a href=(desk.to(&format!("{path}/rotate"))) aria-label={ "Rotate " (token.name) } { "Rotate" }
                    " "
                    a.danger href=(desk.to(&format!("{path}/revoke"))) aria-label={ "Revoke " (token.name) } { "Revoke" }
                }
            }
        }
    }
}

/// When and from where a token was last used.
pub(super) fn last_use(last: Option<&LastUse>) -> Markup {
    html! {
        @match last {
            Some(LastUse { at, from }) => {
                (moment(*at))
                @if let Some(address) = from { " from " code { (address) } }
            }
            None => "Never",
        }
    }
}

/// When a token expires, and whether that is soon.
pub(super) fn expiry(token: &ApiToken, now: OffsetDateTime) -> Markup {
    html! {
        @match token.expires_at {
            None => "Never",
            Some(at) => {
                (moment(at)) " "
                @if at <= now { span.badge.bad { "expired" } }
                @else if at - now <= NOTICE { span.badge.soon { "soon" } }
            }
        }
    }
}
