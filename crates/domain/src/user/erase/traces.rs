//! What a person was called, and the audit records without it.

use crate::audit::{
    AttributeChange, AuditAction, AuditRecord, AuditResult, AuditValue, TargetKind,
};
use crate::context::Actor;
use crate::id::UserId;
use crate::refusal::excerpt;
use crate::text::{ExternalId, fold};
use crate::user::User;
use crate::user::identity::IdpIdentity;

use super::words::{ERASED, replaced, replaced_in_quotes, without_quotes};
use super::{Redaction, placeholder};

/// The attributes of a person that are personal data, as audit records call them.
const PERSONAL: [&str; 6] = [
    "userName",
    "email",
    "givenName",
    "familyName",
    "externalId",
    "nameId",
];

/// Everything that a person is or was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    id: UserId,
    placeholder: String,
    /// userNames, as they were written.
    user_names: Vec<String>,
    /// userNames, e-mails, external ids and names at identity providers, folded.
    identifiers: Vec<String>,
    /// Given and family names, folded: what others are called, too.
    names: Vec<String>,
}

impl Traces {
    /// What the person is called now.
    #[must_use]
    pub fn of(user: &User) -> Self {
        let mut traces = Self {
            id: user.id,
            placeholder: placeholder(user.id),
            user_names: Vec::new(),
            identifiers: Vec::new(),
            names: Vec::new(),
        };
        traces.learn_present(user);
        traces
    }

    /// Whose they are.
    #[must_use]
    pub const fn id(&self) -> UserId {
        self.id
    }

    /// Learns what the person is called by now.
    pub fn learn_present(&mut self, user: &User) {
        if user.is_erased() {
            return;
        }
        self.learn_user_name(user.user_name.as_str());
        let identity = user.identity.as_ref().map(IdpIdentity::name_id);
        let external = user.external_id.as_ref().map(ExternalId::as_str);
        for identifier in [Some(user.email.as_str()), identity, external] {
            learn(&mut self.identifiers, identifier.unwrap_or_default());
        }
        for name in [&user.given_name, &user.family_name] {
            learn(&mut self.names, name.as_str());
        }
    }

    /// Learns what the person was called before, from a record about them.
    pub fn learn(&mut self, record: &AuditRecord) {
        if !self.is_about(record) {
            return;
        }
        self.learn_user_name(&record.target.name);
        for change in record.changes.iter().filter(|change| is_personal(change)) {
            for value in [&change.before, &change.after].into_iter().flatten() {
                let AuditValue::Text(text) = value else {
                    continue;
                };
                match change.attribute.as_str() {
                    "userName" => self.learn_user_name(text),
                    "givenName" | "familyName" => learn(&mut self.names, text),
                    _ => learn(&mut self.identifiers, text),
                }
            }
        }
    }

    /// Forgets what is the name of somebody else by now: `keep` says of a folded value whether it is
    /// still this person's alone.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.identifiers.retain(|value| keep(value));
        self.user_names.retain(|name| keep(&fold(name)));
    }

    /// The userNames that the person has or had.
    #[must_use]
    pub fn user_names(&self) -> &[String] {
        &self.user_names
    }

    /// What the person is known by, folded: some of it may be somebody else's by now.
    #[must_use]
    pub fn identifiers(&self) -> &[String] {
        &self.identifiers
    }

    /// The record without the person's data; `None`: there is none in it.
    #[must_use]
    pub fn redact(&self, record: &AuditRecord) -> Option<AuditRecord> {
        let mut redacted = record.clone();
        let by_them = matches!(&record.actor, Actor::User { id, .. } if *id == self.id);
        let own = self.is_about(record) || self.is_named_by(record);
        if by_them && let Actor::User { name, .. } = &mut redacted.actor {
            self.placeholder.clone_into(name);
        }
        if own {
            self.placeholder.clone_into(&mut redacted.target.name);
            for value in values(&mut redacted.changes, is_personal) {
                *value = AuditValue::Text(ERASED.to_owned());
            }
        }
        // At a sign-in it is their browser that comes, also when the account is made or changed by it.
        let signs_in = matches!(record.action, AuditAction::SignIn | AuditAction::SignOut)
            || matches!(record.actor, Actor::System);
        if by_them || (own && signs_in) {
            // Where they were, and what with.
            redacted.origin.source_ip = None;
            redacted.origin.user_agent = None;
        }
        self.clean_of_addresses(&mut redacted);
        if own || by_them {
            self.clean_of_words(&mut redacted, own);
        }
        (redacted != *record).then_some(redacted)
    }

    /// The record and the same without the person's data, as [`redact`](Self::redact).
    #[must_use]
    pub fn redaction(&self, record: &AuditRecord) -> Option<Redaction> {
        self.redact(record).map(|after| Redaction {
            before: record.clone(),
            after,
        })
    }

    /// An address is this person wherever it stands.
    fn clean_of_addresses(&self, record: &mut AuditRecord) {
        let addresses = self.sought(is_address);
        self.clean(&mut record.description, &addresses);
        self.clean(&mut record.target.name, &addresses);
        for value in values(&mut record.changes, |_| true) {
            self.clean_value(value, &addresses);
        }
    }

    /// A mere word is this person only where people are named, and in what was quoted: elsewhere it
    /// is a role, or a word of the sentence.
    fn clean_of_words(&self, record: &mut AuditRecord, own: bool) {
        let mut words = self.sought(|identifier| !is_address(identifier));
        if record.target.kind == TargetKind::User {
            self.clean(&mut record.target.name, &words);
        }
        for value in values(&mut record.changes, is_personal) {
            self.clean_value(value, &words);
        }
        if own && record.result == AuditResult::Failed {
            // It quotes what was sent, which may be anything, and may name the account besides.
            record.description = without_quotes(&record.description);
            words.extend(self.names.iter().cloned());
            self.clean(&mut record.description, &words);
        } else if let Some(without) = replaced_in_quotes(&record.description, &words) {
            record.description = without;
        }
    }

    fn clean(&self, text: &mut String, sought: &[String]) {
        if *text != self.placeholder
            && let Some(without) = replaced(text, sought)
        {
            *text = without;
        }
    }

    fn clean_value(&self, value: &mut AuditValue, sought: &[String]) {
        match value {
            AuditValue::Text(text) => self.clean(text, sought),
            AuditValue::List(texts) => texts.iter_mut().for_each(|text| self.clean(text, sought)),
            AuditValue::Flag(_) => {}
        }
    }

    /// Those of the identifiers, and what is left of the long ones where they were shortened.
    fn sought(&self, kind: impl Fn(&str) -> bool) -> Vec<String> {
        let whole = self.identifiers.iter().filter(|value| kind(value));
        whole
            .flat_map(|value| [Some(value.clone()), shortened(value)])
            .flatten()
            .collect()
    }

    /// Whether a record is about this person who was not looked up, or did not exist yet.
    fn is_named_by(&self, record: &AuditRecord) -> bool {
        let target = &record.target;
        target.kind == TargetKind::User
            && target.id.is_none()
            && self.sought(|_| true).contains(&fold(&target.name))
    }

    fn is_about(&self, record: &AuditRecord) -> bool {
        record.target.kind == TargetKind::User && record.target.id == Some(self.id.uuid())
    }

    fn learn_user_name(&mut self, name: &str) {
        // A record that was redacted before, or whose target is only known by its id.
        if name == self.placeholder || name == ERASED || name == self.id.to_string() {
            return;
        }
        if !self.user_names.iter().any(|known| known == name) {
            self.user_names.push(name.to_owned());
        }
        learn(&mut self.identifiers, name);
    }
}

fn learn(known: &mut Vec<String>, value: &str) {
    let value = fold(value);
    if !value.is_empty() && value != ERASED && !known.contains(&value) {
        known.push(value);
    }
}

fn is_personal(change: &AttributeChange) -> bool {
    PERSONAL.contains(&change.attribute.as_str())
}

fn is_address(identifier: &str) -> bool {
    identifier.contains('@')
}

/// What messages say instead of a long value.
fn shortened(value: &str) -> Option<String> {
    let short = excerpt(value);
    (short != value).then_some(short)
}

/// The values before and after of some of the changes.
fn values(
    changes: &mut [AttributeChange],
    which: impl Fn(&AttributeChange) -> bool,
) -> impl Iterator<Item = &mut AuditValue> {
    changes
        .iter_mut()
        .filter(move |change| which(change))
        .flat_map(|change| [&mut change.before, &mut change.after])
        .flatten()
}
