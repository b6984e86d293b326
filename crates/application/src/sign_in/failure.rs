//! A sign-in that was refused: what the person may read, and the reference number by which an
//! administrator finds exactly why in the audit log and in the server's log.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use roster_domain::audit::{AuditAction, AuditRecord, Target, TargetKind};
use roster_domain::context::Context;
use roster_domain::id::{AuditId, TenantId};
use roster_domain::refusal::Refusal;

use crate::Application;
use crate::directory::TenantEntry;
use crate::ports::store::StoreError;

/// Of responses that nobody vouches for, so many of each address are written to a tenant's audit log
/// in each interval; the rest stand in the server's log alone. Anybody can post nonsense, and
/// nobody shall keep the refusals of others out of the log by it.
const AUDITED_UNVERIFIED: u32 = 30;
const AUDIT_INTERVAL: Duration = Duration::from_secs(60);

/// The number that a refusal page shows, such as `7K3F-Q2M9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// The number that goes with an audit record: 40 bits of its random half, in the alphabet of
    /// Crockford, which has no letters that are mistaken for others.
    fn of(id: AuditId) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bits = id.uuid().as_u128();
        let letters = (0..8).map(|place| {
            let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
            ALPHABET.get(index).map_or('0', |byte| char::from(*byte))
        });
        let mut text: String = letters.collect();
        text.insert(4, '-');
        Self(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the person may be told.
#[derive(Debug)]
pub enum Problem {
    /// SAML is not set up, or switched off.
    NotConfigured,
    /// The address to return to is not one of ours and not on the tenant's list.
    ReturnAddress,
    /// The attempt is over or unknown here: starting again helps.
    StartAgain,
    /// The response was refused; only an administrator can find out why.
    AskAdministrator,
    /// The identity is verified, and the rules refuse it.
    Refused(Refusal),
    /// The database did not do its part: trying again later helps.
    Unavailable,
}

/// A sign-in that was refused. Nobody was created or changed.
#[derive(Debug)]
pub struct SignInFailure {
    /// The number to ask an administrator about.
    pub reference: Reference,
    /// What the person may be told.
    pub problem: Problem,
}

/// Who was about to sign in, as far as it is known.
pub(super) enum Who<'a> {
    /// Somebody who only asks for the way to the identity provider: anybody can, by a mere link, so
    /// they have a budget of their own.
    Asking,
    /// Nobody vouches for anything.
    Unverified,
    /// The identity provider vouches for this name.
    Verified(&'a str),
}

/// Counts the audited refusals of each address at each tenant.
pub(crate) struct RefusedSignIns {
    audited: Cache<(TenantId, Option<IpAddr>, bool), Arc<AtomicU32>>,
}

impl Default for RefusedSignIns {
    fn default() -> Self {
        let audited = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(AUDIT_INTERVAL)
            .build();
        Self { audited }
    }
}

impl RefusedSignIns {
    fn may_be_audited(&self, tenant: TenantId, address: Option<IpAddr>, asking: bool) -> bool {
        let key = (tenant, address, asking);
        let count = self.audited.get_with(key, Default::default);
        count.fetch_add(1, Ordering::Relaxed) < AUDITED_UNVERIFIED
    }
}

impl Application {
    /// Writes down why a sign-in was refused, and makes of it what the person may read.
    pub(super) async fn refuse_sign_in(
        &self,
        tenant: &TenantEntry,
        context: &Context,
        who: Who<'_>,
        reason: &str,
        problem: Problem,
    ) -> SignInFailure {
        let reference = Reference::of(context.audit_id);
        let slug = tenant.tenant().slug.as_str();
        let request_id = context.origin.request_id.as_deref();
        tracing::warn!(%reference, tenant = slug, request_id, reason, "sign-in refused");
        let (target, audited) = match who {
            Who::Asking | Who::Unverified => {
                let asking = matches!(who, Who::Asking);
                let address = context.origin.source_ip;
                let refused = &self.shared.refused_sign_ins;
                let audited = refused.may_be_audited(tenant.id(), address, asking);
                (tenant.tenant().target(), audited)
            }
            Who::Verified(name) => (
                Target {
                    kind: TargetKind::User,
                    id: None,
                    name: name.to_owned(),
                },
                true,
            ),
        };
        if audited {
            let reason = format!("{reason} (Reference {reference})");
            let record = AuditRecord::failed(context, AuditAction::SignIn, target, &reason);
            let store = self.store(tenant.id());
            if let Err(error) = self.commit_refusal(store.as_ref(), record).await {
                tracing::error!(%error, %reference, "a refused sign-in could not be written to the audit log");
            }
        }
        SignInFailure { reference, problem }
    }

    /// The database failed during a sign-in.
    pub(super) fn sign_in_unavailable(
        &self,
        tenant: &TenantEntry,
        context: &Context,
        error: &StoreError,
    ) -> SignInFailure {
        let reference = Reference::of(context.audit_id);
        let slug = tenant.tenant().slug.as_str();
        let request_id = context.origin.request_id.as_deref();
        tracing::error!(%reference, tenant = slug, request_id, %error, "a sign-in failed");
        SignInFailure {
            reference,
            problem: Problem::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_short_and_follow_from_the_audit_record() {
        let id: AuditId = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60".parse().unwrap();
        let other: AuditId = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f61".parse().unwrap();
        let text = Reference::of(id).to_string();
        assert_eq!(text.len(), 9);
        assert_eq!(text.find('-'), Some(4));
        assert_ne!(text, Reference::of(other).to_string());
    }

    #[test]
    fn nonsense_can_not_flood_the_audit_log_of_a_tenant() {
        let refused = RefusedSignIns::default();
        let tenant = |n| TenantId::new(uuid::Uuid::from_u128(n));
        let address = |text: &str| Some(text.parse().unwrap());
        let audited = |n, from, asking| refused.may_be_audited(tenant(n), address(from), asking);
        let flood = (0..100).filter(|_| audited(1, "192.0.2.1", true));
        assert_eq!(flood.count(), 30);
        for (n, from, asking) in [
            (1, "192.0.2.1", false),
            (1, "192.0.2.2", true),
            (2, "192.0.2.1", true),
        ] {
            assert!(audited(n, from, asking), "{n} {from} {asking}");
        }
    }
}
