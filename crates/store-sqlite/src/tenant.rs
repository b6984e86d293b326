//! The handle on one tenant: sends each read to a connection that reads and each write to the one
//! that writes, and names the tenant in each.

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

use crate::Database;
use crate::reads;
use crate::writer::Work;

/// A tenant of a [`SqliteStore`](crate::SqliteStore).
pub(crate) struct SqliteTenant {
    database: Arc<Database>,
    id: TenantId,
}

impl SqliteTenant {
    pub(crate) const fn new(database: Arc<Database>, id: TenantId) -> Self {
        Self { database, id }
    }
}

/// Answers with what a function of [`reads`] finds: `read!(self, users::by_id(id))`.
macro_rules! read {
    ($self:ident, $module:ident::$function:ident($($argument:expr),*)) => {{
        let tenant = $self.id;
        let work = move |connection: &mut _| {
            reads::$module::$function(connection, tenant, $($argument),*)
        };
        $self.database.readers.read(work).await
    }};
}

#[async_trait]
impl TenantStore for SqliteTenant {
    async fn settings(&self) -> Result<Option<Settings>, StoreError> {
        read!(self, tenants::settings())
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        read!(self, users::by_id(id))
    }

    async fn user_by_user_name(&self, folded: &str) -> Result<Option<User>, StoreError> {
        let folded = folded.to_owned();
        read!(self, users::by_user_name(&folded))
    }

    async fn user_by_email(&self, folded: &str) -> Result<Option<User>, StoreError> {
        let folded = folded.to_owned();
        read!(self, users::by_email(&folded))
    }

    async fn users_by_external_id(&self, external_id: &str) -> Result<Vec<User>, StoreError> {
        let external_id = external_id.to_owned();
        read!(self, users::by_external_id(&external_id))
    }

    async fn user_page(&self, offset: u64, limit: u32) -> Result<UserPage, StoreError> {
        read!(self, users::page(offset, limit))
    }

    async fn users(&self, query: &UserQuery) -> Result<Vec<User>, StoreError> {
        let query = query.clone();
        read!(self, users::matching(&query))
    }

    async fn roles(&self) -> Result<Vec<Role>, StoreError> {
        read!(self, roles::all())
    }

    async fn role(&self, id: RoleId) -> Result<Option<Role>, StoreError> {
        read!(self, roles::by_id(id))
    }

    async fn role_usage(&self, id: RoleId) -> Result<RoleUsage, StoreError> {
        read!(self, roles::usage(id))
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read!(self, tokens::all())
    }

    async fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        read!(self, tokens::by_id(id))
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        let hash = *hash;
        read!(self, tokens::by_hash(&hash))
    }

    async fn note_token_uses(&self, uses: &[(TokenId, LastUse)]) -> Result<(), StoreError> {
        if uses.is_empty() {
            return Ok(());
        }
        let noted = self
            .database
            .writer
            .write(self.id, Work::NoteTokenUses(uses.to_vec()))
            .await;
        noted.map_err(|error| match error {
            CommitError::Store(error) => error,
            error => StoreError::Failed(Box::new(error)),
        })
    }

    async fn audit_log(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        let query = query.clone();
        read!(self, audit::matching(&query))
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        self.database
            .writer
            .write(self.id, Work::Commit(Box::new(change.clone())))
            .await
    }
}
