//! Writes to what is otherwise only added to: old audit records are deleted, and a person's data taken
//! out of others and out of what else names them.

use diesel::prelude::*;
use diesel::result::Error;
use roster_domain::context::ActorKind;
use roster_domain::id::{AuditId, TenantId};
use roster_domain::retention::Stretch;
use roster_domain::user::User;
use roster_domain::user::erase::Redaction;
use uuid::Uuid;

use super::{audit, users};
use crate::rows::audit::{AuditColumns, AuditRow};
use crate::rows::user::UserColumns;
use crate::rows::values::{Id, Micros};
use crate::schema::{api_tokens, audit_log, sessions};

/// Deletes a stretch of the log. None counts as written if it is not as long as it was counted.
pub(crate) fn prune(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    stretch: &Stretch,
) -> QueryResult<usize> {
    let after = stretch.after.map_or(Uuid::nil(), AuditId::uuid);
    let records = audit_log::table
        .filter(audit_log::tenant_id.eq(Id(tenant.uuid())))
        .filter(audit_log::id.gt(Id(after)))
        .filter(audit_log::id.le(Id(stretch.through.uuid())))
        .filter(audit_log::at.lt(Micros(stretch.before)));
    let gone = diesel::delete(records).execute(connection)?;
    Ok(if u64::try_from(gone) == Ok(stretch.records) {
        gone
    } else {
        0
    })
}

/// Puts each of the records in the place of the one that was read, if that is still there: the log
/// knows no change, so it is deleted and added. `false`: one was changed meanwhile.
pub(crate) fn redact(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    redactions: &[Redaction],
) -> QueryResult<bool> {
    for Redaction { before, after } in redactions {
        let old = audit_log::table
            .filter(audit_log::tenant_id.eq(Id(tenant.uuid())))
            .filter(audit_log::id.eq(Id(before.id.uuid())));
        let present = old.select(AuditRow::as_select()).first(connection);
        let Some(present) = present.optional()? else {
            continue;
        };
        let present = present.record();
        if present.map_err(|error| Error::DeserializationError(error.into()))? != *before {
            return Ok(false);
        }
        diesel::delete(old).execute(connection)?;
        let record = AuditColumns::new(tenant, after);
        audit::Append { record }.execute(connection)?;
    }
    Ok(true)
}

/// Erases a person: the account and the records, and what else names them. Sessions are deleted; the
/// tokens that they have made were made by somebody of the placeholder's name.
pub(crate) fn erase(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    user: &User,
    decided_on: i64,
    called: &[String],
    redacted: &[Redaction],
) -> QueryResult<usize> {
    if !redact(connection, tenant, redacted)? {
        return Ok(0);
    }
    let theirs = sessions::table
        .filter(sessions::tenant_id.eq(Id(tenant.uuid())))
        .filter(sessions::user_id.eq(Id(user.id.uuid())));
    diesel::delete(theirs).execute(connection)?;
    let made = api_tokens::table
        .filter(api_tokens::tenant_id.eq(Id(tenant.uuid())))
        .filter(api_tokens::created_by_kind.eq(ActorKind::User.as_str()))
        .filter(api_tokens::created_by_name.eq_any(called));
    diesel::update(made)
        .set(api_tokens::created_by_name.eq(user.user_name.as_str()))
        .execute(connection)?;
    let user = UserColumns::new(tenant, user);
    users::Update { user, decided_on }.execute(connection)
}
