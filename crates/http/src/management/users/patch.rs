//! What can be changed about a user.

use std::convert::Infallible;

use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use roster_domain::text::{EmailAddress, ExternalId, PersonName, UserName};
use roster_domain::user::{Field, UserWish};

use crate::management::wire::body::Shape;
use crate::management::wire::fields::Fields;

/// What shall change about a user. What is left out keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct UserPatch {
    /// Another userName.
    #[oai(validator(min_length = 1, max_length = 256))]
    pub(crate) user_name: Option<String>,
    /// Another e-mail address.
    #[oai(validator(min_length = 3, max_length = 254))]
    pub(crate) email: Option<String>,
    /// Another given name; `""` clears it.
    #[oai(validator(max_length = 256))]
    pub(crate) given_name: Option<String>,
    /// Another family name; `""` clears it.
    #[oai(validator(max_length = 256))]
    pub(crate) family_name: Option<String>,
    /// Another id of the identity provider; `null` clears it.
    #[oai(nullable, validator(min_length = 1, max_length = 1024))]
    pub(crate) external_id: MaybeUndefined<String>,
    /// The name of another role, in any letter case; in force at once.
    pub(crate) role: Option<String>,
    /// Whether the person has access.
    pub(crate) active: Option<bool>,
}

impl Example for UserPatch {
    fn example() -> Self {
        Self {
            given_name: Some("Ada".to_owned()),
            family_name: Some("King".to_owned()),
            role: Some("Analyst".to_owned()),
            ..Self::default()
        }
    }
}

impl Shape for UserPatch {
    type Wish = UserWish;

    fn read(fields: &mut Fields) -> Option<UserWish> {
        Some(UserWish {
            user_name: set(fields.text("userName", UserName::new)),
            email: set(fields.text("email", EmailAddress::new)),
            given_name: set(fields.text("givenName", PersonName::new)),
            family_name: set(fields.text("familyName", PersonName::new)),
            external_id: fields.clearable("externalId", ExternalId::new),
            // Which roles there are is for the use case to say.
            role: set(fields.text("role", |name| Ok::<_, Infallible>(name.to_owned()))),
            active: fields.flag("active"),
        })
    }
}

fn set<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Keep, Field::Set)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> (Option<UserWish>, usize) {
        let Value::Object(map) = body else {
            panic!("not an object: {body}")
        };
        let mut fields = Fields::new(map);
        let wish = UserPatch::read(&mut fields);
        (wish, fields.finish().len())
    }

    #[test]
    fn every_field_that_is_documented_is_read() {
        let (wish, problems) = read(json!({
            "userName": "ada", "email": "ada@example.com", "givenName": "Ada", "familyName": "",
            "externalId": null, "role": " analyst ", "active": false,
        }));
        let wish = wish.unwrap();
        assert_eq!(problems, 0);
        assert_eq!(wish.user_name, Field::Set(UserName::new("ada").unwrap()));
        assert_eq!(wish.family_name, Field::Set(PersonName::new("").unwrap()));
        assert_eq!(wish.external_id, Field::Clear);
        assert_eq!(wish.role, Field::Set(" analyst ".to_owned()));
        assert_eq!(wish.active, Some(false));
    }

    #[test]
    fn an_empty_body_asks_for_nothing() {
        assert_eq!(read(json!({})), (Some(UserWish::default()), 0));
    }

    #[test]
    fn what_roster_decides_itself_can_not_be_sent() {
        for body in [
            json!({"id": "x"}),
            json!({"version": 1}),
            json!({"pendingRole": {}}),
            json!({"username": "x"}),
        ] {
            assert_eq!(read(body.clone()).1, 1, "{body}");
        }
    }
}
