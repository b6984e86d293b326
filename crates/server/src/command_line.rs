//! What can be typed. Values are checked here, so that a mistyped one is a usage error (exit code
//! 2) before anything is opened; [`crate::commands`] does the work.

mod audit;
mod moment;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use roster_domain::permission::Permission;
use roster_domain::saml_settings::MetadataUrl;
use roster_domain::tenant::Tenant;
use roster_domain::text::{EmailAddress, PersonName, TenantSlug, TokenName, UserName};

use crate::configuration;
pub(crate) use audit::{AuditCommand, AuditExport, AuditPrune, TenantsArgument};

/// Roster keeps the users of an application in step with Okta, over SCIM 2.0.
#[derive(Debug, Parser)]
#[command(
    name = "roster",
    version,
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct CommandLine {
    /// The TOML file with settings; ROSTER_… variables win over it [default: ROSTER_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands. All but `serve`, `openapi` and `config` work on the database that the settings
/// name, also while the server runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server; with no settings at all, on SQLite in ./roster-data
    #[command(after_help = configuration::help())]
    Serve,
    /// Bring the database's schema up to date
    Migrate {
        /// Change nothing; fail when the schema is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Write the OpenAPI documents scim.json and management.json
    Openapi {
        /// The directory for them; made when it is missing
        #[arg(long, value_name = "DIR", default_value = "openapi")]
        dir: PathBuf,
    },
    /// Tenants: the customer organisations
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Users
    #[command(subcommand)]
    User(UserCommand),
    /// Ways in for administrators
    #[command(subcommand)]
    Admin(AdminCommand),
    /// The keys that sign session tokens
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Sign-in by SAML
    #[command(subcommand)]
    Saml(SamlCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Copy the SQLite database to a file, while the server runs
    Backup {
        /// The file to make; nothing may be there yet
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// The settings
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Commands about tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant with the roles Admin, Analyst and AnalystReadOnly, and print its Tenant URL
    Create {
        /// Its name in URLs: lower-case letters, digits and inner hyphens
        #[arg(value_parser = TenantSlug::new)]
        slug: TenantSlug,
    },
    /// List the tenants
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
}

/// Which tenant a command is about.
#[derive(Debug, Args)]
pub(crate) struct TenantArgument {
    /// The tenant's name in URLs
    #[arg(long, value_name = "SLUG", default_value = Tenant::DEFAULT_SLUG)]
    pub(crate) tenant: String,
}

/// Commands about API tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print its value, which can't be shown again
    Create(TokenCreate),
    /// List the tokens that were not revoked; their values are shown to nobody
    List {
        #[command(flatten)]
        tenant: TenantArgument,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token, for good
    Revoke {
        #[command(flatten)]
        tenant: TenantArgument,
        /// The token's id, as `roster token list` shows it
        id: String,
    },
}

/// A token to be made.
#[derive(Debug, Args)]
pub(crate) struct TokenCreate {
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    /// A name for people to know it by
    #[arg(long, value_parser = TokenName::new)]
    pub(crate) name: TokenName,
    /// What it may do; may be repeated. Okta needs UserModify, which includes UserRead
    #[arg(long = "permission", value_name = "PERMISSION", required = true, value_parser = Permission::new)]
    pub(crate) permissions: Vec<Permission>,
    /// How long it works, such as 90d, 12h or 30m [default: until it is revoked]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) expires_in: Option<Duration>,
    /// A network it may be used from, such as 10.0.0.0/8; may be repeated [default: any]
    #[arg(long = "cidr", value_name = "CIDR", value_parser = network)]
    pub(crate) networks: Vec<IpNet>,
}

/// Commands about users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user before the first sign-in, and print the id
    Add(UserAdd),
    /// Erase a person's data for good, in the account and in the audit log, at their request
    Erase(UserErase),
    /// List users in the order of their creation
    List {
        #[command(flatten)]
        tenant: TenantArgument,
        /// Only the one with this e-mail address
        #[arg(long)]
        email: Option<String>,
        /// Only those whose userName, e-mail or names contain this text
        #[arg(long, value_name = "TEXT")]
        contains: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
}

/// Whom to erase.
#[derive(Debug, Args)]
pub(crate) struct UserErase {
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    #[command(flatten)]
    pub(crate) user: UserArgument,
}

/// Which user a command is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct UserArgument {
    /// The userName, in any letter case
    #[arg(long)]
    pub(crate) user_name: Option<String>,
    /// The id, as `roster user list` shows it
    #[arg(long)]
    pub(crate) id: Option<String>,
}

/// A user to be made.
#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    /// The userName, as the identity provider sends it
    #[arg(long, value_parser = UserName::new)]
    pub(crate) user_name: UserName,
    /// The e-mail address
    #[arg(long, value_parser = EmailAddress::new)]
    pub(crate) email: EmailAddress,
    /// The given name
    #[arg(long, value_parser = PersonName::new, default_value = "")]
    pub(crate) given_name: PersonName,
    /// The family name
    #[arg(long, value_parser = PersonName::new, default_value = "")]
    pub(crate) family_name: PersonName,
    /// The role's name [default: the tenant's default role]
    #[arg(long)]
    pub(crate) role: Option<String>,
}

/// Commands about ways in.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Print a break-glass link: it signs in once, within 10 minutes, with every permission
    Link {
        #[command(flatten)]
        tenant: TenantArgument,
    },
}

/// Commands about signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a new key, which is published at once and signs 10 minutes later, and print its id
    Rotate,
    /// List the keys
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
}

/// Commands about SAML.
#[derive(Debug, Subcommand)]
pub(crate) enum SamlCommand {
    /// Import the identity provider's metadata, and print what it wants to know of Roster
    Import(SamlImport),
}

/// Metadata to be imported.
#[derive(Debug, Args)]
pub(crate) struct SamlImport {
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    #[command(flatten)]
    pub(crate) metadata: SamlMetadata,
    /// Let people sign in with it from now on
    #[arg(long)]
    pub(crate) enable: bool,
}

/// Where the metadata is.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SamlMetadata {
    /// The file with the metadata
    #[arg(long, value_name = "FILE")]
    pub(crate) metadata_file: Option<PathBuf>,
    /// The https address of the metadata, which is fetched now and every day
    #[arg(long, value_name = "URL", value_parser = MetadataUrl::new)]
    pub(crate) metadata_url: Option<MetadataUrl>,
}

/// Commands about the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the settings in force as TOML, without secrets; fail when one is wrong
    #[command(after_help = configuration::help())]
    Check,
}

/// A time span in words, longer than nothing and no longer than a century.
fn duration(text: &str) -> Result<Duration, String> {
    const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);
    let duration = humantime::parse_duration(text.trim()).ok();
    duration
        .filter(|duration| !duration.is_zero() && *duration <= CENTURY)
        .ok_or_else(|| {
            "give a number with its unit, such as 90d, 12h or 30m; at most 100 years".to_owned()
        })
}

fn network(text: &str) -> Result<IpNet, String> {
    configuration::network(text).map_err(|allowed| format!("it must be {allowed}"))
}

#[cfg(test)]
mod tests;
