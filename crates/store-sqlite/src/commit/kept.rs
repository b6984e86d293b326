//! Writes to what is otherwise only added to: old audit records are deleted, and a person's data taken
//! out of others and out of what else names them.

use diesel::prelude::*;
use roster_domain::audit::AuditRecord;
use roster_domain::context::ActorKind;
use roster_domain::id::{AuditId, TenantId};
use roster_domain::retention::Stretch;
use roster_domain::user::User;
use uuid::Uuid;

use super::{audit, users};
use crate::rows::audit::AuditColumns;
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

/// Puts each of the records in the place of the one with its id, if that is still there: the log
/// knows no change, so it is deleted and added.
pub(crate) fn redact(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    records: &[AuditRecord],
) -> QueryResult<()> {
    for record in records {
        let old = audit_log::table
            .filter(audit_log::tenant_id.eq(Id(tenant.uuid())))
            .filter(audit_log::id.eq(Id(record.id.uuid())));
        if diesel::delete(old).execute(connection)? == 1 {
            let record = AuditColumns::new(tenant, record);
            audit::Append { record }.execute(connection)?;
        }
    }
    Ok(())
}

/// Erases a person: the account and the records, and what else names them. Sessions are deleted; the
/// tokens that they have made were made by somebody of the placeholder's name.
pub(crate) fn erase(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    user: &User,
    decided_on: i64,
    called: &[String],
    redacted: &[AuditRecord],
) -> QueryResult<usize> {
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
    redact(connection, tenant, redacted)?;
    let user = UserColumns::new(tenant, user);
    users::Update { user, decided_on }.execute(connection)
}
