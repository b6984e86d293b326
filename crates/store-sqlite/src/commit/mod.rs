//! The commit: state and audit record together, or nothing.
//!
//! Whoever calls has begun the transaction that is rolled back when this fails (see
//! [`writer`](crate::writer)). There is one writer, so what holds before a write holds until the
//! transaction ends.

mod admin_links;
mod audit;
mod kept;
mod preconditions;
mod roles;
mod saml;
mod sessions;
mod signing_keys;
mod tenants;
mod tokens;
mod users;

use diesel::prelude::*;
use roster_application::ports::store::{CommitError, StoreError};
use roster_domain::change::{Change, Write};
use roster_domain::id::TenantId;

use crate::errors::{commit_error, store_error};
use crate::rows::admin_link::AdminLinkRow;
use crate::rows::audit::AuditColumns;
use crate::rows::role::RoleRow;
use crate::rows::saml::SamlSettingsRow;
use crate::rows::session::SessionRow;
use crate::rows::tenant::SettingsRow;
use crate::rows::token::TokenRow;
use crate::rows::user::UserColumns;

/// Writes `change`. The caller rolls back when it fails.
pub(crate) fn commit(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    change: &Change,
) -> Result<(), CommitError> {
    for precondition in &change.requires {
        let holds = preconditions::holds(connection, tenant, precondition);
        if !holds.map_err(store_error)? {
            return Err(CommitError::Broken(*precondition));
        }
    }
    let written = write(connection, tenant, &change.write)?;
    // No row: the record has another version, or is gone.
    if written == 0 {
        return Err(CommitError::Conflict);
    }
    let record = AuditColumns::new(tenant, &change.audit);
    let recorded = audit::Append { record }.execute(connection);
    recorded
        .map(|_| ())
        .map_err(|error| CommitError::Store(store_error(error)))
}

/// How many records were written.
fn write(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    write: &Write,
) -> Result<usize, CommitError> {
    let written = match write {
        Write::Nothing => Ok(1),
        Write::CreateTenant { tenant: new, .. } if new.id != tenant => {
            let problem = "a new tenant is committed through the handle of its own id";
            return Err(StoreError::Failed(problem.into()).into());
        }
        Write::CreateTenant {
            tenant,
            roles,
            settings,
        } => tenants::create(connection, tenant, roles, settings),
        Write::CreateUser(user) => users::create(connection, &UserColumns::new(tenant, user)),
        Write::UpdateUser { user, decided_on } => {
            let (user, decided_on) = (UserColumns::new(tenant, user), decided_on.number());
            users::Update { user, decided_on }.execute(connection)
        }
        Write::CreateRole(role) => {
            let role = &RoleRow::new(tenant, role);
            roles::Create { role }.execute(connection)
        }
        Write::UpdateRole { role, decided_on } => {
            let (role, decided_on) = (&RoleRow::new(tenant, role), decided_on.number());
            roles::Update { role, decided_on }.execute(connection)
        }
        Write::DeleteRole { role, decided_on } => {
            roles::delete(connection, tenant, *role, *decided_on)
        }
        Write::CreateToken(token) => {
            let token = &TokenRow::new(tenant, token);
            tokens::Create { token }.execute(connection)
        }
        Write::UpdateToken { token, decided_on } => {
            let (token, decided_on) = (&TokenRow::new(tenant, token), decided_on.number());
            tokens::Update { token, decided_on }.execute(connection)
        }
        Write::UpdateSettings {
            settings,
            decided_on,
        } => {
            let settings = &SettingsRow::new(tenant, settings);
            let decided_on = decided_on.number();
            tenants::UpdateSettings {
                settings,
                decided_on,
            }
            .execute(connection)
        }
        Write::UpdateSamlSettings {
            settings,
            decided_on,
        } => saml::update(
            connection,
            &SamlSettingsRow::new(tenant, settings),
            *decided_on,
        ),
        Write::StartSession { session, because } => {
            sessions::start(connection, &SessionRow::new(tenant, session), because)
        }
        Write::EndSession(session) => sessions::end(connection, tenant, *session),
        Write::CreateAdminLink(link) => {
            let link = &AdminLinkRow::new(tenant, link);
            admin_links::Create { link }.execute(connection)
        }
        Write::AddSigningKey { key, after, dead } => {
            signing_keys::add(connection, key, after.as_deref(), dead)
        }
        Write::EraseUser {
            user,
            decided_on,
            called,
            redacted,
        } => kept::erase(
            connection,
            tenant,
            user,
            decided_on.number(),
            called,
            redacted,
        ),
        Write::RedactAudit(records) => kept::redact(connection, tenant, records).map(usize::from),
        Write::PruneAudit(stretch) => kept::prune(connection, tenant, stretch),
    };
    written.map_err(|error| commit_error(error, write))
}
