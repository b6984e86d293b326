use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::settings;
use roster_domain::text::AttributeName;

use crate::support::{by_okta, new_tenant, role};

#[test]
fn a_new_tenant_has_three_roles_and_the_least_of_them_is_the_default() {
    let (_, roles, settings) = new_tenant();
    let names: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["Admin", "Analyst", "AnalystReadOnly"]);
    assert_eq!(settings.default_role.name.as_str(), "AnalystReadOnly");
    assert_eq!(settings.scim_role_attribute.as_str(), "pantherRole");
}

#[test]
fn admins_may_do_everything_and_analysts_nothing_to_roster_itself() {
    let (admin, analyst, read_only) = (role("Admin"), role("Analyst"), role("AnalystReadOnly"));
    assert_eq!(admin.permissions, PermissionSet::all());
    assert_eq!(analyst.permissions, PermissionSet::vocabulary());
    assert!(
        Permission::GOVERNING
            .iter()
            .all(|governing| !analyst.permissions.contains(governing))
    );
    assert!(
        read_only
            .permissions
            .iter()
            .all(|permission| permission.as_str().ends_with("Read"))
    );
    assert_eq!(read_only.permissions.names().len(), 9);
}

#[test]
fn settings_change_only_when_something_differs() {
    let (tenant, _, settings) = new_tenant();
    let same = settings::update(
        &tenant,
        &settings,
        Some(settings.scim_role_attribute.clone()),
        None,
        &by_okta(),
    );
    assert_eq!(same, None);
    let name = AttributeName::new("appRole").unwrap();
    let default_role = role("Analyst").to_ref();
    let change = settings::update(
        &tenant,
        &settings,
        Some(name),
        Some(default_role),
        &by_okta(),
    )
    .unwrap();
    let noted: Vec<_> = change
        .audit
        .changes
        .iter()
        .map(|c| c.attribute.as_str())
        .collect();
    assert_eq!(noted, ["scimRoleAttribute", "defaultRole"]);
}
