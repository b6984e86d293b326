//! The vocabulary of permissions, as the management API shows it.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_domain::permission::{self, PermissionSet};

/// A permission that roles and API tokens can be given.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct Permission {
    /// Its name.
    pub(crate) name: String,
    /// What administrators read for it.
    pub(crate) label: String,
    /// The permission that it brings along.
    pub(crate) implies: Option<String>,
    /// Whether it governs Roster itself. The others belong to the application that uses Roster.
    pub(crate) governs_roster: bool,
}

impl Permission {
    /// Every permission that is offered: those that govern Roster first.
    pub(crate) fn vocabulary() -> Vec<Self> {
        let governing =
            permission::Permission::GOVERNING.map(|permission| Self::new(&permission, true));
        let offered = PermissionSet::vocabulary();
        governing
            .into_iter()
            .chain(
                offered
                    .iter()
                    .map(|permission| Self::new(permission, false)),
            )
            .collect()
    }

    fn new(permission: &permission::Permission, governs_roster: bool) -> Self {
        Self {
            name: permission.to_string(),
            label: permission.label().to_owned(),
            implies: permission.implied().map(|implied| implied.to_string()),
            governs_roster,
        }
    }
}

impl Example for Permission {
    fn example() -> Self {
        Self::new(&permission::Permission::USER_MODIFY, true)
    }
}

/// The vocabulary of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(crate) struct PermissionList {
    /// Every permission that is offered.
    pub(crate) items: Vec<Permission>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_what_the_admin_role_has() {
        let mut names: Vec<_> = Permission::vocabulary()
            .into_iter()
            .map(|permission| permission.name)
            .collect();
        names.sort();
        assert_eq!(names, PermissionSet::all().names());
    }
}
