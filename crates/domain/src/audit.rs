//! Audit records: one for every change and every refused change, written in the same commit.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::context::{Actor, Context, Origin};
use crate::id::AuditId;
use crate::named::named_enum;

named_enum! {
    /// What was done, or tried.
    AuditAction {
        /// A tenant came into being.
        CreateTenant = "CREATE_TENANT",
        /// A person came into being.
        CreateUser = "CREATE_USER",
        /// A person's profile, role or status changed.
        UpdateUser = "UPDATE_USER",
        /// A person was to be deleted; always refused, since people are deactivated.
        DeleteUser = "DELETE_USER",
        /// A role came into being.
        CreateUserRole = "CREATE_USER_ROLE",
        /// A role's name or permissions changed.
        UpdateUserRole = "UPDATE_USER_ROLE",
        /// A role was deleted.
        DeleteUserRole = "DELETE_USER_ROLE",
        /// An API token was created.
        CreateApiToken = "CREATE_API_TOKEN",
        /// An API token's name, permissions, expiry or addresses changed.
        UpdateApiToken = "UPDATE_API_TOKEN",
        /// An API token got a new value.
        RotateApiToken = "ROTATE_API_TOKEN",
        /// An API token was revoked.
        DeleteApiToken = "DELETE_API_TOKEN",
        /// An API token was used from an address outside its networks; always refused.
        UseApiToken = "USE_API_TOKEN",
        /// A tenant's general settings changed.
        UpdateGeneralSettings = "UPDATE_GENERAL_SETTINGS",
        /// A tenant's SAML settings changed: whom it trusts to sign people in.
        UpdateSamlSettings = "UPDATE_SAML_SETTINGS",
        /// A person signed in, or tried to.
        SignIn = "SIGN_IN",
        /// A session was ended, or all of a person's were.
        SignOut = "SIGN_OUT",
        /// An operator made a break-glass link.
        CreateAdminLink = "CREATE_ADMIN_LINK",
        /// A new key was made that will sign the tokens of sessions.
        RotateSigningKey = "ROTATE_SIGNING_KEY",
        /// An operator erased a person's personal data, in the account and in the audit log.
        EraseUser = "ERASE_USER",
        /// An operator deleted audit records that were kept for long enough.
        PruneAuditLog = "PRUNE_AUDIT_LOG",
    }
}

named_enum! {
    /// How it ended.
    AuditResult {
        /// The change was made.
        Succeeded = "SUCCEEDED",
        /// The change was refused; the description says why.
        Failed = "FAILED",
    }
}

named_enum! {
    /// The kind of thing that was acted on.
    TargetKind {
        /// A tenant or its settings.
        Tenant = "TENANT",
        /// A person.
        User = "USER",
        /// A role.
        Role = "ROLE",
        /// An API token.
        ApiToken = "API_TOKEN",
        /// A break-glass link.
        AdminLink = "ADMIN_LINK",
        /// A key that signs the tokens of sessions.
        SigningKey = "SIGNING_KEY",
    }
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its kind.
    pub kind: TargetKind,
    /// Its id; absent when the thing never came into being.
    pub id: Option<Uuid>,
    /// Its name at that time.
    pub name: String,
}

/// A value before or after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditValue {
    /// A text.
    Text(String),
    /// A yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
}

impl From<&str> for AuditValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for AuditValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for AuditValue {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

/// One attribute that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    /// The attribute, by the name it has in the management API.
    pub attribute: String,
    /// Its value before, if it had one.
    pub before: Option<AuditValue>,
    /// Its value after, if it has one.
    pub after: Option<AuditValue>,
}

/// Collects the attributes that differ between two states.
#[derive(Debug, Default)]
pub struct Diff(Vec<AttributeChange>);

impl Diff {
    /// Notes `attribute` if `before` and `after` differ.
    #[must_use]
    pub fn of<V: Into<AuditValue>>(
        mut self,
        attribute: &str,
        before: Option<V>,
        after: Option<V>,
    ) -> Self {
        let (before, after) = (before.map(Into::into), after.map(Into::into));
        if before != after {
            self.0.push(AttributeChange {
                attribute: attribute.to_owned(),
                before,
                after,
            });
        }
        self
    }

    /// The differences noted.
    #[must_use]
    pub fn into_changes(self) -> Vec<AttributeChange> {
        self.0
    }
}

/// One entry of the audit log. Append-only: old records can be deleted ([`crate::retention`]) and the
/// personal data of one person be taken out ([`crate::user::erase`]); both leave a record themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id, in the order of time.
    pub id: AuditId,
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// What was done, or tried.
    pub action: AuditAction,
    /// How it ended.
    pub result: AuditResult,
    /// A sentence for people.
    pub description: String,
    /// Who did it.
    pub actor: Actor,
    /// What was acted on.
    pub target: Target,
    /// What changed.
    pub changes: Vec<AttributeChange>,
    /// From where.
    pub origin: Origin,
}

impl AuditRecord {
    /// The record of a change that is being made.
    #[must_use]
    pub fn succeeded(
        context: &Context,
        action: AuditAction,
        target: Target,
        description: impl Into<String>,
        diff: Diff,
    ) -> Self {
        Self {
            id: context.audit_id,
            at: context.now,
            action,
            result: AuditResult::Succeeded,
            description: description.into(),
            actor: context.actor.clone(),
            target,
            changes: diff.into_changes(),
            origin: context.origin.clone(),
        }
    }

    /// The record of a change that was refused, with the reason.
    ///
    /// A reason may quote what was sent; control characters in it would break a log line, and
    /// PostgreSQL keeps no NUL at all.
    #[must_use]
    pub fn failed(context: &Context, action: AuditAction, target: Target, reason: &str) -> Self {
        let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
        Self {
            result: AuditResult::Failed,
            ..Self::succeeded(context, action, target, reason, Diff::default())
        }
    }
}
