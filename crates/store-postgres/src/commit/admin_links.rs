//! Writes of break-glass links. A session that one opens marks it as used: see `sessions`.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Bytea, Nullable, Text, Timestamptz, Uuid};

use super::recorded::{WriteSql, push_sql};
use crate::rows::admin_link::AdminLinkRow;

/// A new link.
pub(crate) struct Create(pub(crate) AdminLinkRow);

impl WriteSql for Create {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let link = &self.0;
        push_sql!(out,
            "changed AS (INSERT INTO admin_links (id, tenant_id, secret_hash, created_by, \
             expires_at, used_at) VALUES (" => Uuid: &link.id,
            ", " => Uuid: &link.tenant_id,
            ", " => Bytea: &link.secret_hash,
            ", " => Text: &link.created_by,
            ", " => Timestamptz: &link.expires_at,
            ", " => Nullable<Timestamptz>: &link.used_at,
            ") RETURNING id)",
        );
        Ok(())
    }
}
