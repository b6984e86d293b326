//! The state of Roster. [`Store::tenant`] gives a handle on one tenant, so that a query that
//! forgets the tenant can't be written; [`TenantStore::commit`] is the only way to change
//! anything that is audited.

mod changes;
mod queries;

use std::net::IpAddr;

use async_trait::async_trait;
use roster_domain::admin_link::AdminLink;
use roster_domain::audit::AuditRecord;
use roster_domain::change::{Change, Precondition, UniqueName};
use roster_domain::id::{AuditId, RoleId, SessionId, TenantId, TokenId, UserId};
use roster_domain::permission::PermissionSet;
use roster_domain::retention::Stretch;
use roster_domain::role::{Role, RoleUsage};
use roster_domain::saml_settings::SamlSettings;
use roster_domain::secret::SecretHash;
use roster_domain::session::Session;
use roster_domain::settings::Settings;
use roster_domain::signing_key::SigningKey;
use roster_domain::tenant::Tenant;
use roster_domain::text::TenantSlug;
use roster_domain::token::value::TokenHash;
use roster_domain::token::{ApiToken, LastUse};
use roster_domain::user::User;
use roster_domain::user::identity::IdentityKey;
use time::OffsetDateTime;

pub use changes::{OneProcess, RemoteChange, RemoteChanges};
pub use queries::{AuditQuery, UserPosition, UserQuery, UserStretch, user_position};

/// The store did not answer a read, or a commit that was otherwise fine.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, or no connection came free in time. Worth trying again.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database answered with an error that trying again won't mend.
    #[error("the database failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value is not one that Roster writes.
    #[error("the database holds an invalid {what}: {problem}")]
    Corrupt {
        /// Which column.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// Why a commit wrote nothing at all.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The record has another version than the one decided on (or is gone): load and decide again.
    #[error("the record was changed meanwhile")]
    Conflict,
    /// Another record has that name.
    #[error("the name is taken: {0:?}")]
    Taken(UniqueName),
    /// What had to hold does not.
    #[error("a precondition does not hold: {0:?}")]
    Broken(Precondition),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All tenants, and the way to each.
#[async_trait]
pub trait Store: Send + Sync {
    /// A handle on one tenant. Costs nothing and does not say that the tenant exists; a new
    /// tenant is committed through the handle of its own id.
    fn tenant(&self, id: TenantId) -> Box<dyn TenantStore>;

    /// The tenant of that slug.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn tenant_by_slug(&self, slug: &TenantSlug) -> Result<Option<Tenant>, StoreError>;

    /// Every tenant, by slug.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// Every key that signs the tokens of sessions, or did. They belong to the whole installation;
    /// `Write::AddSigningKey` through any tenant adds one.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;

    /// Deletes what has expired and nobody will miss: sessions that ended by themselves, marks of
    /// [`TenantStore::use_once`], old break-glass links. Answers how many rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn delete_expired(&self, before: &Expired) -> Result<u64, StoreError>;

    /// Sees to it that nothing of what was erased is left in the database's own files, as far as the
    /// store can. What PostgreSQL has deleted its vacuum clears away in its own time.
    ///
    /// # Errors
    /// [`StoreError`]; it may be tried again at any time.
    async fn scrub(&self) -> Result<(), StoreError>;

    /// Whether the database answers, and its schema serves this program.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    async fn ready(&self) -> Result<(), StoreError>;

    /// What any process commits from now on, as far as processes remember what it is about
    /// ([`Event::is_remembered`](roster_domain::change::Event::is_remembered)).
    fn changes(&self) -> Box<dyn RemoteChanges>;
}

/// One page of a tenant's users, in the order of creation, then of id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// All users of the tenant, however many are on this page. Maintained, not counted.
    pub total: u64,
    /// The users on this page.
    pub users: Vec<User>,
}

/// A session, and whose it is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The session.
    pub session: Session,
    /// The person it belongs to, with the permissions of their role; `None`: an operator's.
    pub person: Option<(User, PermissionSet)>,
}

/// What came of the last check of the provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataCheck {
    /// When it was made, in UTC.
    pub at: OffsetDateTime,
    /// What went wrong, if anything did.
    pub problem: Option<String>,
}

/// The last request of a tenant's SCIM client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimContact {
    /// When it came, in UTC.
    pub at: OffsetDateTime,
    /// From where.
    pub from: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The token that it sent.
    pub token: TokenId,
    /// The token's name at that time.
    pub token_name: String,
}

/// Until when things count as expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// The present: what was to end before it has ended.
    pub now: OffsetDateTime,
    /// Sessions last seen before this are over too.
    pub seen_before: OffsetDateTime,
    /// Break-glass links that expired before this are of no interest any more.
    pub links_before: OffsetDateTime,
}

/// The state of one tenant. Nothing of another tenant can be read or changed through it. Every
/// read answers a [`StoreError`] when the database does not.
#[async_trait]
pub trait TenantStore: Send + Sync {
    /// The tenant's settings. `None`: there is no such tenant.
    async fn settings(&self) -> Result<Option<Settings>, StoreError>;

    /// The user of that id.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user whose folded userName is `folded`.
    async fn user_by_user_name(&self, folded: &str) -> Result<Option<User>, StoreError>;

    /// The user whose folded e-mail is `folded`.
    async fn user_by_email(&self, folded: &str) -> Result<Option<User>, StoreError>;

    /// The first users (200 at most) with exactly that external id, which need not be unique.
    async fn users_by_external_id(&self, external_id: &str) -> Result<Vec<User>, StoreError>;

    /// `limit` users after the first `offset`, and how many there are.
    async fn user_page(&self, offset: u64, limit: u32) -> Result<UserPage, StoreError>;

    /// The users that match `query`, in the order of creation, then of id, whichever stretch it is.
    async fn users(&self, query: &UserQuery) -> Result<Vec<User>, StoreError>;

    /// Every role, in the order of creation, then of id.
    async fn roles(&self) -> Result<Vec<Role>, StoreError>;

    /// The role of that id.
    async fn role(&self, id: RoleId) -> Result<Option<Role>, StoreError>;

    /// How many people have the role or wait for it.
    async fn role_usage(&self, id: RoleId) -> Result<RoleUsage, StoreError>;

    /// How many people have each role or wait for it; of roles that somebody has or waits for only.
    async fn role_usages(&self) -> Result<Vec<(RoleId, RoleUsage)>, StoreError>;

    /// Every token that was not revoked, in the order of creation, then of id.
    async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;

    /// The tokens whose folded name is `folded`, revoked or not, in the order of creation, then of id.
    async fn tokens_named(&self, folded: &str) -> Result<Vec<TokenId>, StoreError>;

    /// The token of that id, revoked or not.
    async fn token(&self, id: TokenId) -> Result<Option<ApiToken>, StoreError>;

    /// The token with that hash as its present or previous value, revoked or not.
    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError>;

    /// Notes when tokens were last used. Not audited, counts no version; never turns a token's
    /// last use back to an earlier one.
    async fn note_token_uses(&self, uses: &[(TokenId, LastUse)]) -> Result<(), StoreError>;

    /// The user bound to that identity.
    async fn user_by_identity(&self, key: &IdentityKey) -> Result<Option<User>, StoreError>;

    /// The tenant's SAML settings; those of [`SamlSettings::unwritten`] if none were ever written.
    async fn saml_settings(&self) -> Result<SamlSettings, StoreError>;

    /// The session with that secret, expired or not, and whose it is now: one round trip.
    async fn session(&self, secret: &SecretHash) -> Result<Option<StoredSession>, StoreError>;

    /// Every stored session of a user, the newest first; some may hold no longer.
    async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Notes that a session was used. Not audited; never turns it back to an earlier time.
    async fn note_session_use(&self, id: SessionId, at: OffsetDateTime) -> Result<(), StoreError>;

    /// The break-glass link with that secret, used or not.
    async fn admin_link(&self, secret: &SecretHash) -> Result<Option<AdminLink>, StoreError>;

    /// Marks `keys` as used until `until`, all in one transaction. `false`: one of them was in use
    /// already, so that none of this counts; whether the others are marked then does not matter.
    async fn use_once(
        &self,
        keys: &[SecretHash],
        until: OffsetDateTime,
    ) -> Result<bool, StoreError>;

    /// Takes the turn to check the provider's metadata, if nobody has since `due`: of many that ask
    /// at once, one gets it.
    async fn claim_metadata_check(
        &self,
        due: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError>;

    /// Notes what came of the check that began at that time: a problem, or none. Never turns back to
    /// an earlier check.
    async fn note_metadata_check(
        &self,
        at: OffsetDateTime,
        problem: Option<&str>,
    ) -> Result<(), StoreError>;

    /// When the provider's metadata was last checked, and what came of it.
    async fn metadata_check(&self) -> Result<Option<MetadataCheck>, StoreError>;

    /// Notes the last request of the SCIM client. Not audited; never turns it back to an earlier
    /// one.
    async fn note_scim_contact(&self, contact: &ScimContact) -> Result<(), StoreError>;

    /// The last request of the SCIM client, as far as it was noted.
    async fn scim_contact(&self) -> Result<Option<ScimContact>, StoreError>;

    /// The audit records that match `query`, newest first.
    async fn audit_log(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError>;

    /// The oldest `most` audit records from before a time, after that one: where the stretch of them
    /// ends and how many they are. `None`: there is none.
    async fn oldest_audit_records(
        &self,
        before: OffsetDateTime,
        after: Option<AuditId>,
        most: u32,
    ) -> Result<Option<Stretch>, StoreError>;

    /// How many audit records there are from before a time. Counts them one by one.
    async fn count_audit_records(&self, before: OffsetDateTime) -> Result<u64, StoreError>;

    /// Writes a change whole (state, audit record) in one transaction, or nothing.
    ///
    /// # Errors
    /// [`CommitError`] says why nothing was written.
    async fn commit(&self, change: &Change) -> Result<(), CommitError>;
}
