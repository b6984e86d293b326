//! The handle on one tenant: sends each read to a connection that reads and each write to the one
//! that writes, and names the tenant in each.

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
use time::OffsetDateTime;

use crate::Database;
use crate::reads;
use crate::writer::{Note, Work, unaudited};

/// A tenant of a [`SqliteStore`](crate::SqliteStore).
pub(crate) struct SqliteTenant {
    database: Arc<Database>,
    id: TenantId,
}

impl SqliteTenant {
    pub(crate) const fn new(database: Arc<Database>, id: TenantId) -> Self {
        Self { database, id }
    }

    /// Writes what is not audited. How many records were written.
    async fn note(&self, note: Note) -> Result<usize, StoreError> {
        let written = self.database.writer.write(Work::Note(self.id, note)).await;
        written.map_err(unaudited)
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

    async fn role_usages(&self) -> Result<Vec<(RoleId, RoleUsage)>, StoreError> {
        read!(self, roles::usages())
    }

    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read!(self, tokens::all())
    }

    async fn tokens_named(&self, folded: &str) -> Result<Vec<TokenId>, StoreError> {
        let folded = folded.to_owned();
        read!(self, tokens::named(&folded))
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
        self.note(Note::TokenUses(uses.to_vec())).await.map(|_| ())
    }

    async fn user_by_identity(&self, key: &IdentityKey) -> Result<Option<User>, StoreError> {
        let key = *key;
        read!(self, users::by_identity(&key))
    }

    async fn saml_settings(&self) -> Result<SamlSettings, StoreError> {
        read!(self, saml::settings())
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<StoredSession>, StoreError> {
        let secret = *secret;
        read!(self, sessions::by_secret(&secret))
    }

    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        read!(self, sessions::of_user(user))
    }

    async fn note_session_use(&self, id: SessionId, at: OffsetDateTime) -> Result<(), StoreError> {
        self.note(Note::SessionUse(id, at)).await.map(|_| ())
    }

    async fn admin_link(&self, secret: &SecretHash) -> Result<Option<AdminLink>, StoreError> {
        let secret = *secret;
        read!(self, admin_links::by_secret(&secret))
    }

    async fn use_once(
        &self,
        keys: &[SecretHash],
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        if keys.is_empty() {
            return Ok(true);
        }
        let all = keys.len();
        let keys = keys.to_vec();
        Ok(self.note(Note::UsedOnce { keys, until }).await? == all)
    }

    async fn claim_metadata_check(
        &self,
        due: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        Ok(self.note(Note::ClaimCheck { due, now }).await? == 1)
    }

    async fn note_metadata_check(
        &self,
        at: OffsetDateTime,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let problem = problem.map(str::to_owned);
        self.note(Note::Check { at, problem }).await.map(|_| ())
    }

    async fn metadata_check(&self) -> Result<Option<MetadataCheck>, StoreError> {
        read!(self, saml::metadata_check())
    }

    async fn note_scim_contact(&self, contact: &ScimContact) -> Result<(), StoreError> {
        let note = Note::ScimContact(Box::new(contact.clone()));
        self.note(note).await.map(|_| ())
    }

    async fn scim_contact(&self) -> Result<Option<ScimContact>, StoreError> {
        read!(self, scim_contacts::last())
    }

    async fn audit_log(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        let query = query.clone();
        read!(self, audit::matching(&query))
    }

    async fn oldest_audit_records(
        &self,
        before: OffsetDateTime,
        after: Option<AuditId>,
        most: u32,
    ) -> Result<Option<Stretch>, StoreError> {
        read!(self, audit::oldest(before, after, most))
    }

    async fn count_audit_records(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        read!(self, audit::count(before))
    }

    async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        let work = Work::Commit(self.id, Box::new(change.clone()));
        self.database.writer.write(work).await.map(|_| ())
    }
}
