//! `roster audit …`

use roster_application::Application;
use roster_application::administration::LARGEST_LIMIT;
use roster_application::ports::store::AuditQuery;
use roster_application::ports::world::Clock;
use serde_json::json;

use super::{operator, timestamp};
use crate::command_line::{AuditCommand, AuditExport, AuditPrune, TenantsArgument};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output::{self, List};
use crate::store;
use crate::world::SystemClock;

/// Exports or prunes audit logs.
pub(super) async fn run(
    configuration: &Configuration,
    command: AuditCommand,
) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    match command {
        AuditCommand::Export(wanted) => export(&application, wanted).await,
        AuditCommand::Prune(wanted) => prune(&application, wanted).await,
    }
}

async fn export(application: &Application, wanted: AuditExport) -> Result<(), Failure> {
    let caller = operator(application, &wanted.tenant.tenant).await?;
    let now = SystemClock.now();
    let mut query = AuditQuery {
        limit: LARGEST_LIMIT,
        from: wanted.from.map(|from| from.seen_from(now)),
        until: wanted.before.map(|before| before.seen_from(now)),
        ..AuditQuery::default()
    };
    // Page by page, so that a log of any length needs no more memory than a short one.
    loop {
        let page = application.audit_log(&caller, query.clone()).await?;
        let lines: String = page
            .items
            .into_iter()
            .map(roster_http::audit_line)
            .collect();
        if !output::part(&lines)? || page.next.is_none() {
            return Ok(());
        }
        query.before = page.next;
    }
}

async fn prune(application: &Application, wanted: AuditPrune) -> Result<(), Failure> {
    let before = wanted.before.seen_from(SystemClock.now());
    let slugs = match wanted.tenants {
        TenantsArgument {
            tenant: Some(slug), ..
        } => vec![slug],
        TenantsArgument { tenant: None, .. } => {
            let tenants = application.list_tenants().await?;
            let slugs = tenants.iter().map(|tenant| tenant.slug.to_string());
            slugs.collect()
        }
    };
    let title = if wanted.dry_run {
        "WOULD BE DELETED"
    } else {
        "DELETED"
    };
    let mut list = List::new(false, ["TENANT", "BEFORE", title]);
    let mut pruned = Vec::new();
    for slug in slugs {
        let caller = operator(application, &slug).await?;
        let records = if wanted.dry_run {
            application.count_prunable(&caller, before).await?
        } else {
            application.prune_audit_log(&caller, before).await?
        };
        pruned.push((slug, records));
    }
    list.page(
        &pruned,
        |(slug, records)| [slug.clone(), timestamp(before), records.to_string()],
        |(slug, records)| json!({ "tenant": slug, "records": records }),
    )?;
    list.end()
}
