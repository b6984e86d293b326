use roster_domain::admin_link;
use roster_domain::audit::AuditAction;
use roster_domain::change::{SessionGround, Write};
use roster_domain::context::{Actor, ActorKind};
use roster_domain::id::SessionId;
use roster_domain::secret::{ENTROPY_LENGTH, Secret};
use roster_domain::session::{self, Holder, IdpSession, Lifetimes, NewSession, Session};
use roster_domain::user::{User, sign_out_everywhere, unbind};
use time::Duration;
use uuid::Uuid;

use crate::support::{NOW, ada, by, new_tenant, written};

const LIFETIMES: Lifetimes = Lifetimes {
    idle: Duration::hours(8),
    absolute: Duration::hours(24),
    break_glass: Duration::hours(1),
};

fn new_session() -> NewSession {
    NewSession {
        id: SessionId::new(Uuid::from_u128(5)),
        secret: Secret::from_entropy(&[5; ENTROPY_LENGTH]).hash(),
        lifetimes: LIFETIMES,
    }
}

fn adas_session() -> Session {
    let idp = IdpSession {
        entity_id: "idp".to_owned(),
        name_id: "ada".to_owned(),
        name_id_format: "unspecified".to_owned(),
        session_index: None,
    };
    let change = session::start(new_session(), &ada("Analyst"), idp, &by(Actor::System));
    assert_eq!(change.audit.action, AuditAction::SignIn);
    assert_eq!(change.audit.actor.name(), "ada@example.com");
    match change.write {
        Write::StartSession { session, because } => {
            let user = ada("Analyst");
            let expected = SessionGround::SignIn {
                user: user.id,
                decided_on: user.version,
            };
            assert_eq!(because, expected);
            session
        }
        other => panic!("not a session: {other:?}"),
    }
}

#[test]
fn a_session_ends_when_it_is_not_used_and_at_the_latest_after_a_day() {
    let session = adas_session();
    let alive = |session: &Session, after: Duration| session.is_alive(NOW + after, &LIFETIMES);
    assert!(alive(&session, Duration::hours(8)));
    assert!(!alive(&session, Duration::hours(8) + Duration::minutes(1)));
    let used = Session {
        last_seen_at: NOW + Duration::hours(23),
        ..session
    };
    assert!(alive(&used, Duration::hours(24) - Duration::seconds(1)));
    assert!(!alive(&used, Duration::hours(24)));
}

#[test]
fn a_session_holds_for_its_own_active_user_in_its_epoch() {
    let session = adas_session();
    let user = ada("Analyst");
    assert!(session.holds_for(&user));
    let inactive = User {
        active: false,
        ..user.clone()
    };
    let signed_out = written(&sign_out_everywhere(&user, &by(Actor::System))).clone();
    let somebody_else = User {
        id: roster_domain::id::UserId::new(Uuid::from_u128(1)),
        ..user.clone()
    };
    for other in [inactive, signed_out, somebody_else] {
        assert!(!session.holds_for(&other), "{other:?}");
    }
    // Another role or name is no reason.
    let promoted = User {
        role: crate::support::role("Admin").to_ref(),
        ..user
    };
    assert!(session.holds_for(&promoted));
}

#[test]
fn a_break_glass_link_opens_one_short_session_of_an_operator() {
    let operator = by(Actor::Operator {
        name: "root@host".to_owned(),
    });
    let secret = Secret::from_entropy(&[9; ENTROPY_LENGTH]);
    let change = admin_link::create(Uuid::from_u128(3), secret.hash(), &operator);
    assert_eq!(change.audit.action, AuditAction::CreateAdminLink);
    let Write::CreateAdminLink(link) = change.write else {
        panic!("not a link");
    };
    assert!(link.is_good(NOW + Duration::minutes(10) - Duration::seconds(1)));
    assert!(!link.is_good(NOW + Duration::minutes(10)));
    let used = admin_link::AdminLink {
        used_at: Some(NOW),
        ..link.clone()
    };
    assert!(!used.is_good(NOW));

    let (tenant, ..) = new_tenant();
    let change = session::start_from_link(new_session(), &link, &tenant, &by(Actor::System));
    assert!(change.audit.actor.name().contains("root@host"));
    assert_eq!(change.audit.actor.kind(), ActorKind::Operator);
    match change.write {
        Write::StartSession { session, because } => {
            assert_eq!(because, SessionGround::AdminLink(link.secret));
            assert!(matches!(session.holder, Holder::Operator { .. }));
            assert_eq!(session.expires_at, NOW + Duration::hours(1));
            assert!(!session.holds_for(&ada("Admin")));
        }
        other => panic!("not a session: {other:?}"),
    }
}

#[test]
fn unbinding_frees_the_identity_and_ends_every_session() {
    let context = by(Actor::System);
    assert_eq!(unbind(&ada("Analyst"), &context), None);
    let bound = User {
        identity: Some(roster_domain::user::identity::IdpIdentity::new(
            "idp", "ada",
        )),
        ..ada("Analyst")
    };
    let change = unbind(&bound, &context).unwrap();
    assert_eq!(written(&change).identity, None);
    assert!(written(&change).session_epoch > bound.session_epoch);
    assert_eq!(change.audit.changes.len(), 2);
}
