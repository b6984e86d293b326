//! The handle on one tenant: takes a connection from the pool for each call, and names the tenant
//! in each.

use std::sync::Arc;

use async_trait::async_trait;
use roster_application::ports::store::{
    AuditQuery, CommitError, StoreError, TenantStore, UserPage, UserQuery,
};
use roster_domain::audit::AuditRecord;
use roster_domain::change::Change;
use roster_domain::id::{RoleId, TenantId, TokenId, UserId};
use roster_domain::role::{Role, RoleUsage};
use roster_domain::settings::Settings;
use roster_domain::token::value::TokenHash;
use roster_domain::token::{ApiToken, LastUse};
use roster_domain::user::User;
use roster_store_kit::columns::can_be_stored;

use crate::connections::{Connections, read};
use crate::errors::is_cut;
use crate::{commit, reads, token_uses};

/// A tenant of a [`PostgresStore`](crate::PostgresStore).
pub(crate) struct PostgresTenant {
    connections: Arc<Connections>,
    id: TenantId,
}

impl PostgresTenant {
    pub(crate) const fn new(connections: Arc<Connections>, id: TenantId) -> Self {
        Self { connections, id }
    }
}

#[async_trait]
impl TenantStore for PostgresTenant {
    async fn settings(&self) -> Result<Option<Settings>, StoreError> {
        read!(self.connections, reads::tenants::settings, self.id)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        read!(self.connections, reads::users::by_id, self.id, id)
    }

    async fn user_by_user_name(&self, folded: &str) -> Result<Option<User>, StoreError> {
        if !can_be_stored(folded) {
            return Ok(None);
        }
        read!(
            self.connections,
            reads::users::by_user_name,
            self.id,
            folded
        )
    }

    async fn user_by_email(&self, folded: &str) -> Result<Option<User>, StoreError> {
        if !can_be_stored(folded) {
            return Ok(None);
        }
        read!(self.connections, reads::users::by_email, self.id, folded)
    }

    async fn users_by_external_id(&self, external_id: &str) -> Result<Vec<User>, StoreError> {
        if !can_be_stored(external_id) {
            return Ok(Vec::new());
        }
        read!(
            self.connections,
            reads::users::by_external_id,
            self.id,
            external_id
        )
    }

    async fn user_page(&self, offset: u64, limit: u32) -> Result<UserPage, StoreError> {
        read!(self.connections, reads::users::page, self.id, offset, limit)
    }

    async fn users(&self, query: &UserQuery) -> Result<Vec<User>, StoreError> {
        if !query.email.as_deref().is_none_or(can_be_stored) {
            return Ok(Vec::new());
        }
        read!(self.connections, reads::users::matching, self.id, query)
    }

    async fn roles(&self) -> Result<Vec<Role>, StoreError> {
        read!(self.connections, reads::roles::all, self.id)
    }

    async fn role(&self, id: RoleId) -> Result<Option<Role>, StoreError> {
        read!(self.connections, reads::roles::by_id, self.id, id)
    }

    async fn role_usage(&self, id: RoleId) -> Result<RoleUsage, StoreError> {
        read!(self.connections, reads::roles::usage, self.id, id)
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read!(self.connections, reads::tokens::all, self.id)
    }

    async fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        read!(self.connections, reads::tokens::by_id, self.id, id)
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        read!(self.connections, reads::tokens::by_hash, self.id, hash)
    }

    // Asked again like a read: to note a use twice changes nothing.
    async fn note_token_uses(&self, uses: &[(TokenId, LastUse)]) -> Result<(), StoreError> {
        read!(self.connections, token_uses::note, self.id, uses)
    }

    async fn audit_log(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        read!(self.connections, reads::audit::matching, self.id, query)
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        let mut connection = self.connections.get().await?;
        let done = commit::commit(&mut connection, self.id, change).await;
        if let Err(CommitError::Store(error)) = &done
            && is_cut(error)
        {
            self.connections.lost(connection);
        }
        done
    }
}
