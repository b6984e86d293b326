//! Writes of SAML settings.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{BigInt, Jsonb, Timestamptz, Uuid};

use super::recorded::{WriteSql, push_sql};
use crate::rows::saml::SamlSettingsRow;

/// A tenant's first SAML settings.
pub(crate) struct First(pub(crate) SamlSettingsRow);

impl WriteSql for First {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let settings = &self.0;
        push_sql!(out,
            "changed AS (INSERT INTO saml_settings (tenant_id, document, version, updated_at) \
             VALUES (" => Uuid: &settings.tenant_id,
            ", " => Jsonb: &settings.document,
            ", " => BigInt: &settings.version,
            ", " => Timestamptz: &settings.updated_at,
            ") ON CONFLICT (tenant_id) DO NOTHING RETURNING tenant_id)",
        );
        Ok(())
    }
}

/// Changed SAML settings.
pub(crate) struct Update {
    pub(crate) settings: SamlSettingsRow,
    pub(crate) decided_on: i64,
}

impl WriteSql for Update {
    type Statement = Self;

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let settings = &self.settings;
        push_sql!(out,
            "changed AS (UPDATE saml_settings SET document = " => Jsonb: &settings.document,
            ", version = " => BigInt: &settings.version,
            ", updated_at = " => Timestamptz: &settings.updated_at,
            " WHERE tenant_id = " => Uuid: &settings.tenant_id,
            " AND version = " => BigInt: &self.decided_on,
            " RETURNING tenant_id)",
        );
        Ok(())
    }
}
