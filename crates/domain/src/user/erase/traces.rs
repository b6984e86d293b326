//! What a person was called, and the audit records without it.

use crate::audit::{
    AttributeChange, AuditAction, AuditRecord, AuditResult, AuditValue, TargetKind,
};
use crate::context::Actor;
use crate::id::UserId;
use crate::text::{ExternalId, fold};
use crate::user::User;
use crate::user::identity::IdpIdentity;

use super::placeholder;
use super::words::{ERASED, replaced, without_quotes};

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
        let about_them = self.is_about(record);
        // Of a person who was not looked up, or did not exist yet.
        let named = record.target.kind == TargetKind::User
            && record.target.id.is_none()
            && self.identifiers.contains(&fold(&record.target.name));
        if by_them && let Actor::User { name, .. } = &mut redacted.actor {
            self.placeholder.clone_into(name);
        }
        if about_them || named {
            self.placeholder.clone_into(&mut redacted.target.name);
            for change in redacted
                .changes
                .iter_mut()
                .filter(|change| is_personal(change))
            {
                for value in [&mut change.before, &mut change.after]
                    .into_iter()
                    .flatten()
                {
                    *value = AuditValue::Text(ERASED.to_owned());
                }
            }
        }
        let signs_in = matches!(record.action, AuditAction::SignIn | AuditAction::SignOut);
        if by_them || ((about_them || named) && signs_in) {
            // Where they were, and what with.
            redacted.origin.source_ip = None;
            redacted.origin.user_agent = None;
        }
        let own = about_them || named;
        let refused = own && record.result == AuditResult::Failed;
        if refused {
            // It quotes what was sent, which may be anything.
            redacted.description = without_quotes(&redacted.description);
        }
        // In what is about others a mere word is hardly this person; an address is.
        let identifiers = self.identifiers.iter().map(String::as_str);
        let identifiers = identifiers.filter(|value| own || by_them || value.contains('@'));
        let names = self.names.iter().map(String::as_str).filter(|_| refused);
        let sought: Vec<&str> = identifiers.chain(names).collect();
        self.clean(&mut redacted, &sought);
        (redacted != *record).then_some(redacted)
    }

    fn clean(&self, record: &mut AuditRecord, sought: &[&str]) {
        let clean = |text: &mut String| {
            if *text != self.placeholder
                && let Some(without) = replaced(text, sought)
            {
                *text = without;
            }
        };
        clean(&mut record.description);
        clean(&mut record.target.name);
        for change in &mut record.changes {
            for value in [&mut change.before, &mut change.after]
                .into_iter()
                .flatten()
            {
                match value {
                    AuditValue::Text(text) => clean(text),
                    AuditValue::List(texts) => texts.iter_mut().for_each(clean),
                    AuditValue::Flag(_) => {}
                }
            }
        }
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
