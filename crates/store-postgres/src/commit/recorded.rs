//! A write together with its audit record, as one statement: one round trip, and one transaction
//! without a `BEGIN`.
//!
//! ```sql
//! WITH changed AS (UPDATE … WHERE … AND version = $n RETURNING id)
//! INSERT INTO audit_log (…) SELECT $m, … FROM changed
//! ```
//! A write that meets another version changes no row, so no record is inserted, and the statement
//! says so: it affected none. The text of each statement never varies, so each has a static query
//! id and is prepared once per connection (diesel prepares its own `UPDATE` anew each time).

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::rows::audit::AuditColumns;

/// Pushes text and bound values by turns: `"UPDATE users SET active = " => Bool: &self.active, …`.
macro_rules! push_sql {
    ($out:ident, $($sql:literal $(=> $kind:ty: $value:expr)?),+ $(,)?) => {
        $(
            $out.push_sql($sql);
            $($out.push_bind_param::<$kind, _>($value)?;)?
        )+
    };
}
pub(crate) use push_sql;

/// A write that can stand before its audit record.
pub(crate) trait WriteSql {
    /// A type that stands for the statement: its text never varies.
    type Statement: 'static;

    /// Pushes the common table expressions that write. The one called `changed` has a row exactly
    /// if something was written.
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// No write: a refusal leaves its record alone.
pub(crate) struct Nothing;

impl WriteSql for Nothing {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("changed AS (SELECT 1)");
        Ok(())
    }
}

struct Recorded<'a, W> {
    write: W,
    audit: &'a AuditColumns<'a>,
}

impl<W: WriteSql> QueryId for Recorded<'_, W> {
    type QueryId = Recorded<'static, W::Statement>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<W: WriteSql> QueryFragment<Pg> for Recorded<'_, W> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let audit = self.audit;
        out.push_sql("WITH ");
        self.write.push(&mut out)?;
        push_sql!(out,
            " INSERT INTO audit_log (id, tenant_id, at, action, result, description, \
             actor_kind, actor_id, actor_name, target_kind, target_id, target_name, \
             changes, source_ip, user_agent, request_id) SELECT " => Uuid: &audit.id,
            ", " => Uuid: &audit.tenant_id,
            ", " => Timestamptz: &audit.at,
            ", " => Text: audit.action,
            ", " => Text: audit.result,
            ", " => Text: &audit.description,
            ", " => Text: audit.actor_kind,
            ", " => Nullable<Uuid>: &audit.actor_id,
            ", " => Text: &audit.actor_name,
            ", " => Text: audit.target_kind,
            ", " => Nullable<Uuid>: &audit.target_id,
            ", " => Text: &audit.target_name,
            ", " => Jsonb: &audit.changes,
            ", " => Nullable<Text>: &audit.source_ip,
            ", " => Nullable<Text>: &audit.user_agent,
            ", " => Nullable<Text>: &audit.request_id,
            " FROM changed",
        );
        Ok(())
    }
}

/// Runs the statement. Whether it wrote: if not, the version was another.
pub(crate) async fn execute(
    connection: &mut AsyncPgConnection,
    write: impl WriteSql + Send,
    audit: &AuditColumns<'_>,
) -> QueryResult<bool> {
    Ok(Recorded { write, audit }.execute(connection).await? == 1)
}
