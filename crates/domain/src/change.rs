//! What a decision answers with: everything that one commit must carry, so that nothing can be
//! changed without its audit record.

use crate::admin_link::AdminLink;
use crate::audit::AuditRecord;
use crate::id::{RoleId, SessionId, TokenId, UserId, Version};
use crate::refusal::Loss;
use crate::retention::Stretch;
use crate::role::Role;
use crate::saml_settings::SamlSettings;
use crate::secret::SecretHash;
use crate::session::Session;
use crate::settings::Settings;
use crate::signing_key::SigningKey;
use crate::tenant::Tenant;
use crate::token::ApiToken;
use crate::user::User;
use crate::user::erase::Redaction;

/// One decided change, to be committed whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The new state.
    pub write: Write,
    /// What must still hold when it is committed, besides the version in `write`.
    pub requires: Vec<Precondition>,
    /// The record of it.
    pub audit: AuditRecord,
    /// What others must hear of once it is committed.
    pub events: Vec<Event>,
}

impl Change {
    /// A refusal: no state, only its audit record.
    #[must_use]
    pub const fn refused(audit: AuditRecord) -> Self {
        Self {
            write: Write::Nothing,
            requires: Vec::new(),
            audit,
            events: Vec::new(),
        }
    }
}

/// The state that a commit writes. An update holds the whole new record, whose version is already
/// counted up, and the version it was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Nothing but the audit record.
    Nothing,
    /// A new tenant with its first roles and settings.
    CreateTenant {
        /// The tenant.
        tenant: Tenant,
        /// Its first roles.
        roles: Vec<Role>,
        /// Its settings.
        settings: Settings,
    },
    /// A new person.
    CreateUser(User),
    /// A changed person.
    UpdateUser {
        /// The new state.
        user: User,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// A new role.
    CreateRole(Role),
    /// A changed role.
    UpdateRole {
        /// The new state.
        role: Role,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// A deleted role.
    DeleteRole {
        /// The role.
        role: RoleId,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// A new API token.
    CreateToken(ApiToken),
    /// A changed, rotated or revoked API token.
    UpdateToken {
        /// The new state.
        token: ApiToken,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// Changed settings.
    UpdateSettings {
        /// The new state.
        settings: Settings,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// Changed SAML settings; the first ones when decided on [`Version::UNWRITTEN`].
    UpdateSamlSettings {
        /// The new state.
        settings: Box<SamlSettings>,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// A session begins. Written only if what it was decided on still stands.
    StartSession {
        /// The session.
        session: Session,
        /// Why it may begin.
        because: SessionGround,
    },
    /// A session is over. Its absence is a conflict.
    EndSession(SessionId),
    /// A new break-glass link.
    CreateAdminLink(AdminLink),
    /// A new key for the tokens of sessions, and which others nobody needs any more. Keys belong
    /// to the whole installation; the tenant's audit log only keeps the record.
    AddSigningKey {
        /// The new key.
        key: SigningKey,
        /// The key that was the newest; another one meanwhile is a conflict.
        after: Option<String>,
        /// The ids of keys whose tokens are all dead.
        dead: Vec<String>,
    },
    /// A person whose personal data goes: the account is changed, and with it everything else that
    /// names them. Sessions are deleted, not only ended.
    EraseUser {
        /// The new state.
        user: User,
        /// The version it was decided on.
        decided_on: Version,
        /// What the person was called as the maker of API tokens.
        called: Vec<String>,
        /// Audit records without the person's data. One that is gone meanwhile stays so; one that was
        /// changed meanwhile is a conflict.
        redacted: Vec<Redaction>,
    },
    /// Audit records without a person's data, as in `EraseUser`.
    RedactAudit(Vec<Redaction>),
    /// Old audit records are deleted. Another number of them than was counted is a conflict.
    PruneAudit(Stretch),
}

/// Why a session may begin: what must still stand when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionGround {
    /// The person signed in, and the record still has this version.
    SignIn {
        /// The person.
        user: UserId,
        /// The version it was decided on.
        decided_on: Version,
    },
    /// A break-glass link that was not used before, and is used up by this.
    AdminLink(SecretHash),
}

/// What must hold at the moment of the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// An active person other than this one has the Admin role and is not waiting to lose it.
    AnotherActiveAdmin {
        /// The person who is about to stop being one.
        besides: UserId,
        /// What that person is about to lose.
        loss: Loss,
    },
    /// No person has the role or waits for it, and it is not the default role.
    RoleUnused {
        /// The role.
        role: RoleId,
    },
}

/// A name that only one record of a tenant (or, for the slug, of all) may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UniqueName {
    /// A person's userName.
    UserName,
    /// A person's e-mail.
    Email,
    /// A role's name.
    RoleName,
    /// A tenant's slug.
    TenantSlug,
    /// The identity at a provider that a person is bound to.
    Identity,
}

/// What others (caches of this process, and of other processes) must hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A tenant came into being.
    TenantCreated,
    /// A person changed in some way.
    UserChanged(UserId),
    /// A person lost access: every session ends now.
    UserDeactivated(UserId),
    /// A role was created, changed or deleted.
    RolesChanged,
    /// A token was changed, rotated or revoked.
    TokenChanged(TokenId),
    /// The settings changed.
    SettingsChanged,
    /// The SAML settings changed.
    SamlSettingsChanged,
    /// The keys that sign the tokens of sessions changed.
    SigningKeysChanged,
}

impl Event {
    /// Whether it is about something that a process remembers for a moment, so that every process
    /// must hear of it. People, their sessions and SAML settings are read anew at each request.
    #[must_use]
    pub const fn is_remembered(&self) -> bool {
        match self {
            Self::TenantCreated
            | Self::RolesChanged
            | Self::TokenChanged(_)
            | Self::SettingsChanged
            | Self::SigningKeysChanged => true,
            Self::UserChanged(_) | Self::UserDeactivated(_) | Self::SamlSettingsChanged => false,
        }
    }
}
