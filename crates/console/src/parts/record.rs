//! Entries of the audit log, each with what it changed.

use maud::{Markup, html};
use roster_domain::audit::{AttributeChange, AuditRecord, AuditResult, AuditValue, TargetKind};
use roster_domain::context::ActorKind;
use roster_domain::permission::Permission;
use roster_web_kit::page::time::second;

use crate::desk::Desk;

/// How many members of a list are shown.
const LONGEST_LIST: usize = 30;

/// A list of records, newest first.
pub(crate) fn list(desk: &Desk, records: &[AuditRecord]) -> Markup {
    html! { ol.records { @for record in records { (one(desk, record)) } } }
}

fn one(desk: &Desk, record: &AuditRecord) -> Markup {
    let failed = record.result == AuditResult::Failed;
    html! {
        li.record.failed[failed] {
            div.record-head {
                span.when { (second(record.at)) }
                code.action { (record.action.as_str()) }
                @if failed { span.badge.bad { "failed" } } @else { span.badge.good { "succeeded" } }
            }
            p.description { bdi { (record.description) } }
            p.who-what {
                "By " (actor(desk, record)) ", on " (target(desk, record))
                @if let Some(address) = record.origin.source_ip { ", from " code { (address) } }
            }
            @if !record.changes.is_empty() { (changes(&record.changes, failed)) }
            (origin(record))
        }
    }
}

fn actor(desk: &Desk, record: &AuditRecord) -> Markup {
    let kind = match record.actor.kind() {
        ActorKind::User => "user ",
        ActorKind::Token => "API token ",
        ActorKind::Operator => "operator ",
        ActorKind::System => "",
    };
    let id = record.actor.id().map(|id| id.to_string());
    html! {
        (kind)
        @match id {
            Some(id) => a href=(desk.to_with("/audit-log", &[("actor", &id)])) { bdi { (record.actor.name()) } },
            None => bdi { (record.actor.name()) },
        }
    }
}

fn target(desk: &Desk, record: &AuditRecord) -> Markup {
    let target = &record.target;
    let (kind, path, permission) = match target.kind {
        TargetKind::User => ("user ", Some("/users/"), Some(Permission::USER_READ)),
        TargetKind::Role => ("role ", Some("/roles/"), Some(Permission::USER_READ)),
        TargetKind::ApiToken => (
            "API token ",
            Some("/api-tokens/"),
            Some(Permission::TOKEN_READ),
        ),
        TargetKind::Tenant => ("organization ", None, None),
        TargetKind::AdminLink => ("break-glass link ", None, None),
        TargetKind::SigningKey => ("signing key ", None, None),
    };
    let page = path
        .zip(target.id)
        .filter(|_| permission.is_none_or(|permission| desk.may(&permission)))
        .map(|(path, id)| desk.to(&format!("{path}{id}")));
    html! {
        (kind)
        @match page {
            Some(page) => a href=(page) { bdi { (target.name) } },
            None => bdi { (target.name) },
        }
    }
}

fn changes(changes: &[AttributeChange], failed: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Changes" {
            table.changes {
                caption { @if failed { "What would have changed" } @else { "What changed" } }
                thead { tr { th scope="col" { "Attribute" } th scope="col" { "Before" } th scope="col" { "After" } } }
                tbody {
                    @for change in changes {
                        tr {
                            th scope="row" { (change.attribute) }
                            td { (value(change.before.as_ref())) }
                            td { (value(change.after.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}

fn value(value: Option<&AuditValue>) -> Markup {
    html! {
        @match value {
            None => span.none { "–" },
            Some(AuditValue::Text(text)) if text.is_empty() => span.none { "(empty)" },
            Some(AuditValue::Text(text)) => bdi { (text) },
            Some(AuditValue::Flag(flag)) => { @if *flag { "yes" } @else { "no" } },
            Some(AuditValue::List(list)) if list.is_empty() => span.none { "(none)" },
            Some(AuditValue::List(list)) => {
                ul.plain { @for item in list.iter().take(LONGEST_LIST) { li { bdi { (item) } } } }
                @if list.len() > LONGEST_LIST {
                    "and " (list.len() - LONGEST_LIST) " more; the export has all of them"
                }
            },
        }
    }
}

/// What only somebody who investigates wants to know.
fn origin(record: &AuditRecord) -> Markup {
    let origin = &record.origin;
    html! {
        details.more {
            summary { "More" }
            dl {
                dt { "Record" } dd { code.long { (record.id) } }
                @if let Some(client) = &origin.user_agent { dt { "Client" } dd { bdi { (client) } } }
                @if let Some(id) = &origin.request_id { dt { "Request" } dd { code.long { (id) } } }
                @if let Some(id) = record.target.id { dt { "Target's id" } dd { code.long { (id) } } }
                @if let Some(id) = record.actor.id() { dt { "Actor's id" } dd { code.long { (id) } } }
            }
        }
    }
}
