//! Erasing a person's data, at their request: in the account, in the audit log, in what else names
//! them. See `roster_domain::user::erase` for what goes and what stays.
//!
//! The whole log is read for mentions of the person, once: it is the only way to find those in
//! refusals about others, and is done seldom.

use roster_domain::audit::AuditAction;
use roster_domain::id::{AuditId, UserId};
use roster_domain::text::fold;
use roster_domain::user::User;
use roster_domain::user::erase::{Redaction, Traces, decide, redact};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::unseen_user;
use crate::Application;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::ports::store::{AuditQuery, TenantStore};
use crate::settle::{Settled, Subject};

/// How many records one commit redacts at most.
const BATCH: usize = 500;
/// How many records are read at a time.
const PAGE: u32 = 1_000;
/// How far the clocks of the servers that write to the log may be apart.
const APART: Duration = Duration::hours(1);

/// What came of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Whose data it was.
    pub user: UserId,
    /// Out of how many audit records it was taken.
    pub records: u64,
}

impl Application {
    /// Erases a person's data. An account that is active is deactivated first, so that nothing is
    /// added to while it is erased. Done again for the same person, it finishes what was interrupted.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] for the last active Admin; what was erased by then
    /// stays erased.
    pub async fn erase_user(&self, operator: &Caller, id: &str) -> Result<Erasure, Error> {
        let not_found = || Error::not_found(Thing::User, &id);
        let user_id: UserId = id.parse().map_err(|_| not_found())?;
        let store = self.store(operator.tenant.id());
        let store = store.as_ref();
        let mut user = store.user(user_id).await?.ok_or_else(not_found)?;
        if user.active {
            user = self.deactivate_user(operator, id).await?;
        }
        let mut traces = Traces::of(&user);
        self.learn_all(store, &user, &mut traces).await?;
        let newest = store.audit_log(&query(1)).await?;
        let late = newest.first().map(|record| record.at.saturating_sub(APART));

        let mut records = 0;
        let last = self
            .redact_all(operator, store, &traces, None, &mut records)
            .await?;
        if user.is_erased() {
            records += self.redact_some(operator, store, &traces, last).await?;
        } else {
            records += self
                .erase_account(operator, store, user, &mut traces, last)
                .await?;
            // What was going on meanwhile has left records, too.
            let late = self
                .redact_all(operator, store, &traces, late, &mut records)
                .await?;
            records += self.redact_some(operator, store, &traces, late).await?;
        }
        self.shared.adapters.store.scrub().await?;
        Ok(Erasure {
            user: user_id,
            records,
        })
    }

    /// The id of the user of that userName, without regard to case.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody has it.
    pub async fn user_named(&self, caller: &Caller, user_name: &str) -> Result<UserId, Error> {
        let store = self.store(caller.tenant.id());
        let user = store.user_by_user_name(&fold(user_name)).await?;
        user.map(|user| user.id).ok_or_else(|| {
            let name = roster_domain::refusal::excerpt(user_name);
            let problem = format!("\"{name}\" is nobody's in this tenant; see `roster user list`");
            Error::invalid("The userName", &problem)
        })
    }

    /// Learns from the log what the person was called before; what is another's by now is left alone.
    async fn learn_all(
        &self,
        store: &dyn TenantStore,
        user: &User,
        traces: &mut Traces,
    ) -> Result<(), Error> {
        let mut before = None;
        loop {
            let about = AuditQuery {
                before,
                targets: vec![user.id.uuid()],
                ..query(PAGE)
            };
            let page = store.audit_log(&about).await?;
            page.iter().for_each(|record| traces.learn(record));
            let Some(last) = page.last() else { break };
            before = Some(last.id);
        }
        let mut others = Vec::new();
        for identifier in traces.identifiers() {
            let found = [
                store.user_by_user_name(identifier).await?,
                store.user_by_email(identifier).await?,
            ];
            if found.into_iter().flatten().any(|found| found.id != user.id) {
                others.push(identifier.clone());
            }
        }
        traces.retain(|identifier| !others.iter().any(|other| other == identifier));
        Ok(())
    }

    /// Redacts the records from `since` on, all but the last few, which are answered: they go with the
    /// commit that is last.
    async fn redact_all(
        &self,
        operator: &Caller,
        store: &dyn TenantStore,
        traces: &Traces,
        since: Option<OffsetDateTime>,
        records: &mut u64,
    ) -> Result<Vec<Redaction>, Error> {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = AuditQuery {
                before,
                ..query(PAGE)
            };
            let page = store.audit_log(&page).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            before = Some(last.id);
            let new = page
                .iter()
                .take_while(|record| since.is_none_or(|since| record.at >= since));
            let looked_at = new.clone().count();
            found.extend(new.filter_map(|record| traces.redaction(record)));
            while found.len() > BATCH {
                let rest = found.split_off(BATCH);
                *records += self.redact_some(operator, store, traces, found).await?;
                found = rest;
            }
            if looked_at < page.len() {
                return Ok(found);
            }
        }
    }

    /// Redacts some records, and answers how many; again as they are by then when somebody has changed
    /// one, who erases another person.
    async fn redact_some(
        &self,
        operator: &Caller,
        store: &dyn TenantStore,
        traces: &Traces,
        mut redacted: Vec<Redaction>,
    ) -> Result<u64, Error> {
        let mut attempts = self.attempts(traces.id().uuid());
        while let Some(span) = Span::of(&redacted) {
            let records = count(&redacted);
            let context = self.context(&operator.actor, &operator.origin);
            let change = redact(traces.id(), redacted, &context);
            let subject = Subject {
                tenant: operator.tenant.id(),
                store,
                context: &context,
                action: AuditAction::EraseUser,
                target: change.audit.target.clone(),
            };
            match self.settle(subject, Ok(Some(change))).await? {
                Settled::Committed(_) | Settled::Unchanged => return Ok(records),
                Settled::Raced => attempts.again().await?,
            }
            redacted = span.read(store, traces).await?;
        }
        Ok(0)
    }

    /// The account itself, with the last of the records, and answers how many; again when somebody has
    /// changed it or them.
    async fn erase_account(
        &self,
        operator: &Caller,
        store: &dyn TenantStore,
        mut user: User,
        traces: &mut Traces,
        mut last: Vec<Redaction>,
    ) -> Result<u64, Error> {
        let id = user.id;
        let mut attempts = self.attempts(id.uuid());
        loop {
            let settings = store.settings().await?.ok_or(Error::Contended)?;
            let context = self.context(&operator.actor, &operator.origin);
            let (span, records) = (Span::of(&last), count(&last));
            let decision = decide(&user, settings.default_role, traces, last, &context);
            let subject = Subject {
                tenant: operator.tenant.id(),
                store,
                context: &context,
                action: AuditAction::EraseUser,
                target: unseen_user(&id.to_string()),
            };
            match self.settle(subject, decision.map(Some)).await? {
                Settled::Committed(_) | Settled::Unchanged => return Ok(records),
                Settled::Raced => attempts.again().await?,
            }
            let present = store.user(id).await?;
            user = present.ok_or_else(|| Error::not_found(Thing::User, &id))?;
            traces.learn_present(&user);
            last = match span {
                Some(span) => span.read(store, traces).await?,
                None => Vec::new(),
            };
        }
    }
}

/// The part of the log that some records are from.
#[derive(Debug, Clone, Copy)]
struct Span {
    newest: AuditId,
    oldest: AuditId,
}

impl Span {
    /// `None`: there are no records.
    fn of(redacted: &[Redaction]) -> Option<Self> {
        let ids = || redacted.iter().map(|redaction| redaction.before.id);
        Some(Self {
            newest: ids().max()?,
            oldest: ids().min()?,
        })
    }

    /// What is to be redacted in it now.
    async fn read(self, store: &dyn TenantStore, traces: &Traces) -> Result<Vec<Redaction>, Error> {
        let after = self.newest.uuid().as_u128().saturating_add(1);
        let mut before = AuditId::new(Uuid::from_u128(after));
        let mut found = Vec::new();
        loop {
            let page = AuditQuery {
                before: Some(before),
                ..query(PAGE)
            };
            let page = store.audit_log(&page).await?;
            let within = page.iter().take_while(|record| record.id >= self.oldest);
            found.extend(within.filter_map(|record| traces.redaction(record)));
            match page.last() {
                Some(last) if last.id > self.oldest => before = last.id,
                _ => return Ok(found),
            }
        }
    }
}

fn query(limit: u32) -> AuditQuery {
    AuditQuery {
        limit,
        ..AuditQuery::default()
    }
}

fn count(records: &[Redaction]) -> u64 {
    u64::try_from(records.len()).unwrap_or(u64::MAX)
}
