//! The last step of every write: commit what was decided, with its audit record, and say whether
//! to decide again.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use roster_domain::audit::{AttributeChange, AuditAction, AuditRecord, Target};
use roster_domain::change::{Change, Precondition, UniqueName, Write};
use roster_domain::context::Context;
use roster_domain::id::{TenantId, Version};
use roster_domain::permission::Permission;
use roster_domain::refusal::Refusal;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::store::{CommitError, TenantStore};

/// How long a lost race is run again before the caller is told. Okta waits for 60 seconds and does
/// not repeat what was refused, so it is better to be late than to give up.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest pause after another lost race: the commits of other processes take a moment too.
const LONGEST_PAUSE_MILLIS: u64 = 64;
const STRIPES: usize = 64;

/// Lets the writers of one record that have lost a race go one after the other, so that many at
/// once don't make each other decide again and again. Nobody waits who has not lost one.
pub(crate) struct Turns {
    hasher: RandomState,
    stripes: [Mutex<()>; STRIPES],
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            stripes: std::array::from_fn(|_| Mutex::new(())),
        }
    }
}

/// The attempts of one write at one record.
pub(crate) struct Attempts<'a> {
    turns: &'a Turns,
    record: Uuid,
    turn: Option<MutexGuard<'a, ()>>,
    begun: Instant,
    lost: u32,
}

impl Attempts<'_> {
    /// To be called before deciding again.
    pub(crate) async fn again(&mut self) -> Result<(), Error> {
        if self.begun.elapsed() > PATIENCE {
            return Err(Error::Contended);
        }
        self.lost = self.lost.saturating_add(1);
        if self.turn.is_some() {
            // Lost in spite of its turn: to a newcomer, or to another process, which must not be
            // met at the same moment again and again.
            let longest = 1_u64
                .checked_shl(self.lost)
                .unwrap_or(u64::MAX)
                .min(LONGEST_PAUSE_MILLIS);
            let chance = self
                .turns
                .hasher
                .hash_one((self.record, self.begun, self.lost));
            tokio::time::sleep(Duration::from_millis(chance % longest)).await;
        } else {
            let stripe = usize::try_from(self.turns.hasher.hash_one(self.record))
                .unwrap_or_default()
                % STRIPES;
            if let Some(stripe) = self.turns.stripes.get(stripe) {
                self.turn = Some(stripe.lock().await);
            }
        }
        Ok(())
    }
}

/// What became of a decision.
#[expect(
    clippy::large_enum_variant,
    reason = "made once per write and taken apart at once"
)]
pub(crate) enum Settled {
    /// It was committed.
    Committed(Change),
    /// There was nothing to change.
    Unchanged,
    /// Somebody else was first: load and decide again.
    Raced,
}

/// Whether a record is still the one that the caller saw. `None`: whichever there is.
///
/// # Errors
/// [`Error::VersionMismatch`] when it is not.
pub(crate) fn require_version(expected: Option<Version>, present: Version) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != present => Err(Error::VersionMismatch),
        _ => Ok(()),
    }
}

/// What is being settled, for the audit record of a refusal.
pub(crate) struct Subject<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) store: &'a dyn TenantStore,
    pub(crate) context: &'a Context,
    pub(crate) action: AuditAction,
    pub(crate) target: Target,
}

impl Application {
    pub(crate) fn attempts(&self, record: Uuid) -> Attempts<'_> {
        Attempts {
            turns: &self.shared.turns,
            record,
            turn: None,
            begun: Instant::now(),
            lost: 0,
        }
    }

    /// Commits a change, and does what goes with every commit: its audit record is counted, and this
    /// process hears of its events.
    ///
    /// # Errors
    /// [`CommitError`]; then nothing was done.
    pub(crate) async fn commit(
        &self,
        tenant: TenantId,
        store: &dyn TenantStore,
        change: &Change,
    ) -> Result<(), CommitError> {
        store.commit(change).await?;
        self.shared.audited.wrote(change.audit.result);
        self.hear(tenant, &change.events);
        Ok(())
    }

    /// Commits the audit record of a refusal, and counts it; no event goes with it.
    ///
    /// # Errors
    /// [`CommitError`] when it could not be written.
    pub(crate) async fn commit_refusal(
        &self,
        store: &dyn TenantStore,
        record: AuditRecord,
    ) -> Result<(), CommitError> {
        let change = Change::refused(record);
        store.commit(&change).await?;
        self.shared.audited.wrote(change.audit.result);
        Ok(())
    }

    /// Commits a decision, or the audit record of its refusal.
    pub(crate) async fn settle(
        &self,
        subject: Subject<'_>,
        decision: Result<Option<Change>, Refusal>,
    ) -> Result<Settled, Error> {
        let change = match decision {
            Ok(Some(change)) => change,
            Ok(None) => return Ok(Settled::Unchanged),
            Err(refusal) => return Err(self.refuse(subject, refusal, Vec::new()).await),
        };
        let committed = self.commit(subject.tenant, subject.store, &change).await;
        let refusal = match committed {
            Ok(()) => return Ok(Settled::Committed(change)),
            // A role that is in use now: the next decision sees by whom.
            Err(CommitError::Conflict | CommitError::Broken(Precondition::RoleUnused { .. })) => {
                return Ok(Settled::Raced);
            }
            Err(CommitError::Taken(name)) => Refusal::Taken {
                name,
                value: wanted_name(name, &change.write),
            },
            Err(CommitError::Broken(Precondition::AnotherActiveAdmin { loss, .. })) => {
                Refusal::LastAdmin { loss }
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        };
        let attempted = change.audit.changes;
        Err(self.refuse(subject, refusal, attempted).await)
    }

    /// Whether the caller may make the change; that they may not is written to the audit log.
    pub(crate) async fn require_to_write(
        &self,
        caller: &Caller,
        permission: &Permission,
        action: AuditAction,
        target: impl FnOnce() -> Target,
    ) -> Result<(), Error> {
        let Err(error) = caller.require(permission) else {
            return Ok(());
        };
        let context = self.context(&caller.actor, &caller.origin);
        let store = self.store(caller.tenant.id());
        self.record_refusal(
            store.as_ref(),
            &context,
            action,
            target(),
            &error.to_string(),
            Vec::new(),
        )
        .await;
        Err(error)
    }

    /// Writes the refusals to the audit log that no decision has made, and hands the outcome on.
    pub(crate) async fn audited<T>(
        &self,
        caller: &Caller,
        action: AuditAction,
        target: impl FnOnce() -> Target,
        outcome: Result<T, Error>,
    ) -> Result<T, Error> {
        if let Err(error @ (Error::NotFound { .. } | Error::VersionMismatch | Error::Contended)) =
            &outcome
        {
            let context = self.context(&caller.actor, &caller.origin);
            let store = self.store(caller.tenant.id());
            let reason = error.to_string();
            self.record_refusal(
                store.as_ref(),
                &context,
                action,
                target(),
                &reason,
                Vec::new(),
            )
            .await;
        }
        outcome
    }

    /// Writes the audit record of a refusal, and gives the refusal back as an error.
    pub(crate) async fn refuse(
        &self,
        subject: Subject<'_>,
        refusal: Refusal,
        attempted: Vec<AttributeChange>,
    ) -> Error {
        self.refuse_as(subject, refusal.into(), attempted).await
    }

    /// The same for an error of another kind.
    pub(crate) async fn refuse_as(
        &self,
        subject: Subject<'_>,
        error: Error,
        attempted: Vec<AttributeChange>,
    ) -> Error {
        let Subject {
            store,
            context,
            action,
            target,
            ..
        } = subject;
        self.record_refusal(
            store,
            context,
            action,
            target,
            &error.to_string(),
            attempted,
        )
        .await;
        error
    }
}

/// The name in `write` that turned out to be taken.
pub(crate) fn wanted_name(name: UniqueName, write: &Write) -> String {
    match (name, write) {
        (UniqueName::UserName, Write::CreateUser(user) | Write::UpdateUser { user, .. }) => {
            user.user_name.to_string()
        }
        (UniqueName::Email, Write::CreateUser(user) | Write::UpdateUser { user, .. }) => {
            user.email.to_string()
        }
        (UniqueName::RoleName, Write::CreateRole(role) | Write::UpdateRole { role, .. }) => {
            role.name.to_string()
        }
        (UniqueName::TenantSlug, Write::CreateTenant { tenant, .. }) => tenant.slug.to_string(),
        (UniqueName::Identity, Write::CreateUser(user) | Write::UpdateUser { user, .. }) => user
            .identity
            .as_ref()
            .map(|identity| identity.name_id().to_owned())
            .unwrap_or_default(),
        _ => String::new(),
    }
}
