//! When SCIM clients were last heard of: written behind, neither audited nor counted.

use std::borrow::Cow;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::{ScimContact, StoreError};
use roster_domain::id::TenantId;
use time::OffsetDateTime;

use crate::commit::push_sql;
use crate::errors::store_error;
use crate::rows::storable;

/// Notes a contact, unless a later one is noted already.
pub(crate) async fn note(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    contact: &ScimContact,
) -> Result<(), StoreError> {
    let user_agent = contact.user_agent.as_deref();
    let statement = Note {
        tenant: tenant.uuid(),
        at: contact.at,
        from: contact.from.map(|from| from.to_string()),
        user_agent: user_agent.map(storable).map(Cow::into_owned),
        token: contact.token.uuid(),
        token_name: storable(&contact.token_name).into_owned(),
    };
    let done = statement.execute(connection).await;
    done.map(|_| ()).map_err(store_error)
}

struct Note {
    tenant: uuid::Uuid,
    at: OffsetDateTime,
    from: Option<String>,
    user_agent: Option<String>,
    token: uuid::Uuid,
    token_name: String,
}

impl QueryId for Note {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Note {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql!(out,
            "INSERT INTO scim_contacts (tenant_id, at, source_ip, user_agent, token_id, token_name) \
             VALUES (" => Uuid: &self.tenant,
            ", " => Timestamptz: &self.at,
            ", " => Nullable<Text>: &self.from,
            ", " => Nullable<Text>: &self.user_agent,
            ", " => Uuid: &self.token,
            ", " => Text: &self.token_name,
            ") ON CONFLICT (tenant_id) DO UPDATE SET at = EXCLUDED.at, \
             source_ip = EXCLUDED.source_ip, user_agent = EXCLUDED.user_agent, \
             token_id = EXCLUDED.token_id, token_name = EXCLUDED.token_name \
             WHERE scim_contacts.at < EXCLUDED.at",
        );
        Ok(())
    }
}
