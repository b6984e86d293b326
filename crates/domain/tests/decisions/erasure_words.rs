//! What an erasure takes out of audit records, word by word.

use roster_domain::audit::{AuditAction, AuditRecord, AuditValue, Diff, Target, TargetKind};
use roster_domain::context::{Actor, Origin};
use roster_domain::id::UserId;
use roster_domain::refusal::Refusal;
use roster_domain::text::{EmailAddress, ExternalId, UserName};
use roster_domain::user::User;
use roster_domain::user::erase::{ERASED, Traces, placeholder};
use uuid::Uuid;

use crate::support::{ada, by, by_okta};

fn called(user_name: &str, external_id: &str) -> User {
    User {
        user_name: UserName::new(user_name).unwrap(),
        external_id: Some(ExternalId::new(external_id).unwrap()),
        ..ada("Admin")
    }
}

fn bob() -> Target {
    Target {
        kind: TargetKind::User,
        id: Some(Uuid::from_u128(7)),
        name: "bob@example.com".to_owned(),
    }
}

fn by_user(user: &User) -> Actor {
    Actor::User {
        id: user.id,
        name: user.user_name.to_string(),
    }
}

#[test]
fn the_browser_that_an_account_was_made_by_at_a_sign_in_goes() {
    let user = ada("Analyst");
    let origin = Origin {
        source_ip: Some("192.0.2.1".parse().unwrap()),
        user_agent: Some("Mozilla".to_owned()),
        request_id: Some("r-1".to_owned()),
    };
    let record = |actor, target| {
        let mut context = by(actor);
        context.origin = origin.clone();
        let text = "User created automatically by SAML.";
        let diff = Diff::default();
        AuditRecord::succeeded(&context, AuditAction::CreateUser, target, text, diff)
    };
    let redacted = Traces::of(&user).redact(&record(Actor::System, user.target()));
    let expected = Origin {
        request_id: origin.request_id.clone(),
        ..Origin::default()
    };
    assert_eq!(redacted.unwrap().origin, expected);
    // Of others it stays, and so does where an administrator was.
    let others = record(Actor::System, bob());
    assert_eq!(Traces::of(&user).redact(&others), None);
    let id = UserId::new(Uuid::from_u128(7));
    let name = "bob@example.com".to_owned();
    let admin = record(Actor::User { id, name }, user.target());
    let redacted = Traces::of(&user).redact(&admin).unwrap();
    assert_eq!(redacted.origin, origin);
}

#[test]
fn an_identifier_that_is_a_common_word_takes_no_role_and_no_sentence_with_it() {
    let user = called("admin", "1");
    let diff = Diff::default()
        .of("givenName", Some("Bob"), Some("Admin"))
        .of("role", Some("Viewer"), Some("Admin"))
        .of("permissions", None, Some(vec!["admin".to_owned()]))
        .of("session", None, Some("1"));
    let text = "1 user updated by an admin, as \"admin\".";
    let made = AuditRecord::succeeded(
        &by(by_user(&user)),
        AuditAction::UpdateUser,
        bob(),
        text,
        diff,
    );
    let redacted = Traces::of(&user).redact(&made).unwrap();
    assert_eq!(
        redacted.description,
        "1 user updated by an admin, as \"[erased]\"."
    );
    let [given, rest @ ..] = redacted.changes.as_slice() else {
        panic!("{redacted:?}")
    };
    assert_eq!(given.after, Some(AuditValue::Text(ERASED.to_owned())));
    assert_eq!(Some(rest), made.changes.get(1..));
    assert_eq!(redacted.target, bob());
    let name = placeholder(user.id);
    assert_eq!(redacted.actor, Actor::User { id: user.id, name });

    let role = Target {
        kind: TargetKind::Role,
        id: Some(Uuid::from_u128(8)),
        name: "Admin".to_owned(),
    };
    let diff = Diff::default().of("name", Some("Admins"), Some("Admin"));
    let renamed = AuditRecord::succeeded(
        &by(by_user(&user)),
        AuditAction::UpdateUserRole,
        role.clone(),
        "Role updated.",
        diff,
    );
    let redacted = Traces::of(&user).redact(&renamed).unwrap();
    assert_eq!((redacted.target, redacted.changes), (role, renamed.changes));

    let user = called("user", "1");
    let diff = Diff::default().of("role", Some("User"), Some("Admin"));
    let own = AuditRecord::succeeded(
        &by_okta(),
        AuditAction::UpdateUser,
        user.target(),
        "User updated by SCIM.",
        diff,
    );
    let redacted = Traces::of(&user).redact(&own).unwrap();
    assert_eq!(
        (&redacted.description, &redacted.changes),
        (&own.description, &own.changes)
    );
}

#[test]
fn a_refusal_about_the_person_names_them_no_more_in_quotes_or_without() {
    let user = called("countess", "00u1");
    for (reason, without) in [
        (
            "The value sent was \"\"Ada Byron\" <ada@old.example>\". Correct it in Okta.",
            "The value sent was \"[erased]\". Correct it in Okta.",
        ),
        (
            "The value sent was \"Ada \"Countess\" Byron\". Correct it in Okta.",
            "The value sent was \"[erased]\". Correct it in Okta.",
        ),
        (
            "The account countess is deactivated.",
            "The account [erased] is deactivated.",
        ),
    ] {
        let target = user.target();
        let refused = AuditRecord::failed(&by_okta(), AuditAction::UpdateUser, target, reason);
        let redacted = Traces::of(&user).redact(&refused).unwrap();
        assert_eq!(redacted.description, without);
    }
}

#[test]
fn an_address_that_was_too_long_for_a_message_is_found_shortened() {
    for email in [
        format!("ada@{}.example", "a".repeat(60)),
        // So long that the message ends before the sign.
        format!("{}@example.com", "Ada".repeat(22)),
    ] {
        let user = User {
            email: EmailAddress::new(&email).unwrap(),
            ..ada("Analyst")
        };
        let refusal = Refusal::EmailOfAnother { email }.to_string();
        let refused = AuditRecord::failed(&by_okta(), AuditAction::UpdateUser, bob(), &refusal);
        assert!(refused.description.contains("…\""), "{refusal}");
        let redacted = Traces::of(&user).redact(&refused).unwrap();
        assert!(
            redacted.description.starts_with("The e-mail \"[erased]\" "),
            "{redacted:?}"
        );
    }
}

#[test]
fn a_record_is_redacted_once_whatever_the_person_is_called() {
    let user = called("erased", "00u1");
    let name = "The name \"erased\" is taken, not \"00u1\".";
    let made = by(by_user(&user));
    for record in [
        AuditRecord::failed(&by_okta(), AuditAction::UpdateUser, user.target(), name),
        AuditRecord::failed(&made, AuditAction::UpdateUser, bob(), name),
        AuditRecord::succeeded(
            &made,
            AuditAction::UpdateUser,
            bob(),
            "User updated.",
            Diff::default().of("givenName", Some("Erased"), Some("Bob")),
        ),
    ] {
        let redacted = Traces::of(&user).redact(&record).unwrap();
        assert_eq!(Traces::of(&user).redact(&redacted), None, "{redacted:?}");
    }
}
