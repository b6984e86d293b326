//! What is sent to create or change a role.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_application::administration::roles::RoleWish;
use roster_domain::permission::{Permission, PermissionSet};
use roster_domain::text::RoleName;

use crate::management::wire::body::Shape;
use crate::management::wire::fields::Fields;

/// A new role.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(crate) struct RoleCreation {
    /// Its name; unique in the tenant without regard to letter case.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub(crate) name: String,
    /// What people who have it may do; may be nothing. Each `…Modify` that governs Roster brings
    /// its `…Read` along.
    #[oai(validator(max_items = 200))]
    pub(crate) permissions: Vec<String>,
}

impl Example for RoleCreation {
    fn example() -> Self {
        Self {
            name: "Responder".to_owned(),
            permissions: ["AlertModify", "AlertRead"].map(str::to_owned).to_vec(),
        }
    }
}

impl Shape for RoleCreation {
    type Wish = (RoleName, PermissionSet);

    fn read(fields: &mut Fields) -> Option<Self::Wish> {
        fields.require("name");
        fields.require("permissions");
        let name = fields.text("name", RoleName::new);
        let permissions = permissions(fields);
        Some((name?, permissions?))
    }
}

/// What shall change about a role. What is left out keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(crate) struct RolePatch {
    /// Another name.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub(crate) name: Option<String>,
    /// Other permissions, in place of all the present ones.
    #[oai(validator(max_items = 200))]
    pub(crate) permissions: Option<Vec<String>>,
}

impl Example for RolePatch {
    fn example() -> Self {
        Self {
            name: Some("First responder".to_owned()),
            permissions: None,
        }
    }
}

impl Shape for RolePatch {
    type Wish = RoleWish;

    fn read(fields: &mut Fields) -> Option<RoleWish> {
        Some(RoleWish {
            name: fields.text("name", RoleName::new),
            permissions: permissions(fields),
        })
    }
}

/// Reads the field `permissions`.
pub(in crate::management) fn permissions(fields: &mut Fields) -> Option<PermissionSet> {
    Some(
        fields
            .texts("permissions", Permission::new)?
            .into_iter()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: Shape>(body: Value) -> (Option<T::Wish>, Vec<String>) {
        let Value::Object(map) = body else {
            panic!("not an object: {body}")
        };
        let mut fields = Fields::new(map);
        let wish = T::read(&mut fields);
        (
            wish,
            fields
                .finish()
                .into_iter()
                .map(|problem| problem.field)
                .collect(),
        )
    }

    #[test]
    fn a_role_needs_a_name_and_its_permissions_which_may_be_none() {
        let (wish, problems) = read::<RoleCreation>(json!({"name": "Guest", "permissions": []}));
        assert!(wish.unwrap().1.is_empty());
        assert!(problems.is_empty());
        let (wish, problems) = read::<RoleCreation>(json!({}));
        assert!(wish.is_none());
        assert_eq!(problems, ["name", "permissions"]);
    }

    #[test]
    fn each_permission_that_is_not_a_name_is_pointed_out() {
        let (wish, problems) =
            read::<RolePatch>(json!({"permissions": ["UserModify", "user read", 7]}));
        assert_eq!(wish.unwrap().permissions, None);
        assert_eq!(problems, ["permissions[1]", "permissions[2]"]);
    }

    #[test]
    fn managing_users_brings_reading_them_along() {
        let (wish, _) = read::<RolePatch>(json!({"permissions": ["UserModify"]}));
        assert_eq!(
            wish.unwrap().permissions.unwrap().names(),
            ["UserModify", "UserRead"]
        );
    }
}
