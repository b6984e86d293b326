//! Writes of SAML settings.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Json};
use roster_domain::id::Version;

use crate::rows::saml::SamlSettingsRow;
use crate::statement::statement;

statement! {
    /// The first settings of a tenant, unless there are any.
    Create<'a>(settings: &'a SamlSettingsRow) {
        "INSERT INTO saml_settings (tenant_id, document, version, updated_at) VALUES ("
            => Binary: &settings.tenant_id,
        ", " => Json: &settings.document,
        ", " => BigInt: &settings.version,
        ", " => BigInt: &settings.updated_at,
        ") ON CONFLICT DO NOTHING",
    }
}

statement! {
    /// Changed settings.
    Update<'a>(settings: &'a SamlSettingsRow, decided_on: i64) {
        "UPDATE saml_settings SET document = " => Json: &settings.document,
        ", version = " => BigInt: &settings.version,
        ", updated_at = " => BigInt: &settings.updated_at,
        " WHERE tenant_id = " => Binary: &settings.tenant_id,
        " AND version = " => BigInt: decided_on,
    }
}

/// Writes settings that were decided on that version.
pub(crate) fn update(
    connection: &mut SqliteConnection,
    settings: &SamlSettingsRow,
    decided_on: Version,
) -> QueryResult<usize> {
    if decided_on == Version::UNWRITTEN {
        return Create { settings }.execute(connection);
    }
    let decided_on = decided_on.number();
    Update {
        settings,
        decided_on,
    }
    .execute(connection)
}
