//! The commit: state and audit record together, or nothing.
//!
//! A write without preconditions is one statement ([`recorded`]) and commits by itself. One with
//! [`preconditions`] takes a lock on the tenant first, in a transaction; a new signing key takes one on
//! their table. In a transaction is also what writes several tables, as a new tenant does, and what
//! other processes must hear of ([`announcements`]). Changes of people are none of these; that somebody is
//! erased ([`kept`]) is.

mod admin_links;
mod kept;
mod preconditions;
mod recorded;
mod roles;
mod saml;
mod sessions;
mod signing_keys;
mod tenants;
mod tokens;
mod users;

pub(crate) use recorded::push_sql;

use diesel::QueryResult;
use diesel::result::Error;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use roster_application::ports::store::{CommitError, StoreError};
use roster_domain::change::{Change, SessionGround, Write};
use roster_domain::id::{TenantId, Version};

use crate::announcements;
use crate::errors::commit_error;
use crate::rows::admin_link::AdminLinkRow;
use crate::rows::audit::AuditColumns;
use crate::rows::role::RoleRow;
use crate::rows::saml::SamlSettingsRow;
use crate::rows::session::SessionRow;
use crate::rows::tenant::SettingsRow;
use crate::rows::token::TokenRow;
use crate::rows::user::UserColumns;

/// Writes `change` whole, or nothing.
pub(crate) async fn commit(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    change: &Change,
) -> Result<(), CommitError> {
    let needs_transaction = match &change.write {
        Write::CreateTenant { tenant: new, .. } if new.id != tenant => {
            let problem = "a new tenant is committed through the handle of its own id";
            return Err(StoreError::Failed(problem.into()).into());
        }
        Write::CreateTenant { .. }
        | Write::AddSigningKey { .. }
        | Write::EraseUser { .. }
        | Write::RedactAudit(_)
        | Write::PruneAudit(_) => true,
        _ => !change.requires.is_empty() || announcements::concern_others(&change.events),
    };
    let done = if !needs_transaction {
        write(connection, tenant, change)
            .await
            .map_err(Stop::Database)
            .and_then(as_conflict)
    } else {
        connection
            .transaction(async |connection| in_transaction(connection, tenant, change).await)
            .await
    };
    done.map_err(|stop| match stop {
        Stop::Because(reason) => reason,
        Stop::Database(error) => commit_error(error, &change.write),
    })
}

/// What rolls a transaction back.
enum Stop {
    Because(CommitError),
    Database(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

fn as_conflict(written: bool) -> Result<(), Stop> {
    if written {
        Ok(())
    } else {
        Err(Stop::Because(CommitError::Conflict))
    }
}

async fn in_transaction(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    change: &Change,
) -> Result<(), Stop> {
    if matches!(change.write, Write::AddSigningKey { .. }) {
        signing_keys::lock(connection).await?;
    }
    if !change.requires.is_empty() {
        preconditions::lock(connection, tenant).await?;
    }
    for precondition in &change.requires {
        if !preconditions::holds(connection, tenant, precondition).await? {
            return Err(Stop::Because(CommitError::Broken(*precondition)));
        }
    }
    as_conflict(write(connection, tenant, change).await?)?;
    if announcements::concern_others(&change.events) {
        announcements::tell(connection, tenant, &change.events).await?;
    }
    Ok(())
}

/// Whether anything was written.
async fn write(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    change: &Change,
) -> QueryResult<bool> {
    let audit = &AuditColumns::new(tenant, &change.audit);
    match &change.write {
        Write::Nothing => recorded::execute(connection, recorded::Nothing, audit).await,
        Write::CreateTenant {
            tenant,
            roles,
            settings,
        } => {
            tenants::create(connection, tenant, roles, settings).await?;
            recorded::execute(connection, recorded::Nothing, audit).await
        }
        Write::CreateUser(user) => {
            let write = users::Create(UserColumns::new(tenant, user));
            recorded::execute(connection, write, audit).await
        }
        Write::UpdateUser { user, decided_on } => {
            let write = users::Update::new(UserColumns::new(tenant, user), *decided_on);
            recorded::execute(connection, write, audit).await
        }
        Write::CreateRole(role) => {
            let write = roles::Create(RoleRow::new(tenant, role));
            recorded::execute(connection, write, audit).await
        }
        Write::UpdateRole { role, decided_on } => {
            let (role, decided_on) = (RoleRow::new(tenant, role), decided_on.number());
            recorded::execute(connection, roles::Update { role, decided_on }, audit).await
        }
        Write::DeleteRole { role, decided_on } => {
            let (tenant_id, id) = (tenant.uuid(), role.uuid());
            let write = roles::Delete {
                tenant_id,
                id,
                decided_on: decided_on.number(),
            };
            recorded::execute(connection, write, audit).await
        }
        Write::CreateToken(token) => {
            let write = tokens::Create(TokenRow::new(tenant, token));
            recorded::execute(connection, write, audit).await
        }
        Write::UpdateToken { token, decided_on } => {
            let (token, decided_on) = (TokenRow::new(tenant, token), decided_on.number());
            recorded::execute(connection, tokens::Update { token, decided_on }, audit).await
        }
        Write::UpdateSettings {
            settings,
            decided_on,
        } => {
            let settings = SettingsRow::new(tenant, settings);
            let write = tenants::Update {
                settings,
                decided_on: decided_on.number(),
            };
            recorded::execute(connection, write, audit).await
        }
        Write::UpdateSamlSettings {
            settings,
            decided_on,
        } => {
            let settings = SamlSettingsRow::new(tenant, settings);
            if *decided_on == Version::UNWRITTEN {
                return recorded::execute(connection, saml::First(settings), audit).await;
            }
            let decided_on = decided_on.number();
            let write = saml::Update {
                settings,
                decided_on,
            };
            recorded::execute(connection, write, audit).await
        }
        Write::StartSession { session, because } => {
            let session = SessionRow::new(tenant, session);
            match because {
                SessionGround::SignIn { user, decided_on } => {
                    let (user, decided_on) = (user.uuid(), decided_on.number());
                    let write = sessions::SignIn {
                        session,
                        user,
                        decided_on,
                    };
                    recorded::execute(connection, write, audit).await
                }
                SessionGround::AdminLink(link) => {
                    let link = link.as_bytes().to_vec();
                    let write = sessions::FromLink { session, link };
                    recorded::execute(connection, write, audit).await
                }
            }
        }
        Write::EndSession(id) => {
            let (tenant_id, id) = (tenant.uuid(), id.uuid());
            recorded::execute(connection, sessions::End { tenant_id, id }, audit).await
        }
        Write::CreateAdminLink(link) => {
            let write = admin_links::Create(AdminLinkRow::new(tenant, link));
            recorded::execute(connection, write, audit).await
        }
        Write::AddSigningKey { key, after, dead } => {
            let write = signing_keys::Add { key, after, dead };
            recorded::execute(connection, write, audit).await
        }
        Write::EraseUser {
            user,
            decided_on,
            called,
            redacted,
        } => {
            if !kept::redact(connection, tenant, redacted).await? {
                return Ok(false);
            }
            kept::forget(connection, tenant, user, called).await?;
            let write = users::Update::new(UserColumns::new(tenant, user), *decided_on);
            recorded::execute(connection, write, audit).await
        }
        Write::RedactAudit(records) => {
            if !kept::redact(connection, tenant, records).await? {
                return Ok(false);
            }
            recorded::execute(connection, recorded::Nothing, audit).await
        }
        Write::PruneAudit(stretch) => {
            if !kept::prune(connection, tenant, stretch).await? {
                return Ok(false);
            }
            recorded::execute(connection, recorded::Nothing, audit).await
        }
    }
}
