use roster_domain::audit::{AuditAction, AuditResult, AuditValue};
use roster_domain::change::{Change, Event, Precondition, Write};
use roster_domain::context::Actor;
use roster_domain::refusal::{Loss, Refusal};
use roster_domain::text::{EmailAddress, PersonName, RoleName};
use roster_domain::user::{Field, User, UserWish, administer, provision};

use crate::support::{NOW, ada, by, by_okta, role, roles, written};

fn by_scim(user: &User, wish: UserWish) -> Result<Option<Change>, Refusal> {
    provision::decide(user, wish, &roles(), &by_okta())
}

fn role_wish(name: &str) -> UserWish {
    UserWish {
        role: Field::Set(name.to_owned()),
        ..UserWish::default()
    }
}

fn deactivation() -> UserWish {
    UserWish {
        active: Some(false),
        ..UserWish::default()
    }
}

#[test]
fn a_wish_that_repeats_what_is_stored_changes_nothing() {
    let user = ada("Analyst");
    let echo = UserWish {
        user_name: Field::Set(user.user_name.clone()),
        email: Field::Set(user.email.clone()),
        given_name: Field::Set(user.given_name.clone()),
        active: Some(true),
        role: Field::Set(" analyst ".to_owned()),
        ..UserWish::default()
    };
    assert_eq!(by_scim(&user, echo), Ok(None));
}

#[test]
fn a_clock_that_was_put_back_makes_no_newer_state_look_older() {
    let later = NOW + time::Duration::hours(1);
    let user = User {
        updated_at: later,
        ..ada("Analyst")
    };
    let change = by_scim(&user, deactivation()).unwrap().unwrap();
    assert_eq!(written(&change).updated_at, later);
    assert_eq!(
        change.audit.at, NOW,
        "the audit log tells what the clock said"
    );
}

#[test]
fn names_and_email_hold_at_once_and_are_audited_with_before_and_after() {
    let wish = UserWish {
        given_name: Field::Set(PersonName::new("Augusta").unwrap()),
        email: Field::Set(EmailAddress::new("augusta@example.com").unwrap()),
        family_name: Field::Clear,
        ..UserWish::default()
    };
    let change = by_scim(&ada("Analyst"), wish).unwrap().unwrap();
    let user = written(&change);
    assert_eq!(
        (user.given_name.as_str(), user.family_name.as_str()),
        ("Augusta", "")
    );
    assert_eq!(user.display_name(), "Augusta");
    assert_eq!((user.version.number(), user.updated_at), (4, NOW));
    let noted: Vec<_> = change
        .audit
        .changes
        .iter()
        .map(|c| c.attribute.as_str())
        .collect();
    assert_eq!(noted, ["email", "givenName", "familyName"]);
    assert_eq!(
        change.audit.changes[1].before,
        Some(AuditValue::from("Ada"))
    );
    assert_eq!(
        change.audit.changes[1].after,
        Some(AuditValue::from("Augusta"))
    );
    assert_eq!(
        (change.audit.action, change.audit.result),
        (AuditAction::UpdateUser, AuditResult::Succeeded)
    );
    assert_eq!(change.audit.actor, by_okta().actor);
}

#[test]
fn a_role_set_by_scim_waits_for_the_next_sign_in() {
    let change = by_scim(&ada("Analyst"), role_wish("  aNALYSTreadonly "))
        .unwrap()
        .unwrap();
    let user = written(&change);
    assert_eq!(user.role.name.as_str(), "Analyst");
    assert_eq!(
        user.pending_role.as_ref().unwrap().name.as_str(),
        "AnalystReadOnly"
    );
    assert_eq!(user.role_for_scim().name.as_str(), "AnalystReadOnly");
}

#[test]
fn the_role_in_force_or_no_role_ends_the_waiting() {
    let waiting = User {
        pending_role: Some(role("Admin").to_ref()),
        ..ada("Analyst")
    };
    for wish in [
        role_wish("Analyst"),
        UserWish {
            role: Field::Clear,
            ..UserWish::default()
        },
    ] {
        let change = by_scim(&waiting, wish).unwrap().unwrap();
        assert_eq!(written(&change).pending_role, None);
        assert_eq!(written(&change).role.name.as_str(), "Analyst");
    }
    assert_eq!(by_scim(&waiting, role_wish("admin")), Ok(None));
}

#[test]
fn an_unknown_role_refuses_the_whole_wish_and_names_the_valid_ones() {
    let wish = UserWish {
        given_name: Field::Set(PersonName::new("X").unwrap()),
        ..role_wish("ReadOnlyAnalyst")
    };
    let refusal = by_scim(&ada("Analyst"), wish).unwrap_err();
    let text = refusal.to_string();
    for part in [
        "\"ReadOnlyAnalyst\"",
        "Did you mean \"AnalystReadOnly\"?",
        "Admin, Analyst, AnalystReadOnly",
        "Nothing was changed",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn a_mistyped_role_is_matched_to_the_nearest() {
    for (sent, meant) in [
        ("Analist", Some("Analyst")),
        ("admn", Some("Admin")),
        ("Bookkeeper", None),
    ] {
        match by_scim(&ada("Analyst"), role_wish(sent)) {
            Err(Refusal::UnknownRole { nearest, .. }) => {
                assert_eq!(nearest.as_ref().map(RoleName::as_str), meant, "{sent}");
            }
            other => panic!("{sent}: {other:?}"),
        }
    }
}

#[test]
fn a_leaver_loses_access_even_with_a_role_that_no_longer_exists() {
    let wish = UserWish {
        active: Some(false),
        given_name: Field::Set(PersonName::new("Ignored").unwrap()),
        ..role_wish("Gone")
    };
    let change = by_scim(&ada("Analyst"), wish).unwrap().unwrap();
    let user = written(&change);
    assert!(!user.active);
    assert_eq!(user.given_name.as_str(), "Ada");
    assert!(
        change.audit.description.contains("\"Gone\""),
        "{}",
        change.audit.description
    );
    assert!(change.events.contains(&Event::UserDeactivated(user.id)));
}

#[test]
fn reactivation_gives_the_same_account_and_role_back() {
    let left = User {
        active: false,
        ..ada("Analyst")
    };
    let change = by_scim(
        &left,
        UserWish {
            active: Some(true),
            ..UserWish::default()
        },
    )
    .unwrap()
    .unwrap();
    let user = written(&change);
    assert!(user.active);
    assert_eq!((user.id, &user.role), (left.id, &left.role));
    assert!(!change.events.contains(&Event::UserDeactivated(user.id)));
}

#[test]
fn user_name_and_email_can_not_be_cleared() {
    for (wish, attribute) in [
        (
            UserWish {
                user_name: Field::Clear,
                ..UserWish::default()
            },
            "userName",
        ),
        (
            UserWish {
                email: Field::Clear,
                ..UserWish::default()
            },
            "emails",
        ),
    ] {
        assert_eq!(
            by_scim(&ada("Analyst"), wish),
            Err(Refusal::Required { attribute })
        );
    }
}

#[test]
fn taking_the_last_admin_away_requires_another_one_whoever_asks() {
    let admin = ada("Admin");
    let demotion = by_scim(&admin, role_wish("Analyst")).unwrap().unwrap();
    let besides = admin.id;
    assert_eq!(
        demotion.requires,
        [Precondition::AnotherActiveAdmin {
            besides,
            loss: Loss::AdminRole
        }]
    );
    let leaving = by_scim(&admin, deactivation()).unwrap().unwrap();
    assert_eq!(
        leaving.requires,
        [Precondition::AnotherActiveAdmin {
            besides,
            loss: Loss::Access
        }]
    );
    let in_console = administer::decide(&admin, role_wish("Analyst"), &roles(), &by(Actor::System))
        .unwrap()
        .unwrap();
    assert_eq!(
        in_console.requires,
        [Precondition::AnotherActiveAdmin {
            besides,
            loss: Loss::AdminRole
        }]
    );
    let analyst = by_scim(&ada("Analyst"), deactivation()).unwrap().unwrap();
    assert_eq!(analyst.requires, []);
}

#[test]
fn an_admin_on_the_way_out_does_not_count_as_one() {
    let leaving = User {
        pending_role: Some(role("Analyst").to_ref()),
        ..ada("Admin")
    };
    assert!(!leaving.is_lasting_admin());
    assert!(
        User {
            pending_role: None,
            ..leaving.clone()
        }
        .is_lasting_admin()
    );
    assert!(
        !User {
            pending_role: None,
            active: false,
            ..leaving
        }
        .is_lasting_admin()
    );
}

#[test]
fn nobody_deactivates_or_demotes_themselves() {
    let admin = ada("Admin");
    let herself = by(Actor::User {
        id: admin.id,
        name: "ada@example.com".to_owned(),
    });
    let deactivated = administer::decide(&admin, deactivation(), &roles(), &herself);
    assert_eq!(deactivated, Err(Refusal::Yourself { loss: Loss::Access }));
    let demoted = administer::decide(&admin, role_wish("Analyst"), &roles(), &herself);
    assert_eq!(
        demoted,
        Err(Refusal::Yourself {
            loss: Loss::AdminRole
        })
    );
}

#[test]
fn an_administrator_changes_a_role_at_once_and_ends_the_waiting() {
    let waiting = User {
        pending_role: Some(role("Admin").to_ref()),
        ..ada("Analyst")
    };
    let change = administer::decide(&waiting, role_wish("AnalystReadOnly"), &roles(), &by_okta())
        .unwrap()
        .unwrap();
    let user = written(&change);
    assert_eq!(
        (user.role.name.as_str(), &user.pending_role),
        ("AnalystReadOnly", &None)
    );
}

#[test]
fn an_update_is_committed_against_the_version_it_was_decided_on() {
    let user = ada("Analyst");
    let change = by_scim(&user, deactivation()).unwrap().unwrap();
    assert!(
        matches!(change.write, Write::UpdateUser { decided_on, .. } if decided_on == user.version)
    );
}
