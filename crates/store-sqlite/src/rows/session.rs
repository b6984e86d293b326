//! Sessions as the table `sessions` holds them.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use roster_application::ports::store::StoreError;
use roster_domain::id::{SessionId, TenantId};
use roster_domain::session::Session;
use roster_store_kit::columns::{self, HolderColumns};

use super::values::{Id, Micros};
use crate::schema::sessions;

/// The columns of a session, as they are read and written.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Sqlite))]
pub(crate) struct SessionRow {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) user_id: Option<Id>,
    pub(crate) user_epoch: Option<i64>,
    pub(crate) idp_entity_id: Option<String>,
    pub(crate) name_id: Option<String>,
    pub(crate) name_id_format: Option<String>,
    pub(crate) session_index: Option<String>,
    pub(crate) operator_name: Option<String>,
    pub(crate) started_at: Micros,
    pub(crate) last_seen_at: Micros,
    pub(crate) expires_at: Micros,
    pub(crate) source_ip: Option<String>,
    pub(crate) user_agent: Option<String>,
}

impl SessionRow {
    pub(crate) fn new(tenant: TenantId, session: &Session) -> Self {
        let holder = columns::holder_to_columns(&session.holder);
        Self {
            id: Id(session.id.uuid()),
            tenant_id: Id(tenant.uuid()),
            secret_hash: session.secret.as_bytes().to_vec(),
            user_id: holder.user_id.map(Id),
            user_epoch: holder.user_epoch,
            idp_entity_id: holder.idp_entity_id,
            name_id: holder.name_id,
            name_id_format: holder.name_id_format,
            session_index: holder.session_index,
            operator_name: holder.operator_name,
            started_at: Micros(session.started_at),
            last_seen_at: Micros(session.last_seen_at),
            expires_at: Micros(session.expires_at),
            source_ip: session.source_ip.map(|address| address.to_string()),
            user_agent: session.user_agent.clone(),
        }
    }

    /// The session of this row.
    pub(crate) fn session(self) -> Result<Session, StoreError> {
        let (secret, source_ip) = (&self.secret_hash, self.source_ip.as_deref());
        Ok(Session {
            id: SessionId::new(self.id.0),
            secret: columns::secret_hash_from_column("sessions.secret_hash", secret)?,
            source_ip: columns::address_from_column("sessions.source_ip", source_ip)?,
            holder: columns::holder_from_columns(HolderColumns {
                user_id: self.user_id.map(|id| id.0),
                user_epoch: self.user_epoch,
                idp_entity_id: self.idp_entity_id,
                name_id: self.name_id,
                name_id_format: self.name_id_format,
                session_index: self.session_index,
                operator_name: self.operator_name,
            })?,
            started_at: self.started_at.0,
            last_seen_at: self.last_seen_at.0,
            expires_at: self.expires_at.0,
            user_agent: self.user_agent,
        })
    }
}
