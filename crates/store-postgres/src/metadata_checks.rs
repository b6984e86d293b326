//! The checks of the identity provider's metadata: whose turn it is, and what came of it.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::StoreError;
use roster_domain::id::TenantId;
use time::OffsetDateTime;

use crate::commit::push_sql;
use crate::errors::store_error;
use crate::rows::storable;

/// Takes the turn. Of many at once the first one writes the row; the others wait for it, look
/// again, and find that nothing is due any more.
pub(crate) async fn claim(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    due: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let statement = Claim {
        tenant: tenant.uuid(),
        due,
        now,
    };
    let claimed = statement.execute(connection).await.map_err(store_error)?;
    Ok(claimed == 1)
}

/// Notes what came of a check.
pub(crate) async fn note(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    at: OffsetDateTime,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    let statement = Note {
        tenant: tenant.uuid(),
        at,
        problem: problem.map(|text| storable(text).into_owned()),
    };
    let done = statement.execute(connection).await;
    done.map(|_| ()).map_err(store_error)
}

struct Claim {
    tenant: uuid::Uuid,
    due: OffsetDateTime,
    now: OffsetDateTime,
}

impl QueryId for Claim {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Claim {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "INSERT INTO saml_metadata_checks (tenant_id, checked_at) VALUES (" => Uuid: &self.tenant,
            ", " => Timestamptz: &self.now,
            ") ON CONFLICT (tenant_id) DO UPDATE SET checked_at = EXCLUDED.checked_at \
             WHERE saml_metadata_checks.checked_at < " => Timestamptz: &self.due,
        );
        Ok(())
    }
}

struct Note {
    tenant: uuid::Uuid,
    at: OffsetDateTime,
    problem: Option<String>,
}

impl QueryId for Note {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Note {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "INSERT INTO saml_metadata_checks (tenant_id, checked_at, problem) VALUES (" => Uuid: &self.tenant,
            ", " => Timestamptz: &self.at,
            ", " => Nullable<Text>: &self.problem,
            ") ON CONFLICT (tenant_id) DO UPDATE \
             SET checked_at = EXCLUDED.checked_at, problem = EXCLUDED.problem \
             WHERE saml_metadata_checks.checked_at <= EXCLUDED.checked_at",
        );
        Ok(())
    }
}
