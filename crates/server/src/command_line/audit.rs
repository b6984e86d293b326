//! Commands about the audit log.

use clap::{Args, Subcommand};

use super::TenantArgument;
use super::moment::Moment;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Print the records as JSON, one a line, the newest first
    Export(AuditExport),
    /// Delete old records; how many is recorded in the log itself
    Prune(AuditPrune),
}

/// What to export.
#[derive(Debug, Args)]
pub(crate) struct AuditExport {
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    /// Only records from then on: a time as --before has it
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) from: Option<Moment>,
    /// Only records from before: 2026-01-31, 2026-01-31T12:00:00Z, or an age such as 400d
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) before: Option<Moment>,
}

/// What to delete.
#[derive(Debug, Args)]
pub(crate) struct AuditPrune {
    #[command(flatten)]
    pub(crate) tenants: TenantsArgument,
    /// Only records from before: 2026-01-31, 2026-01-31T12:00:00Z, or an age such as 400d; at least a day ago
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub(crate) before: Moment,
    /// Delete nothing; say how many records it would be
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Which tenants a command is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TenantsArgument {
    /// The tenant's name in URLs
    #[arg(long, value_name = "SLUG")]
    pub(crate) tenant: Option<String>,
    /// Every tenant
    #[arg(long)]
    pub(crate) all_tenants: bool,
}
