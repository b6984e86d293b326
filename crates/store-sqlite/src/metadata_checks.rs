//! The checks of the identity provider's metadata: whose turn it is, and what came of it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use roster_domain::id::TenantId;
use time::OffsetDateTime;

use crate::rows::values::{Id, Micros};
use crate::statement::statement;

statement! {
    /// The turn of whoever is the first to come after a check was due.
    Claim<'a>(tenant: &'a Id, due: &'a Micros, now: &'a Micros) {
        "INSERT INTO saml_metadata_checks (tenant_id, checked_at) VALUES (" => Binary: *tenant,
        ", " => BigInt: *now,
        ") ON CONFLICT (tenant_id) DO UPDATE SET checked_at = excluded.checked_at \
         WHERE saml_metadata_checks.checked_at < " => BigInt: *due,
    }
}

statement! {
    /// What came of a check.
    Note<'a>(tenant: Id, at: Micros, problem: Option<&'a str>) {
        "INSERT INTO saml_metadata_checks (tenant_id, checked_at, problem) VALUES ("
            => Binary: tenant,
        ", " => BigInt: at,
        ", " => Nullable<Text>: problem,
        ") ON CONFLICT (tenant_id) DO UPDATE \
         SET checked_at = excluded.checked_at, problem = excluded.problem \
         WHERE saml_metadata_checks.checked_at <= excluded.checked_at",
    }
}

/// Takes the turn. How many got it: one or none.
pub(crate) fn claim(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    due: OffsetDateTime,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    let claim = Claim {
        tenant: &Id(tenant.uuid()),
        due: &Micros(due),
        now: &Micros(now),
    };
    claim.execute(connection)
}

/// Notes what came of a check.
pub(crate) fn note(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    at: OffsetDateTime,
    problem: Option<&str>,
) -> QueryResult<usize> {
    let note = Note {
        tenant: Id(tenant.uuid()),
        at: Micros(at),
        problem,
    };
    note.execute(connection)
}
