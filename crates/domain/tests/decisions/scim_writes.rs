//! Which audit records are those of a write by SCIM.

use roster_domain::audit::{AuditAction, AuditRecord};
use roster_domain::change::Change;
use roster_domain::refusal::Refusal;
use roster_domain::text::PersonName;
use roster_domain::user::{Field, UserWish, administer, provision, sign_out_everywhere};

use crate::support::{ada, by_okta, roles};

fn renamed() -> UserWish {
    UserWish {
        given_name: Field::Set(PersonName::new("Augusta").unwrap()),
        ..UserWish::default()
    }
}

fn gone() -> UserWish {
    UserWish {
        active: Some(false),
        role: Field::Set("Gone".to_owned()),
        ..UserWish::default()
    }
}

fn record(decision: Result<Option<Change>, Refusal>) -> AuditRecord {
    decision.unwrap().unwrap().audit
}

#[test]
fn every_record_of_a_write_by_scim_is_known_as_one() {
    let (user, roles, okta) = (ada("Analyst"), roles(), by_okta());
    for decision in [
        provision::decide(&user, renamed(), &roles, &okta),
        provision::decide(&user, gone(), &roles, &okta),
        provision::deactivate_alone(&user, "the name is taken", &okta),
    ] {
        let record = record(decision);
        assert!(provision::wrote(&record), "{record:?}");
    }
}

#[test]
fn no_other_record_is_known_as_one_of_a_write_by_scim() {
    let (user, roles, okta) = (ada("Analyst"), roles(), by_okta());
    // A token may use the management API too.
    let administered = record(administer::decide(&user, renamed(), &roles, &okta));
    let signed_out = sign_out_everywhere(&user, &okta).audit;
    let by_scim = record(provision::decide(&user, renamed(), &roles, &okta));
    let of_a_role = AuditRecord {
        action: AuditAction::UpdateUserRole,
        ..by_scim.clone()
    };
    let action = AuditAction::UpdateUser;
    let refused = AuditRecord::failed(&okta, action, user.target(), &by_scim.description);
    for record in [administered, signed_out, of_a_role, refused] {
        assert!(!provision::wrote(&record), "{record:?}");
    }
}
