//! The handle on one tenant: takes a connection from the pool for each call, and names the tenant
//! in each.

use std::sync::Arc;

use async_trait::async_trait;
use roster_application::ports::store::{
    AuditQuery, CommitError, MetadataCheck, ScimContact, StoreError, StoredSession, TenantStore,
    UserPage, UserQuery,
};
use roster_domain::admin_link::AdminLink;
use roster_domain::audit::AuditRecord;
use roster_domain::change::Change;
use roster_domain::id::{AuditId, RoleId, SessionId, TenantId, TokenId, UserId};
use roster_domain::retention::Stretch;
use roster_domain::role::{Role, RoleUsage};
use roster_domain::saml_settings::SamlSettings;
use roster_domain::secret::SecretHash;
use roster_domain::session::Session;
use roster_domain::settings::Settings;
use roster_domain::token::value::TokenHash;
use roster_domain::token::{ApiToken, LastUse};
use roster_domain::user::User;
use roster_domain::user::identity::IdentityKey;
use roster_store_kit::columns::can_be_stored;
use time::OffsetDateTime;

use crate::connections::{Connections, once, read};
use crate::errors::is_cut;
use crate::{commit, metadata_checks, reads, scim_contacts, session_uses, token_uses, used_once};

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

    async fn role_usages(&self) -> Result<Vec<(RoleId, RoleUsage)>, StoreError> {
        read!(self.connections, reads::roles::usages, self.id)
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read!(self.connections, reads::tokens::all, self.id)
    }

    async fn tokens_named(&self, folded: &str) -> Result<Vec<TokenId>, StoreError> {
        read!(self.connections, reads::tokens::named, self.id, folded)
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

    async fn user_by_identity(&self, key: &IdentityKey) -> Result<Option<User>, StoreError> {
        read!(self.connections, reads::users::by_identity, self.id, key)
    }

    async fn saml_settings(&self) -> Result<SamlSettings, StoreError> {
        read!(self.connections, reads::saml::settings, self.id)
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<StoredSession>, StoreError> {
        read!(
            self.connections,
            reads::sessions::by_secret,
            self.id,
            secret
        )
    }

    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        read!(self.connections, reads::sessions::of_user, self.id, user)
    }

    // Asked again like a read, as that of a token.
    async fn note_session_use(&self, id: SessionId, at: OffsetDateTime) -> Result<(), StoreError> {
        read!(self.connections, session_uses::note, self.id, id, at)
    }

    async fn admin_link(&self, secret: &SecretHash) -> Result<Option<AdminLink>, StoreError> {
        read!(
            self.connections,
            reads::admin_links::by_secret,
            self.id,
            secret
        )
    }

    async fn use_once(
        &self,
        keys: &[SecretHash],
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        once!(self.connections, used_once::mark, self.id, keys, until)
    }

    async fn claim_metadata_check(
        &self,
        due: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        once!(self.connections, metadata_checks::claim, self.id, due, now)
    }

    // Asked again like a read: it notes the same.
    async fn note_metadata_check(
        &self,
        at: OffsetDateTime,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        read!(
            self.connections,
            metadata_checks::note,
            self.id,
            at,
            problem
        )
    }

    async fn metadata_check(&self) -> Result<Option<MetadataCheck>, StoreError> {
        read!(self.connections, reads::saml::metadata_check, self.id)
    }

    // Asked again like a read, as that of a token.
    async fn note_scim_contact(&self, contact: &ScimContact) -> Result<(), StoreError> {
        read!(self.connections, scim_contacts::note, self.id, contact)
    }

    async fn scim_contact(&self) -> Result<Option<ScimContact>, StoreError> {
        read!(self.connections, reads::scim_contacts::last, self.id)
    }

    async fn audit_log(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        read!(self.connections, reads::audit::matching, self.id, query)
    }

    async fn oldest_audit_records(
        &self,
        before: OffsetDateTime,
        after: Option<AuditId>,
        most: u32,
    ) -> Result<Option<Stretch>, StoreError> {
        read!(
            self.connections,
            reads::audit::oldest,
            self.id,
            before,
            after,
            most
        )
    }

    async fn count_audit_records(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        read!(self.connections, reads::audit::count, self.id, before)
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        let mut connection = self.connections.get().await?;
        let opened = connection.asks();
        let done = async {
            let done = commit::commit(&mut connection, self.id, change).await;
            connection.end(done).await
        };
        let done = self.connections.silence.watch(opened, done).await;
        connection.is_answered();
        if let Err(CommitError::Store(error)) = &done
            && is_cut(error)
        {
            self.connections.lost(connection);
        }
        done
    }
}
