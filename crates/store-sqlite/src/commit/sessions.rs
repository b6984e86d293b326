//! Writes of sessions. When a session was last used is not among them: see `session_uses`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use roster_domain::change::SessionGround;
use roster_domain::id::{SessionId, TenantId};

use crate::rows::session::SessionRow;
use crate::rows::values::Id;
use crate::schema::{sessions, users};
use crate::statement::statement;

statement! {
    /// A new session.
    Insert<'a>(session: &'a SessionRow) {
        "INSERT INTO sessions (id, tenant_id, secret_hash, user_id, user_epoch, idp_entity_id, \
         name_id, name_id_format, session_index, operator_name, started_at, last_seen_at, \
         expires_at, source_ip, user_agent) VALUES (" => Binary: &session.id,
        ", " => Binary: &session.tenant_id,
        ", " => Binary: &session.secret_hash,
        ", " => Nullable<Binary>: &session.user_id,
        ", " => Nullable<BigInt>: &session.user_epoch,
        ", " => Nullable<Text>: &session.idp_entity_id,
        ", " => Nullable<Text>: &session.name_id,
        ", " => Nullable<Text>: &session.name_id_format,
        ", " => Nullable<Text>: &session.session_index,
        ", " => Nullable<Text>: &session.operator_name,
        ", " => BigInt: &session.started_at,
        ", " => BigInt: &session.last_seen_at,
        ", " => BigInt: &session.expires_at,
        ", " => Nullable<Text>: &session.source_ip,
        ", " => Nullable<Text>: &session.user_agent,
        ")",
    }
}

statement! {
    /// Uses up the link that opens a session.
    UseLink<'a>(session: &'a SessionRow, link: &'a [u8]) {
        "UPDATE admin_links SET used_at = " => BigInt: &session.started_at,
        " WHERE tenant_id = " => Binary: &session.tenant_id,
        " AND secret_hash = " => Binary: *link,
        " AND used_at IS NULL AND expires_at > " => BigInt: &session.started_at,
    }
}

/// Inserts a session, if what it was decided on still stands.
pub(crate) fn start(
    connection: &mut SqliteConnection,
    session: &SessionRow,
    because: &SessionGround,
) -> QueryResult<usize> {
    let stands = match because {
        SessionGround::SignIn { user, decided_on } => {
            let person = users::table
                .filter(users::tenant_id.eq(session.tenant_id))
                .filter(users::id.eq(Id(user.uuid())))
                .filter(users::version.eq(decided_on.number()));
            // The session is that person's, and so of that person's tenant.
            session.user_id == Some(Id(user.uuid()))
                && diesel::select(exists(person)).get_result(connection)?
        }
        SessionGround::AdminLink(secret) => {
            let link = secret.as_bytes();
            UseLink { session, link }.execute(connection)? == 1
        }
    };
    if stands {
        Insert { session }.execute(connection)
    } else {
        Ok(0)
    }
}

/// Deletes a session that is over.
pub(crate) fn end(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    session: SessionId,
) -> QueryResult<usize> {
    let session = sessions::table
        .filter(sessions::tenant_id.eq(Id(tenant.uuid())))
        .filter(sessions::id.eq(Id(session.uuid())));
    diesel::delete(session).execute(connection)
}
