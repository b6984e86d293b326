//! Sessions as the table `sessions` holds them.

use diesel::pg::Pg;
use diesel::prelude::*;
use roster_application::ports::store::StoreError;
use roster_domain::id::{SessionId, TenantId};
use roster_domain::session::Session;
use roster_store_kit::columns::{
    HolderColumns, address_from_column, holder_from_columns, holder_to_columns,
    secret_hash_from_column,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::storable;
use crate::schema::sessions;

/// The columns of a session, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub(crate) struct SessionRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) user_epoch: Option<i64>,
    pub(crate) idp_entity_id: Option<String>,
    pub(crate) name_id: Option<String>,
    pub(crate) name_id_format: Option<String>,
    pub(crate) session_index: Option<String>,
    pub(crate) operator_name: Option<String>,
    pub(crate) started_at: OffsetDateTime,
    pub(crate) last_seen_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) source_ip: Option<String>,
    pub(crate) user_agent: Option<String>,
}

impl SessionRow {
    pub(crate) fn new(tenant: TenantId, session: &Session) -> Self {
        let kept = |text: Option<String>| text.map(|text| storable(&text).into_owned());
        let holder = holder_to_columns(&session.holder);
        Self {
            id: session.id.uuid(),
            tenant_id: tenant.uuid(),
            secret_hash: session.secret.as_bytes().to_vec(),
            user_id: holder.user_id,
            user_epoch: holder.user_epoch,
            idp_entity_id: kept(holder.idp_entity_id),
            name_id: kept(holder.name_id),
            name_id_format: kept(holder.name_id_format),
            session_index: kept(holder.session_index),
            operator_name: kept(holder.operator_name),
            started_at: session.started_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            source_ip: session.source_ip.map(|address| address.to_string()),
            user_agent: kept(session.user_agent.clone()),
        }
    }

    /// The session of this row.
    pub(crate) fn session(self) -> Result<Session, StoreError> {
        let source_ip = self.source_ip.as_deref();
        Ok(Session {
            id: SessionId::new(self.id),
            secret: secret_hash_from_column("sessions.secret_hash", &self.secret_hash)?,
            source_ip: address_from_column("sessions.source_ip", source_ip)?,
            holder: holder_from_columns(HolderColumns {
                user_id: self.user_id,
                user_epoch: self.user_epoch,
                idp_entity_id: self.idp_entity_id,
                name_id: self.name_id,
                name_id_format: self.name_id_format,
                session_index: self.session_index,
                operator_name: self.operator_name,
            })?,
            started_at: self.started_at,
            last_seen_at: self.last_seen_at,
            expires_at: self.expires_at,
            user_agent: self.user_agent,
        })
    }
}
