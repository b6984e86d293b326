//! When SCIM clients were last heard of: written behind, neither audited nor counted.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use roster_application::ports::store::ScimContact;
use roster_domain::id::TenantId;

use crate::rows::values::{Id, Micros};
use crate::statement::statement;

statement! {
    /// Notes a contact, unless a later one is noted already.
    Note<'a>(
        tenant: Id,
        at: Micros,
        from: Option<&'a str>,
        user_agent: Option<&'a str>,
        token: Id,
        token_name: &'a str,
    ) {
        "INSERT INTO scim_contacts (tenant_id, at, source_ip, user_agent, token_id, token_name) \
         VALUES (" => Binary: tenant,
        ", " => BigInt: at,
        ", " => Nullable<Text>: from,
        ", " => Nullable<Text>: user_agent,
        ", " => Binary: token,
        ", " => Text: *token_name,
        ") ON CONFLICT (tenant_id) DO UPDATE SET at = excluded.at, \
         source_ip = excluded.source_ip, user_agent = excluded.user_agent, \
         token_id = excluded.token_id, token_name = excluded.token_name \
         WHERE scim_contacts.at < excluded.at",
    }
}

/// Notes a contact. How many were.
pub(crate) fn note(
    connection: &mut SqliteConnection,
    tenant: TenantId,
    contact: &ScimContact,
) -> QueryResult<usize> {
    let from = contact.from.map(|from| from.to_string());
    let note = Note {
        tenant: Id(tenant.uuid()),
        at: Micros(contact.at),
        from: from.as_deref(),
        user_agent: contact.user_agent.as_deref(),
        token: Id(contact.token.uuid()),
        token_name: &contact.token_name,
    };
    note.execute(connection)
}
