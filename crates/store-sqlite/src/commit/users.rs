//! Writes of people.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use crate::rows::user::UserColumns;
use crate::rows::values::Id;
use crate::statement::statement;

statement! {
    /// A new person.
    Insert<'a>(user: &'a UserColumns<'a>) {
        "INSERT INTO users (id, tenant_id, user_name, user_name_key, email, email_key, given_name, \
         family_name, external_id, active, role_id, pending_role_id, idp_entity_id, name_id, \
         identity_key, session_epoch, version, created_at, updated_at, search_key) VALUES (" => Binary: &user.id,
        ", " => Binary: &user.tenant_id,
        ", " => Text: user.user_name,
        ", " => Text: &user.user_name_key,
        ", " => Text: user.email,
        ", " => Text: &user.email_key,
        ", " => Text: user.given_name,
        ", " => Text: user.family_name,
        ", " => Nullable<Text>: &user.external_id,
        ", " => Bool: &user.active,
        ", " => Binary: &user.role_id,
        ", " => Nullable<Binary>: &user.pending_role_id,
        ", " => Nullable<Text>: &user.idp_entity_id,
        ", " => Nullable<Text>: &user.name_id,
        ", " => Nullable<Binary>: &user.identity_key,
        ", " => BigInt: &user.session_epoch,
        ", " => BigInt: &user.version,
        ", " => BigInt: &user.created_at,
        ", " => BigInt: &user.updated_at,
        ", " => Text: &user.search_key,
        ")",
    }
}

statement! {
    /// Counts a new person in the tenant.
    Count<'a>(tenant: &'a Id) {
        "UPDATE tenants SET user_count = user_count + 1 WHERE id = " => Binary: *tenant,
    }
}

statement! {
    /// A changed person.
    Update<'a>(user: UserColumns<'a>, decided_on: i64) {
        "UPDATE users SET user_name = " => Text: user.user_name,
        ", user_name_key = " => Text: &user.user_name_key,
        ", email = " => Text: user.email,
        ", email_key = " => Text: &user.email_key,
        ", given_name = " => Text: user.given_name,
        ", family_name = " => Text: user.family_name,
        ", external_id = " => Nullable<Text>: &user.external_id,
        ", active = " => Bool: &user.active,
        ", role_id = " => Binary: &user.role_id,
        ", pending_role_id = " => Nullable<Binary>: &user.pending_role_id,
        ", idp_entity_id = " => Nullable<Text>: &user.idp_entity_id,
        ", name_id = " => Nullable<Text>: &user.name_id,
        ", identity_key = " => Nullable<Binary>: &user.identity_key,
        ", session_epoch = " => BigInt: &user.session_epoch,
        ", version = " => BigInt: &user.version,
        ", updated_at = " => BigInt: &user.updated_at,
        ", search_key = " => Text: &user.search_key,
        " WHERE tenant_id = " => Binary: &user.tenant_id,
        " AND id = " => Binary: &user.id,
        " AND version = " => BigInt: decided_on,
    }
}

/// Inserts a person and counts it.
pub(crate) fn create(
    connection: &mut SqliteConnection,
    user: &UserColumns<'_>,
) -> QueryResult<usize> {
    Insert { user }.execute(connection)?;
    Count {
        tenant: &user.tenant_id,
    }
    .execute(connection)
}
