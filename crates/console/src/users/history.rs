//! What was done to a user, from the audit log.

use maud::{Markup, html};
use roster_application::administration::user_activity::Moment;
use roster_application::error::Error;
use roster_application::ports::store::AuditQuery;
use roster_domain::permission::Permission;
use roster_domain::user::User;
use roster_web_kit::page::time::moment;

use crate::desk::Desk;
use crate::parts::record;

/// How many records the page shows; the audit log has the rest.
const SHOWN: u32 = 10;

/// A moment of a user's, or that there was none.
pub(super) fn when(at: Option<&Moment>) -> Markup {
    html! {
        @match at {
            Some(at) => {
                (moment(at.at))
                @if let Some(address) = at.from { " from " code { (address) } }
            }
            None => "Never",
        }
    }
}

/// The part of a user's page; nothing for whoever may not read the audit log.
pub(super) async fn section(desk: &Desk, user: &User) -> Result<Markup, Error> {
    if !desk.may(&Permission::AUDIT_LOG_READ) {
        return Ok(html! {});
    }
    let query = AuditQuery {
        limit: SHOWN,
        targets: vec![user.id.uuid()],
        ..AuditQuery::default()
    };
    let page = desk.application.audit_log(desk.caller(), query).await?;
    let id = user.id.to_string();
    Ok(html! {
        section aria-labelledby="history" {
            h2 #history { "History" }
            @if page.items.is_empty() { p { "Nothing yet." } }
            (record::list(desk, &page.items))
            p {
                a href=(desk.to_with("/audit-log", &[("target", &id)])) { "All of it in the audit log" } " · "
                a href=(desk.to_with("/audit-log", &[("actor", &id)])) { "What this user did" }
            }
        }
    })
}
