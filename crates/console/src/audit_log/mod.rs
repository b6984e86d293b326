//! `GET /audit-log`: every change and every refused change, filtered, page by page. [`filter`] reads
//! and shows the filter.

mod filter;

use maud::{Markup, html};
use roster_domain::id::AuditId;
use roster_domain::permission::Permission;
use roster_web_kit::page::Page;

use crate::desk::{Answer, Desk};
use crate::parts::{field, record};
use filter::Filter;

pub(crate) async fn show(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::AUDIT_LOG_READ)?;
    let filter = Filter::read(desk).await?;
    let page = match &filter.query {
        Some(query) => Some(
            desk.application
                .audit_log(desk.caller(), query.clone())
                .await?,
        ),
        None => None,
    };
    let content = html! {
        (filter.form(desk))
        (field::summary(&filter.draft))
        @if let Some(page) = &page {
            div.toolbar {
                p { "Newest first." }
                a.button.second href=(filter.export(desk)) download { "Export as JSON lines" }
            }
            @if page.items.is_empty() {
                div.empty { p { strong { "No record matches." } " " a href=(desk.to("/audit-log")) { "Show all" } } }
            }
            (record::list(desk, &page.items))
            (pages(desk, &filter, page.next))
        }
    };
    Ok(desk.show(
        Page::new("Audit Log", content)
            .with_status(filter.draft.status())
            .wide(),
    ))
}

fn pages(desk: &Desk, filter: &Filter, next: Option<AuditId>) -> Markup {
    let first = !desk.query.field(filter::BEFORE).is_empty();
    html! {
        @if first || next.is_some() {
            nav.pages aria-label="Pages" {
                @if first { a href=(filter.page(desk, None)) { "← Newest" } }
                @if let Some(next) = next { a rel="next" href=(filter.page(desk, Some(next))) { "Older →" } }
            }
        }
    }
}
