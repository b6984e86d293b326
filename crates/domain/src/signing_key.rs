//! The keys that sign the tokens of sessions (JWT, RFC 7519): which one signs, which ones are
//! published, and how a new one takes over without a gap.
//!
//! A new key is published [`PUBLISHED_AHEAD`] before it signs, longer than anybody may remember the
//! published set; an old one stays published until every token it signed is dead.

use time::{Duration, OffsetDateTime};

use crate::audit::{AuditAction, AuditRecord, Diff, Target, TargetKind};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::secret::Sealed;

/// How long clients may remember the published keys.
pub const REMEMBERED: Duration = Duration::minutes(5);

/// How long before its first signature a new key is published.
pub const PUBLISHED_AHEAD: Duration = Duration::minutes(10);

/// The longest life of a token, and a margin for clocks that differ.
pub const LONGEST_TOKEN: Duration = Duration::minutes(65);

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id (`kid` of RFC 7515): the thumbprint of its public half.
    pub id: String,
    /// Its public half, as a JSON Web Key (RFC 7517).
    pub public_jwk: String,
    /// Its private half, sealed.
    pub private_key: Sealed,
    /// When it was made, in UTC.
    pub created_at: OffsetDateTime,
    /// When it signs from, in UTC.
    pub signs_from: OffsetDateTime,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its id.
    pub id: String,
    /// Its public half.
    pub public_jwk: String,
    /// Its private half, sealed.
    pub private_key: Sealed,
}

/// The keys in the order in which they sign.
fn in_order(keys: &[SigningKey]) -> Vec<&SigningKey> {
    let mut keys: Vec<_> = keys.iter().collect();
    keys.sort_by_key(|key| (key.signs_from, key.id.clone()));
    keys
}

/// The key that signs now: the one that began last.
#[must_use]
pub fn signer(keys: &[SigningKey], now: OffsetDateTime) -> Option<&SigningKey> {
    in_order(keys)
        .into_iter()
        .rfind(|key| key.signs_from <= now)
}

/// The keys that clients must know now: those that will sign, the one that does, and those whose
/// tokens may still be alive.
#[must_use]
pub fn published(keys: &[SigningKey], now: OffsetDateTime) -> Vec<&SigningKey> {
    let keys = in_order(keys);
    let successors = keys.iter().skip(1).map(Some).chain([None]);
    let alive = keys
        .iter()
        .zip(successors)
        .filter(|(_, next)| next.is_none_or(|next| now < next.signs_from + LONGEST_TOKEN));
    alive.map(|(key, _)| *key).collect()
}

/// Decides on a new key. The first one signs at once; a later one is published ahead.
#[must_use]
pub fn rotate(keys: &[SigningKey], new: NewKey, context: &Context) -> Change {
    let newest = in_order(keys).last().map(|key| key.id.clone());
    let ahead = if newest.is_none() {
        Duration::ZERO
    } else {
        PUBLISHED_AHEAD
    };
    let key = SigningKey {
        id: new.id,
        public_jwk: new.public_jwk,
        private_key: new.private_key,
        created_at: context.now,
        signs_from: context.now + ahead,
    };
    let alive = published(keys, context.now);
    let dead: Vec<String> = keys
        .iter()
        .filter(|key| !alive.contains(key))
        .map(|key| key.id.clone())
        .collect();
    let target = Target {
        kind: TargetKind::SigningKey,
        id: None,
        name: key.id.clone(),
    };
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::RotateSigningKey,
        target,
        "Signing key created; it signs the tokens of sessions after the time for which it is published ahead.",
        Diff::default().of("signingKey", newest.as_deref(), Some(key.id.as_str())),
    );
    Change {
        write: Write::AddSigningKey {
            key,
            after: newest,
            dead,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::SigningKeysChanged],
    }
}
