use proptest::prelude::*;
use roster_domain::audit::{AuditAction, AuditValue};
use roster_domain::change::{Change, Precondition, Write};
use roster_domain::context::Actor;
use roster_domain::id::UserId;
use roster_domain::refusal::{Loss, Refusal};
use roster_domain::text::{EmailAddress, PersonName, UserName};
use roster_domain::user::identity::IdpIdentity;
use roster_domain::user::sign_in::{Assertion, Known, SignedIn, decide};
use roster_domain::user::{Field, User, UserWish, provision};
use uuid::Uuid;

use crate::support::{NOW, ada, by, by_okta, new_tenant, role, roles};

const OKTA: &str = "http://www.okta.com/exk1";

fn adas_identity() -> IdpIdentity {
    IdpIdentity::new(OKTA, "ada@example.com")
}

fn assertion() -> Assertion {
    Assertion {
        identity: adas_identity(),
        user_name: UserName::new("ada@example.com").unwrap(),
        email: EmailAddress::new("ada@example.com").unwrap(),
        given_name: Some(PersonName::new("Ada").unwrap()),
        family_name: Some(PersonName::new("Byron").unwrap()),
        role: None,
    }
}

fn with_role(name: &str) -> Assertion {
    Assertion {
        role: Some(name.to_owned()),
        ..assertion()
    }
}

/// Ada, who has signed in before.
fn bound(role_name: &str) -> User {
    User {
        identity: Some(adas_identity()),
        ..ada(role_name)
    }
}

fn known(user: User) -> Known {
    Known {
        bound: Some(user),
        same_email: None,
    }
}

fn same_email(user: User) -> Known {
    Known {
        bound: None,
        same_email: Some(user),
    }
}

fn sign_in(assertion: Assertion, known: Known) -> Result<SignedIn, Refusal> {
    let default_role = new_tenant().2.default_role;
    let id = UserId::new(Uuid::from_u128(4711));
    decide(
        assertion,
        known,
        &roles(),
        &default_role,
        id,
        &by(Actor::System),
    )
}

#[test]
fn the_first_sign_in_creates_an_active_bound_user_with_the_default_role() {
    let SignedIn { user, change } = sign_in(assertion(), Known::default()).unwrap();
    let change = change.unwrap();
    assert_eq!(change.write, Write::CreateUser(user.clone()));
    assert!(user.active);
    assert_eq!(user.identity, Some(adas_identity()));
    assert_eq!(user.role.name.as_str(), "AnalystReadOnly");
    assert_eq!(user.display_name(), "Ada Byron");
    assert_eq!(
        (change.audit.action, &change.audit.actor),
        (AuditAction::CreateUser, &Actor::System)
    );
    assert_eq!(
        change.audit.description,
        "User created automatically by SAML."
    );
    let name_id = change
        .audit
        .changes
        .iter()
        .find(|c| c.attribute == "nameId");
    assert_eq!(
        name_id.unwrap().after,
        Some(AuditValue::from("ada@example.com"))
    );
}

#[test]
fn a_new_user_may_have_no_name_and_gets_the_role_of_the_assertion() {
    let nameless = Assertion {
        given_name: None,
        family_name: None,
        ..with_role(" ANALYST ")
    };
    let user = sign_in(nameless, Known::default()).unwrap().user;
    assert_eq!(
        (user.given_name.as_str(), user.family_name.as_str()),
        ("", "")
    );
    assert_eq!(user.role.name.as_str(), "Analyst");
}

#[test]
fn a_sign_in_that_says_nothing_new_changes_nothing() {
    let outcome = sign_in(assertion(), known(bound("Analyst"))).unwrap();
    assert_eq!(outcome.change, None);
    assert_eq!(outcome.user, bound("Analyst"));
}

#[test]
fn names_and_email_follow_the_assertion_and_the_user_name_stays() {
    let changed = Assertion {
        email: EmailAddress::new("lovelace@example.com").unwrap(),
        family_name: Some(PersonName::new("Lovelace").unwrap()),
        given_name: None,
        user_name: UserName::new("other").unwrap(),
        ..assertion()
    };
    let SignedIn { user, change } = sign_in(changed, known(bound("Analyst"))).unwrap();
    assert_eq!(user.email.as_str(), "lovelace@example.com");
    assert_eq!(user.family_name.as_str(), "Lovelace");
    assert_eq!(user.given_name.as_str(), "Ada", "not sent: kept");
    assert_eq!(user.user_name.as_str(), "ada@example.com");
    assert_eq!((user.version.number(), user.updated_at), (4, NOW));
    let audit = change.unwrap().audit;
    assert_eq!(audit.description, "User updated automatically by SAML.");
    assert_eq!(audit.action, AuditAction::UpdateUser);
}

#[test]
fn the_role_is_the_asserted_one_else_the_pending_one_else_the_present_one() {
    let waiting = User {
        pending_role: Some(role("Admin").to_ref()),
        ..bound("Analyst")
    };
    for (asserted, user, expected) in [
        (Some("AnalystReadOnly"), waiting.clone(), "AnalystReadOnly"),
        (None, waiting, "Admin"),
        (None, bound("Analyst"), "Analyst"),
        (Some("Admin"), bound("Analyst"), "Admin"),
    ] {
        let assertion = Assertion {
            role: asserted.map(str::to_owned),
            ..assertion()
        };
        let user = sign_in(assertion, known(user)).unwrap().user;
        assert_eq!(user.role.name.as_str(), expected, "{asserted:?}");
        assert_eq!(user.pending_role, None);
    }
}

#[test]
fn an_unknown_role_is_refused_and_named_with_the_valid_ones() {
    for known in [Known::default(), known(bound("Admin"))] {
        let refusal = sign_in(with_role("Anlyst"), known).unwrap_err().to_string();
        for part in [
            "\"Anlyst\"",
            "Did you mean \"Analyst\"?",
            "Admin, Analyst, AnalystReadOnly",
        ] {
            assert!(refusal.contains(part), "{refusal}");
        }
    }
}

#[test]
fn a_deactivated_account_is_neither_revived_nor_created_anew() {
    let gone = User {
        active: false,
        ..bound("Analyst")
    };
    let unbound = User {
        active: false,
        ..ada("Analyst")
    };
    for known in [known(gone), same_email(unbound)] {
        let refusal = sign_in(with_role("Admin"), known).unwrap_err();
        assert!(matches!(refusal, Refusal::Deactivated { .. }), "{refusal}");
    }
}

#[test]
fn an_unbound_user_with_that_email_is_bound_once() {
    let SignedIn { user, change } = sign_in(assertion(), same_email(ada("Admin"))).unwrap();
    assert_eq!(user.id, ada("Admin").id);
    assert_eq!(user.identity, Some(adas_identity()));
    assert_eq!(
        user.role.name.as_str(),
        "Admin",
        "not demoted by saying nothing"
    );
    let changes = change.unwrap().audit.changes;
    let changed: Vec<_> = changes.iter().map(|c| c.attribute.as_str()).collect();
    assert_eq!(changed, ["identityProvider", "nameId"]);
}

#[test]
fn somebody_who_was_bound_a_moment_ago_is_recognised() {
    let outcome = sign_in(assertion(), same_email(bound("Analyst"))).unwrap();
    assert_eq!(outcome.change, None);
}

#[test]
fn a_bound_user_is_never_bound_again_by_an_email() {
    let of_another = User {
        identity: Some(IdpIdentity::new(OKTA, "ADA@example.com")),
        ..ada("Admin")
    };
    let refusal = sign_in(assertion(), same_email(of_another.clone())).unwrap_err();
    assert!(
        matches!(refusal, Refusal::EmailOfAnother { .. }),
        "{refusal}"
    );

    // Nor can somebody who is bound take another's e-mail.
    let both = Known {
        bound: Some(User {
            id: UserId::new(Uuid::from_u128(43)),
            ..bound("Analyst")
        }),
        same_email: Some(of_another),
    };
    let refusal = sign_in(assertion(), both).unwrap_err();
    assert!(
        matches!(refusal, Refusal::EmailOfAnother { .. }),
        "{refusal}"
    );
}

#[test]
fn an_assertion_that_demotes_an_admin_needs_another_one() {
    let change = sign_in(with_role("Analyst"), known(bound("Admin")))
        .unwrap()
        .change;
    let expected = Precondition::AnotherActiveAdmin {
        besides: bound("Admin").id,
        loss: Loss::AdminRole,
    };
    assert_eq!(change.unwrap().requires, [expected]);
}

fn scim(user: &User, wish: UserWish) -> Option<Change> {
    provision::decide(user, wish, &roles(), &by_okta()).unwrap()
}

#[test]
fn losing_access_ends_every_session_and_getting_it_back_revives_none() {
    let status = |active| UserWish {
        active: Some(active),
        ..UserWish::default()
    };
    let user = bound("Analyst");
    let epoch = |change: &Change| crate::support::written(change).session_epoch;
    let gone = scim(&user, status(false)).unwrap();
    assert!(epoch(&gone) > user.session_epoch);
    let gone = crate::support::written(&gone).clone();
    let back = scim(&gone, status(true)).unwrap();
    assert_eq!(epoch(&back), gone.session_epoch);
    assert_eq!(crate::support::written(&back).identity, user.identity);
}

#[test]
fn other_changes_end_no_session() {
    let wish = UserWish {
        role: Field::Set("AnalystReadOnly".to_owned()),
        given_name: Field::Clear,
        ..UserWish::default()
    };
    let user = bound("Analyst");
    let change = scim(&user, wish).unwrap();
    assert_eq!(
        crate::support::written(&change).session_epoch,
        user.session_epoch
    );
}

proptest! {
    #[test]
    fn a_sign_in_never_activates_rebinds_or_renames(
        active in any::<bool>(),
        is_bound in any::<bool>(),
        by_email in any::<bool>(),
        present in proptest::sample::select(vec!["Admin", "Analyst", "AnalystReadOnly"]),
        asserted in proptest::option::of("(?i)admin|analyst|Gone"),
        name in "[a-zé]{0,9}",
    ) {
        let user = User {
            active,
            identity: is_bound.then(|| IdpIdentity::new(OKTA, "somebody")),
            ..ada(present)
        };
        let assertion = Assertion {
            identity: user.identity.clone().filter(|_| !by_email).unwrap_or_else(adas_identity),
            role: asserted,
            given_name: Some(PersonName::new(&name).unwrap()),
            ..assertion()
        };
        let known = if by_email || !is_bound { same_email(user.clone()) } else { known(user.clone()) };
        if let Ok(SignedIn { user: after, .. }) = sign_in(assertion.clone(), known) {
            prop_assert!(user.active && after.active);
            prop_assert_eq!(after.id, user.id);
            prop_assert_eq!(after.user_name, user.user_name);
            prop_assert_eq!(after.session_epoch, user.session_epoch);
            prop_assert_eq!(after.identity.as_ref(), Some(&assertion.identity));
            prop_assert!(user.identity.is_none() || user.identity == after.identity);
        }
    }
}
