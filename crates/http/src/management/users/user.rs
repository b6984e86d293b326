//! What the management API shows of a user.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_domain::role::RoleRef;
use roster_domain::user;
use roster_domain::user::identity::IdpIdentity;
use time::OffsetDateTime;
use time::macros::datetime;

/// A role, as a user has it.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(crate) struct RoleReference {
    /// The role's id.
    pub(crate) id: String,
    /// The role's present name.
    pub(crate) name: String,
}

impl From<&RoleRef> for RoleReference {
    fn from(role: &RoleRef) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
        }
    }
}

/// Who a user is at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct UserIdentity {
    /// The provider's entity id.
    pub(crate) provider: String,
    /// What the provider calls the person: the NameID, exactly.
    pub(crate) name_id: String,
}

impl From<&IdpIdentity> for UserIdentity {
    fn from(identity: &IdpIdentity) -> Self {
        Self {
            provider: identity.idp_entity_id().to_owned(),
            name_id: identity.name_id().to_owned(),
        }
    }
}

/// A person in the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct User {
    /// The id: opaque, stable, never reused. SCIM shows the same.
    pub(crate) id: String,
    /// What the identity provider calls the person; unique in the tenant without regard to case.
    pub(crate) user_name: String,
    /// The e-mail address; unique in the tenant without regard to case.
    pub(crate) email: String,
    /// The given name; may be empty.
    pub(crate) given_name: String,
    /// The family name; may be empty.
    pub(crate) family_name: String,
    /// Given and family name, or the userName of somebody without either.
    pub(crate) display_name: String,
    /// The identity provider's own id of the person.
    pub(crate) external_id: Option<String>,
    /// The identity that the person signs in with, bound at the first sign-in. Absent until then, and
    /// after it was unbound.
    pub(crate) identity: Option<UserIdentity>,
    /// Whether the person has access.
    pub(crate) active: bool,
    /// The role that is in force.
    pub(crate) role: RoleReference,
    /// The role that SCIM has set, in force from the next sign-in on. Absent if there is none.
    pub(crate) pending_role: Option<RoleReference>,
    /// The pending role in words, such as `Analyst → Admin at next sign-in`.
    pub(crate) role_note: Option<String>,
    /// Counts the changes of this user, from 1.
    pub(crate) version: i64,
    /// When the user was created, in UTC.
    pub(crate) created_at: OffsetDateTime,
    /// When the user changed last, in UTC.
    pub(crate) updated_at: OffsetDateTime,
}

impl From<&user::User> for User {
    fn from(user: &user::User) -> Self {
        let note =
            |pending: &RoleRef| format!("{} → {} at next sign-in", user.role.name, pending.name);
        Self {
            id: user.id.to_string(),
            user_name: user.user_name.to_string(),
            email: user.email.to_string(),
            given_name: user.given_name.to_string(),
            family_name: user.family_name.to_string(),
            display_name: user.display_name(),
            external_id: user.external_id.as_ref().map(ToString::to_string),
            identity: user.identity.as_ref().map(UserIdentity::from),
            active: user.active,
            role: RoleReference::from(&user.role),
            pending_role: user.pending_role.as_ref().map(RoleReference::from),
            role_note: user.pending_role.as_ref().map(note),
            version: user.version.number(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl Example for User {
    fn example() -> Self {
        Self {
            id: "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60".to_owned(),
            user_name: "ada@example.com".to_owned(),
            email: "ada@example.com".to_owned(),
            given_name: "Ada".to_owned(),
            family_name: "Lovelace".to_owned(),
            display_name: "Ada Lovelace".to_owned(),
            external_id: Some("00u1a2b3c4d5e6f7g8h9".to_owned()),
            identity: Some(UserIdentity {
                provider: "http://www.okta.com/exk1a2b3c4d5e6f7g8h9".to_owned(),
                name_id: "ada@example.com".to_owned(),
            }),
            active: true,
            role: RoleReference {
                id: "0190b6c2-7a5e-7c3a-9f60-000000000002".to_owned(),
                name: "Analyst".to_owned(),
            },
            pending_role: Some(RoleReference {
                id: "0190b6c2-7a5e-7c3a-9f60-000000000001".to_owned(),
                name: "Admin".to_owned(),
            }),
            role_note: Some("Analyst → Admin at next sign-in".to_owned()),
            version: 3,
            created_at: datetime!(2026-07-01 09:30:00 UTC),
            updated_at: datetime!(2026-07-14 16:05:12 UTC),
        }
    }
}

/// A page of users.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub(crate) struct UserList {
    /// The users on this page, in the order of creation.
    pub(crate) items: Vec<User>,
    /// Send it as `cursor` to get the next page. Absent on the last page.
    pub(crate) next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use roster_domain::id::{RoleId, UserId, Version};
    use roster_domain::session::SessionEpoch;
    use roster_domain::text::{EmailAddress, PersonName, RoleName, UserName};
    use uuid::Uuid;

    use super::*;

    fn role(number: u128, name: &str) -> RoleRef {
        RoleRef {
            id: RoleId::new(Uuid::from_u128(number)),
            name: RoleName::new(name).unwrap(),
            is_admin: false,
        }
    }

    fn ada(pending_role: Option<RoleRef>) -> user::User {
        user::User {
            id: UserId::new(Uuid::from_u128(1)),
            user_name: UserName::new("ada").unwrap(),
            email: EmailAddress::new("ada@example.com").unwrap(),
            given_name: PersonName::new("").unwrap(),
            family_name: PersonName::new("").unwrap(),
            external_id: None,
            active: true,
            identity: None,
            session_epoch: SessionEpoch::FIRST,
            role: role(2, "Analyst"),
            pending_role,
            version: Version::FIRST,
            created_at: OffsetDateTime::UNIX_EPOCH,
            updated_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_pending_role_is_shown_beside_the_one_in_force() {
        let user = User::from(&ada(Some(role(3, "Admin"))));
        assert_eq!(user.role.name, "Analyst");
        assert_eq!(user.pending_role.unwrap().name, "Admin");
        assert_eq!(
            user.role_note.as_deref(),
            Some("Analyst → Admin at next sign-in")
        );
    }

    #[test]
    fn what_a_user_does_not_have_is_left_out() {
        let json = User::from(&ada(None)).to_json().unwrap();
        for absent in ["externalId", "identity", "pendingRole", "roleNote"] {
            assert!(json.get(absent).is_none(), "{absent}");
        }
        assert_eq!(json["displayName"], "ada");
        assert_eq!(json["createdAt"], "1970-01-01T00:00:00Z");
    }
}
