use roster_domain::audit::{
    AuditAction, AuditRecord, AuditResult, AuditValue, Diff, Target, TargetKind,
};
use roster_domain::change::{Event, Precondition, Write};
use roster_domain::context::{Actor, Origin};
use roster_domain::id::{AuditId, UserId};
use roster_domain::refusal::{Loss, Refusal};
use roster_domain::text::{EmailAddress, ExternalId, PersonName};
use roster_domain::user::erase::{ERASED, Traces, decide, placeholder};
use roster_domain::user::identity::IdpIdentity;
use roster_domain::user::{Field, User, UserWish, administer, provision};
use uuid::Uuid;

use crate::support::{ada, by, by_okta, role, roles};

fn operator() -> Actor {
    Actor::Operator {
        name: "root@host".to_owned(),
    }
}

/// Ada, with everything that a person can have.
fn full() -> User {
    User {
        external_id: Some(ExternalId::new("00u1").unwrap()),
        identity: Some(IdpIdentity::new("http://www.okta.com/exk1", "ada")),
        ..ada("Analyst")
    }
}

/// A record about Ada by Okta.
fn about(user: &User, description: &str) -> AuditRecord {
    let diff = Diff::default()
        .of(
            "email",
            Some(user.email.as_str()),
            Some("augusta@example.org"),
        )
        .of("active", Some(true), Some(false));
    AuditRecord::succeeded(
        &by_okta(),
        AuditAction::UpdateUser,
        user.target(),
        description,
        diff,
    )
}

/// What is still said of somebody, as one text.
fn text(record: &AuditRecord) -> String {
    format!("{record:?}").to_lowercase()
}

fn erased(user: &User) -> User {
    let change = decide(
        user,
        role("AnalystReadOnly").to_ref(),
        &Traces::of(user),
        Vec::new(),
        &by(operator()),
    );
    match change.unwrap().write {
        Write::EraseUser { user, .. } => user,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_of_the_person_is_left_in_the_account() {
    let user = full();
    let nobody = erased(&user);
    assert!(nobody.is_erased() && !user.is_erased());
    assert_eq!((nobody.id, nobody.created_at), (user.id, user.created_at));
    assert_eq!(nobody.version, user.version.next());
    assert_eq!(nobody.session_epoch, user.session_epoch.next());
    assert!(!nobody.active && nobody.identity.is_none() && nobody.external_id.is_none());
    assert_eq!(nobody.role.name.as_str(), "AnalystReadOnly");
    assert_eq!(nobody.user_name.as_str(), "erased-00000000002a");
    let left = format!("{nobody:?}").to_lowercase();
    for name in ["ada", "byron", "00u1"] {
        assert!(!left.contains(name), "{left}");
    }
}

#[test]
fn an_erasure_is_recorded_without_the_person() {
    let user = full();
    let traces = Traces::of(&user);
    let redacted = traces.redaction(&about(&user, "User updated."));
    let change = decide(
        &user,
        role("AnalystReadOnly").to_ref(),
        &traces,
        Vec::from_iter(redacted),
        &by(operator()),
    )
    .unwrap();
    assert_eq!(change.audit.action, AuditAction::EraseUser);
    assert_eq!(change.audit.target.id, Some(user.id.uuid()));
    assert!(change.audit.description.contains("1 audit records"));
    assert!(!text(&change.audit).contains("ada"), "{:?}", change.audit);
    assert!(change.events.contains(&Event::UserDeactivated(user.id)));
    assert_eq!(change.requires, []);
}

#[test]
fn the_last_admin_is_not_erased_nor_anybody_by_themselves() {
    let admin = ada("Admin");
    let traces = Traces::of(&admin);
    let to = || role("AnalystReadOnly").to_ref();
    let change = decide(&admin, to(), &traces, Vec::new(), &by(operator())).unwrap();
    let loss = Loss::Access;
    let besides = admin.id;
    assert_eq!(
        change.requires,
        [Precondition::AnotherActiveAdmin { besides, loss }]
    );
    let herself = Actor::User {
        id: admin.id,
        name: "ada@example.com".to_owned(),
    };
    let refused = decide(&admin, to(), &traces, Vec::new(), &by(herself));
    assert_eq!(refused, Err(Refusal::Yourself { loss }));
}

#[test]
fn an_erased_account_is_never_anybodys_again() {
    let nobody = erased(&full());
    let wish = || UserWish {
        active: Some(true),
        email: Field::Set(EmailAddress::new("ada@example.com").unwrap()),
        ..UserWish::default()
    };
    let refused = Err(Refusal::Erased);
    assert_eq!(
        provision::decide(&nobody, wish(), &roles(), &by_okta()),
        refused
    );
    assert_eq!(
        administer::decide(&nobody, wish(), &roles(), &by_okta()),
        refused
    );
    let traces = Traces::of(&nobody);
    let again = decide(
        &nobody,
        nobody.role.clone(),
        &traces,
        Vec::new(),
        &by(operator()),
    );
    assert_eq!(again, Err(Refusal::Erased));
}

#[test]
fn a_record_about_the_person_keeps_what_happened_and_loses_who() {
    let user = full();
    let record = about(&user, "User updated by SCIM.");
    let mut traces = Traces::of(&user);
    traces.learn(&record);
    let redacted = traces.redact(&record).unwrap();
    assert_eq!(
        (redacted.id, redacted.at, redacted.action),
        (record.id, record.at, record.action)
    );
    assert_eq!(
        (&redacted.actor, redacted.target.id),
        (&record.actor, record.target.id)
    );
    assert_eq!(redacted.target.name, placeholder(user.id));
    assert_eq!(redacted.description, "User updated by SCIM.");
    let [email, active] = redacted.changes.as_slice() else {
        panic!("{redacted:?}")
    };
    let gone = || Some(AuditValue::Text(ERASED.to_owned()));
    assert_eq!((&email.before, &email.after), (&gone(), &gone()));
    assert_eq!(active, record.changes.last().unwrap());
    // Once is enough.
    assert_eq!(traces.redact(&redacted), None);
}

#[test]
fn what_somebody_was_called_before_is_found_too() {
    let user = full();
    let mut traces = Traces::of(&user);
    traces.learn(&about(&user, "User updated by SCIM."));
    // A refusal about another, who wanted an address that Ada once had.
    let other = Target {
        kind: TargetKind::User,
        id: Some(Uuid::from_u128(7)),
        name: "eve@example.com".to_owned(),
    };
    let reason = "Another user of this tenant already has the e-mail \"Augusta@Example.org\".";
    let refused = AuditRecord::failed(&by_okta(), AuditAction::UpdateUser, other.clone(), reason);
    let redacted = traces.redact(&refused).unwrap();
    assert_eq!(
        redacted.description,
        "Another user of this tenant already has the e-mail \"[erased]\"."
    );
    assert_eq!(redacted.target, other);
    // What is somebody else's by now stays.
    traces.retain(|identifier| identifier != "augusta@example.org");
    assert_eq!(traces.redact(&refused), None);
}

#[test]
fn of_what_the_person_did_the_name_and_the_place_go() {
    let user = full();
    let mut context = by(Actor::User {
        id: user.id,
        name: "ada@example.com".to_owned(),
    });
    context.origin = Origin {
        source_ip: Some("192.0.2.1".parse().unwrap()),
        user_agent: Some("Mozilla".to_owned()),
        request_id: Some("r-1".to_owned()),
    };
    let made = Target {
        kind: TargetKind::ApiToken,
        id: Some(Uuid::from_u128(8)),
        name: "okta".to_owned(),
    };
    let record = AuditRecord::succeeded(
        &context,
        AuditAction::CreateApiToken,
        made,
        "API token created.",
        Diff::default(),
    );
    let redacted = Traces::of(&user).redact(&record).unwrap();
    let name = placeholder(user.id);
    assert_eq!(redacted.actor, Actor::User { id: user.id, name });
    assert_eq!(
        (redacted.origin.source_ip, redacted.origin.user_agent),
        (None, None)
    );
    assert_eq!(redacted.origin.request_id.as_deref(), Some("r-1"));
    assert_eq!(
        (&redacted.target, &redacted.description),
        (&record.target, &record.description)
    );
}

#[test]
fn a_refused_sign_in_from_before_there_was_an_account_is_found_by_its_name() {
    let user = full();
    let mut context = by(Actor::System);
    context.origin.source_ip = Some("192.0.2.1".parse().unwrap());
    let target = |name: &str| Target {
        kind: TargetKind::User,
        id: None,
        name: name.to_owned(),
    };
    let reason =
        "There is no role \"Ada's own\". The valid roles are: Admin. (Reference 7K3F-Q2M9)";
    let refused = |name| AuditRecord::failed(&context, AuditAction::SignIn, target(name), reason);
    let redacted = Traces::of(&user).redact(&refused("ADA")).unwrap();
    assert_eq!(redacted.target.name, placeholder(user.id));
    assert_eq!(redacted.result, AuditResult::Failed);
    assert_eq!(
        redacted.description,
        "There is no role \"[erased]\". The valid roles are: Admin. (Reference 7K3F-Q2M9)"
    );
    assert_eq!(redacted.origin.source_ip, None);
    assert_eq!(Traces::of(&user).redact(&refused("adam")), None);
}

#[test]
fn others_keep_their_names_even_if_they_are_called_the_same() {
    let mut user = full();
    user.given_name = PersonName::new("Admin").unwrap();
    let other = User {
        id: UserId::new(Uuid::from_u128(43)),
        given_name: user.given_name.clone(),
        ..ada("Analyst")
    };
    let target = Target {
        name: "grace".to_owned(),
        ..other.target()
    };
    let diff = Diff::default()
        .of("givenName", None, Some("Admin"))
        .of("role", None, Some("Admin"));
    let mut record = AuditRecord::succeeded(
        &by_okta(),
        AuditAction::CreateUser,
        target,
        "Admin ada was here.",
        diff,
    );
    record.id = AuditId::new(Uuid::from_u128(5));
    assert_eq!(Traces::of(&user).redact(&record), None);
}
