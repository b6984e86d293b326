//! Writes of sessions. Each is inserted from the row that it was decided on, so that there is no
//! session without it: of a person whose record changed meanwhile, or by a link that was used.
//! When a session was last used is not among them: see `session_uses`.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Bytea, Nullable, Text, Timestamptz, Uuid};

use super::recorded::{WriteSql, push_sql};
use crate::rows::session::SessionRow;

/// A session of a person who has signed in.
pub(crate) struct SignIn {
    pub(crate) session: SessionRow,
    pub(crate) user: uuid::Uuid,
    pub(crate) decided_on: i64,
}

impl WriteSql for SignIn {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("changed AS (");
        push_insert(&self.session, out)?;
        // The lock waits for whoever is changing the person, and looks at the version again.
        push_sql!(out,
            " FROM users WHERE tenant_id = " => Uuid: &self.session.tenant_id,
            " AND id = " => Uuid: &self.user,
            " AND id = " => Nullable<Uuid>: &self.session.user_id,
            " AND version = " => BigInt: &self.decided_on,
            " FOR SHARE RETURNING id)",
        );
        Ok(())
    }
}

/// A session that a break-glass link opens; the link is used up.
pub(crate) struct FromLink {
    pub(crate) session: SessionRow,
    pub(crate) link: Vec<u8>,
}

impl WriteSql for FromLink {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let session = &self.session;
        push_sql!(out,
            "used AS (UPDATE admin_links SET used_at = " => Timestamptz: &session.started_at,
            " WHERE tenant_id = " => Uuid: &session.tenant_id,
            " AND secret_hash = " => Bytea: &self.link,
            " AND used_at IS NULL AND expires_at > " => Timestamptz: &session.started_at,
            " RETURNING id), changed AS (",
        );
        push_insert(session, out)?;
        out.push_sql(" FROM used RETURNING id)");
        Ok(())
    }
}

/// Pushes an insertion up to its `FROM`.
fn push_insert<'b>(session: &'b SessionRow, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    push_sql!(out,
        "INSERT INTO sessions (id, tenant_id, secret_hash, user_id, user_epoch, idp_entity_id, \
         name_id, name_id_format, session_index, operator_name, started_at, last_seen_at, \
         expires_at, source_ip, user_agent) SELECT " => Uuid: &session.id,
        ", " => Uuid: &session.tenant_id,
        ", " => Bytea: &session.secret_hash,
        ", " => Nullable<Uuid>: &session.user_id,
        ", " => Nullable<BigInt>: &session.user_epoch,
        ", " => Nullable<Text>: &session.idp_entity_id,
        ", " => Nullable<Text>: &session.name_id,
        ", " => Nullable<Text>: &session.name_id_format,
        ", " => Nullable<Text>: &session.session_index,
        ", " => Nullable<Text>: &session.operator_name,
        ", " => Timestamptz: &session.started_at,
        ", " => Timestamptz: &session.last_seen_at,
        ", " => Timestamptz: &session.expires_at,
        ", " => Nullable<Text>: &session.source_ip,
        ", " => Nullable<Text>: &session.user_agent,
    );
    Ok(())
}

/// A session that is over.
pub(crate) struct End {
    pub(crate) tenant_id: uuid::Uuid,
    pub(crate) id: uuid::Uuid,
}

impl WriteSql for End {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "changed AS (DELETE FROM sessions WHERE tenant_id = " => Uuid: &self.tenant_id,
            " AND id = " => Uuid: &self.id,
            " RETURNING id)",
        );
        Ok(())
    }
}
