//! What people sign in with: sessions, break-glass links, SAML settings, keys.

use std::future::Future;

use roster_application::ports::store::CommitError;
use roster_domain::admin_link::AdminLink;
use roster_domain::change::{Change, SessionGround, Write};
use roster_domain::id::SessionId;
use roster_domain::saml_settings::SamlSettings;
use roster_domain::secret::{Sealed, SecretHash};
use roster_domain::session::{Holder, IdpSession, Session};
use roster_domain::signing_key::SigningKey;
use roster_domain::user::User;
use time::OffsetDateTime;

use super::{World, at, change, id, number};

/// The hash of a secret that is like no other.
#[must_use]
pub fn secret() -> SecretHash {
    let mut bytes = [0x5a; 32];
    for (byte, number) in bytes.iter_mut().zip(number().to_be_bytes()) {
        *byte = number;
    }
    SecretHash::from_bytes(bytes)
}

/// A person's session, not stored yet, that began at `started_at`.
#[must_use]
pub fn session(user: &User, started_at: OffsetDateTime) -> Session {
    Session {
        id: SessionId::new(id()),
        secret: secret(),
        holder: Holder::User {
            id: user.id,
            epoch: user.session_epoch,
            idp: IdpSession {
                entity_id: "http://www.okta.com/exk1".to_owned(),
                name_id: user.user_name.to_string(),
                name_id_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
                session_index: None,
            },
        },
        started_at,
        last_seen_at: started_at,
        expires_at: started_at + time::Duration::hours(12),
        source_ip: None,
        user_agent: None,
    }
}

/// An operator's session, not stored yet, that began at `started_at`.
#[must_use]
pub fn operators_session(started_at: OffsetDateTime) -> Session {
    Session {
        id: SessionId::new(id()),
        secret: secret(),
        holder: Holder::Operator {
            name: "break-glass, by root".to_owned(),
        },
        started_at,
        last_seen_at: started_at,
        expires_at: started_at + time::Duration::hours(1),
        source_ip: None,
        user_agent: None,
    }
}

/// A session of whoever signed in, decided on the person's version.
#[must_use]
pub fn start(session: &Session, user: &User) -> Change {
    change(Write::StartSession {
        session: session.clone(),
        because: SessionGround::SignIn {
            user: user.id,
            decided_on: user.version,
        },
    })
}

/// A session that a break-glass link opens.
#[must_use]
pub fn redeem(link: SecretHash, session: &Session) -> Change {
    change(Write::StartSession {
        session: session.clone(),
        because: SessionGround::AdminLink(link),
    })
}

/// A link, not stored yet.
#[must_use]
pub fn link(expires_at: OffsetDateTime) -> AdminLink {
    AdminLink {
        id: id(),
        secret: secret(),
        created_by: "root".to_owned(),
        expires_at,
        used_at: None,
    }
}

/// The next state of SAML settings.
#[must_use]
pub fn edited_saml(settings: &SamlSettings, edit: impl FnOnce(&mut SamlSettings)) -> Change {
    let mut new = SamlSettings {
        version: settings.version.next(),
        updated_at: at(number()),
        ..settings.clone()
    };
    edit(&mut new);
    change(Write::UpdateSamlSettings {
        settings: Box::new(new),
        decided_on: settings.version,
    })
}

/// A key that signs from `signs_from`.
#[must_use]
pub fn signing_key(id: &str, signs_from: OffsetDateTime) -> SigningKey {
    SigningKey {
        id: id.to_owned(),
        public_jwk: format!("{{\"kid\":\"{id}\"}}"),
        private_key: Sealed::new(vec![0, 255, 39]),
        created_at: at(number()),
        signs_from,
    }
}

/// A new key, decided on when `after` was the newest.
#[must_use]
pub fn add_key(key: &SigningKey, after: Option<&str>, dead: &[&str]) -> Change {
    change(Write::AddSigningKey {
        key: key.clone(),
        after: after.map(str::to_owned),
        dead: dead.iter().map(|&id| id.to_owned()).collect(),
    })
}

impl World {
    /// Stores a session that somebody began at `started_at`.
    pub async fn sign_in(&self, user: &User, started_at: OffsetDateTime) -> Session {
        self.begin(session(user, started_at), user).await
    }

    /// Stores a session.
    pub async fn begin(&self, session: Session, user: &User) -> Session {
        self.handle.commit(&start(&session, user)).await.unwrap();
        session
    }

    /// Stores a break-glass link.
    pub async fn add_link(&self, expires_at: OffsetDateTime) -> AdminLink {
        let link = link(expires_at);
        self.handle
            .commit(&change(Write::CreateAdminLink(link.clone())))
            .await
            .unwrap();
        link
    }

    /// The session with that secret, as stored now.
    pub async fn session(&self, secret: &SecretHash) -> Option<Session> {
        let stored = self.handle.session(secret).await.unwrap();
        stored.map(|stored| stored.session)
    }
}

/// Runs all at once; answers what each answered, in order.
pub async fn at_once<F>(tasks: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// How many were written. Fails unless all others were refused as conflicts.
#[track_caller]
pub fn written(answers: &[Result<(), CommitError>]) -> usize {
    let (written, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.is_ok());
    for answer in refused {
        assert!(
            matches!(answer, Err(CommitError::Conflict)),
            "expected a conflict, got {answer:?}"
        );
    }
    written.len()
}
