//! What holds of every decision on a user, whatever was wished.

use proptest::prelude::*;
use roster_domain::change::{Event, Precondition, Write};
use roster_domain::refusal::Refusal;
use roster_domain::text::{EmailAddress, ExternalId, PersonName, UserName};
use roster_domain::user::{Field, User, UserWish, administer, provision};

use crate::support::{ada, by_okta, role, roles};

fn field<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Field<T>> {
    prop_oneof![
        Just(Field::Keep),
        Just(Field::Clear),
        value.prop_map(Field::Set)
    ]
    .boxed()
}

fn wish() -> impl Strategy<Value = UserWish> {
    let role = prop_oneof![
        "[aA]nalyst ?",
        "(?i)admin",
        "AnalystReadOnly",
        "Gone",
        "\\PC{0,40}"
    ];
    (
        field("[a-z]{1,9}".prop_map(|name| UserName::new(&name).unwrap())),
        field("[a-z]{1,9}@example\\.com".prop_map(|email| EmailAddress::new(&email).unwrap())),
        field("[a-zé]{0,9}".prop_map(|name| PersonName::new(&name).unwrap())),
        field("[a-zé]{0,9}".prop_map(|name| PersonName::new(&name).unwrap())),
        field("[0-9a-z]{1,20}".prop_map(|id| ExternalId::new(&id).unwrap())),
        proptest::option::of(any::<bool>()),
        field(role),
    )
        .prop_map(
            |(user_name, email, given_name, family_name, external_id, active, role)| UserWish {
                user_name,
                email,
                given_name,
                family_name,
                external_id,
                active,
                role,
            },
        )
}

fn user() -> impl Strategy<Value = User> {
    const NAMES: &[&str] = &["Admin", "Analyst", "AnalystReadOnly"];
    (
        any::<bool>(),
        proptest::sample::select(NAMES),
        proptest::option::of(proptest::sample::select(NAMES)),
    )
        .prop_map(|(active, name, pending)| User {
            active,
            pending_role: pending
                .filter(|pending| *pending != name)
                .map(|pending| role(pending).to_ref()),
            ..ada(name)
        })
}

proptest! {
    #[test]
    fn scim_never_touches_the_role_in_force(user in user(), wish in wish()) {
        if let Ok(Some(change)) = provision::decide(&user, wish, &roles(), &by_okta()) {
            let Write::UpdateUser { user: new, decided_on } = change.write else { panic!("not an update") };
            prop_assert_eq!(&new.role, &user.role);
            prop_assert_eq!(new.id, user.id);
            prop_assert_eq!(decided_on, user.version);
            prop_assert_eq!(new.version, user.version.next());
        }
    }

    #[test]
    fn deciding_again_on_the_new_state_changes_nothing(user in user(), wish in wish()) {
        if let Ok(Some(change)) = provision::decide(&user, wish.clone(), &roles(), &by_okta()) {
            let Write::UpdateUser { user: new, .. } = change.write else { panic!("not an update") };
            prop_assert_eq!(provision::decide(&new, wish, &roles(), &by_okta()), Ok(None));
        }
    }

    #[test]
    fn a_deactivation_is_never_refused_for_its_role(user in user(), mut wish in wish()) {
        wish.active = Some(false);
        let decision = provision::decide(&user, wish, &roles(), &by_okta());
        let refused_for_role = matches!(decision, Err(Refusal::UnknownRole { .. }));
        prop_assert!(!refused_for_role);
    }

    #[test]
    fn every_change_is_audited_and_a_lost_admin_is_guarded(user in user(), wish in wish()) {
        let decided = [
            provision::decide(&user, wish.clone(), &roles(), &by_okta()),
            administer::decide(&user, wish, &roles(), &by_okta()),
        ];
        for change in decided.into_iter().flatten().flatten() {
            let Write::UpdateUser { user: new, .. } = &change.write else { panic!("not an update") };
            prop_assert!(!change.audit.changes.is_empty());
            prop_assert_eq!(change.audit.target.id, Some(user.id.uuid()));
            let guarded = change
                .requires
                .iter()
                .any(|guard| matches!(guard, Precondition::AnotherActiveAdmin { besides, .. } if *besides == user.id));
            prop_assert_eq!(guarded, user.is_lasting_admin() && !new.is_lasting_admin());
            let ends_sessions = change.events.contains(&Event::UserDeactivated(user.id));
            prop_assert_eq!(ends_sessions, user.active && !new.active);
        }
    }
}
