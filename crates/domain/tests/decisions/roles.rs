use roster_domain::change::{Precondition, Write};
use roster_domain::id::RoleId;
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::refusal::Refusal;
use roster_domain::role::{self, RoleUsage, named};
use roster_domain::text::RoleName;
use uuid::Uuid;

use crate::support::{by_okta, role, roles};

#[test]
fn roles_are_found_by_trimmed_name_in_any_case() {
    let roles = roles();
    assert_eq!(
        named(&roles, "  ANALYST\t").unwrap().name.as_str(),
        "Analyst"
    );
    assert!(matches!(
        named(&roles, "Analyst 2"),
        Err(Refusal::UnknownRole { .. })
    ));
}

#[test]
fn a_huge_unknown_role_is_quoted_in_part_only() {
    let text = named(&roles(), &"x".repeat(100_000))
        .unwrap_err()
        .to_string();
    assert!(text.len() < 500, "{} bytes", text.len());
}

#[test]
fn the_admin_role_keeps_every_permission_and_may_be_renamed() {
    let admin = role("Admin");
    let fewer: PermissionSet = [Permission::USER_READ].into_iter().collect();
    assert!(matches!(
        role::update(&admin, None, Some(fewer), &by_okta()),
        Err(Refusal::AdminRole { .. })
    ));
    let renamed = role::update(
        &admin,
        Some(RoleName::new("Owner").unwrap()),
        None,
        &by_okta(),
    )
    .unwrap()
    .unwrap();
    assert!(
        matches!(renamed.write, Write::UpdateRole { role, .. } if role.is_admin && role.name.as_str() == "Owner")
    );
}

#[test]
fn a_role_may_have_no_permission() {
    let none = role::update(
        &role("Analyst"),
        None,
        Some(PermissionSet::default()),
        &by_okta(),
    )
    .unwrap()
    .unwrap();
    assert!(matches!(none.write, Write::UpdateRole { role, .. } if role.permissions.is_empty()));
}

#[test]
fn a_role_is_deleted_only_when_nobody_has_it_or_waits_for_it() {
    let analyst = role("Analyst");
    let elsewhere = RoleId::new(Uuid::from_u128(999));
    let delete = |usage, default| role::delete(&analyst, usage, default, &by_okta());
    assert!(matches!(
        delete(
            RoleUsage {
                users: 1,
                pending: 0
            },
            elsewhere
        ),
        Err(Refusal::RoleInUse { .. })
    ));
    assert!(matches!(
        delete(
            RoleUsage {
                users: 0,
                pending: 1
            },
            elsewhere
        ),
        Err(Refusal::RoleInUse { .. })
    ));
    assert!(matches!(
        delete(RoleUsage::default(), analyst.id),
        Err(Refusal::RoleIsDefault { .. })
    ));
    let change = delete(RoleUsage::default(), elsewhere).unwrap();
    assert_eq!(
        change.requires,
        [Precondition::RoleUnused { role: analyst.id }]
    );
    let admin = role::delete(&role("Admin"), RoleUsage::default(), elsewhere, &by_okta());
    assert!(matches!(admin, Err(Refusal::AdminRole { .. })));
}
