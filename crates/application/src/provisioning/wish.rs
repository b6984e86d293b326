//! From a SCIM resource to a wish: what it sets, what it clears, what it leaves alone.

use roster_domain::refusal::excerpt;
use roster_domain::text::{EmailAddress, ExternalId, InvalidText, PersonName, UserName};
use roster_domain::user::{Field, UserWish};
use roster_scim::normalize::primary_value;
use roster_scim::{Resource, ScimError};
use serde_json::Value;

/// The wish of a PUT. What is absent keeps its value, since Okta sends only what it maps; `null`
/// and the empty text clear.
pub(super) fn of_replacement(
    resource: &Resource,
    role_attribute: &str,
) -> Result<UserWish, ScimError> {
    let name = resource.get("name");
    let part = |part: &str| match name {
        Some(Value::Null) => Some(&Value::Null),
        name => name.and_then(|name| name.get(part)),
    };
    Ok(UserWish {
        user_name: text("userName", resource.get("userName"), UserName::new)?,
        email: text("emails.value", email(resource).as_ref(), EmailAddress::new)?,
        given_name: text("name.givenName", part("givenName"), PersonName::new)?,
        family_name: text("name.familyName", part("familyName"), PersonName::new)?,
        external_id: external_id(resource.get("externalId"))?,
        active: resource.get("active").and_then(Value::as_bool),
        role: match resource.get(role_attribute) {
            Some(value) => text(role_attribute, Some(value), |role| Ok(role.to_owned()))?,
            None => text(
                "roles",
                roles(resource).as_ref(),
                |role| Ok(role.to_owned()),
            )?,
        },
    })
}

/// The wish of a PATCH: what differs between the resource before and after it. What was there and
/// is gone is cleared; what did not change is not a wish, so it can't fail or undo anything.
pub(super) fn of_difference(
    before: &Resource,
    after: &Resource,
    role_attribute: &str,
) -> Result<UserWish, ScimError> {
    let mut changed = Resource::new();
    for (name, value) in after {
        if before.get(name) != Some(value) {
            changed.insert(name.clone(), value.clone());
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changed.insert(name.clone(), Value::Null);
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) =
        (before.get("name"), changed.get_mut("name"))
    {
        new.retain(|part, value| old.get(part) != Some(value));
        for part in old.keys().filter(|part| {
            after
                .get("name")
                .is_some_and(|name| name.get(part).is_none())
        }) {
            new.insert(part.clone(), Value::Null);
        }
    }
    of_replacement(&changed, role_attribute)
}

/// The primary e-mail of a resource; `Null` when there is an `emails` without one.
fn email(resource: &Resource) -> Option<Value> {
    resource.get("emails").map(first)
}

/// The primary role of a resource that uses `roles`. One without a value is no word about the role:
/// we never show `roles`, so nobody can mean to clear them.
fn roles(resource: &Resource) -> Option<Value> {
    resource
        .get("roles")
        .map(first)
        .filter(|role| !role.is_null())
}

/// Whether a resource takes access away.
pub(super) fn deactivates(resource: &Resource) -> bool {
    resource.get("active") == Some(&Value::Bool(false))
}

/// The external id is opaque: white space is part of it.
fn external_id(value: Option<&Value>) -> Result<Field<ExternalId>, ScimError> {
    match value {
        Some(Value::String(id)) if !id.is_empty() => checked("externalId", id, ExternalId::new),
        value => text("externalId", value, ExternalId::new),
    }
}

fn first(elements: &Value) -> Value {
    elements
        .as_array()
        .and_then(|elements| primary_value(elements))
        .map_or(Value::Null, Value::from)
}

fn text<T>(
    attribute: &str,
    value: Option<&Value>,
    check: impl Fn(&str) -> Result<T, InvalidText>,
) -> Result<Field<T>, ScimError> {
    match value {
        None => Ok(Field::Keep),
        Some(Value::Null) => Ok(Field::Clear),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Field::Clear),
        Some(Value::String(text)) => checked(attribute, text, check),
        Some(_) => Err(ScimError::invalid_value(format!(
            "The attribute {attribute} must be a text. Correct its mapping in Okta; nothing was changed."
        ))),
    }
}

fn checked<T>(
    attribute: &str,
    text: &str,
    check: impl Fn(&str) -> Result<T, InvalidText>,
) -> Result<Field<T>, ScimError> {
    check(text).map(Field::Set).map_err(|problem| {
        ScimError::invalid_value(format!(
            "The attribute {attribute} {problem}. The value sent was \"{}\". Correct it in Okta; nothing was changed.",
            excerpt(text)
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROLE: &str = "pantherRole";

    fn resource(value: Value) -> Resource {
        match value {
            Value::Object(resource) => resource,
            other => panic!("not an object: {other}"),
        }
    }

    fn stored() -> Resource {
        resource(json!({
            "userName": "ada@example.com",
            "name": { "givenName": "Ada", "familyName": "Byron", "formatted": "Ada Byron" },
            "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
            "active": true,
            "pantherRole": "Analyst",
        }))
    }

    fn put(value: Value) -> UserWish {
        of_replacement(&resource(value), ROLE).unwrap()
    }

    fn patched(change: impl FnOnce(&mut Resource)) -> UserWish {
        let mut after = stored();
        change(&mut after);
        of_difference(&stored(), &after, ROLE).unwrap()
    }

    #[test]
    fn what_a_put_leaves_out_is_kept() {
        assert_eq!(put(json!({})), UserWish::default());
        assert_eq!(put(json!({ "name": {} })), UserWish::default());
    }

    #[test]
    fn null_and_the_empty_text_clear() {
        for nothing in [json!(null), json!(""), json!("  ")] {
            let wish = put(
                json!({ "userName": nothing, "name": { "givenName": nothing }, ROLE: nothing }),
            );
            assert_eq!(wish.user_name, Field::Clear);
            assert_eq!(wish.given_name, Field::Clear);
            assert_eq!(wish.family_name, Field::Keep);
            assert_eq!(wish.role, Field::Clear);
        }
        let wish = put(json!({ "name": null, "emails": [] }));
        assert_eq!(
            (wish.given_name, wish.family_name),
            (Field::Clear, Field::Clear)
        );
        assert_eq!(wish.email, Field::Clear);
    }

    #[test]
    fn the_primary_email_is_the_one_that_counts() {
        let emails = |emails: Value| put(json!({ "emails": emails })).email;
        let home = json!({ "value": "home@example.com", "type": "home" });
        let work = json!({ "value": "work@example.com", "type": "work" });
        let primary = json!({ "value": "primary@example.com", "primary": true });
        let address = |text: &str| Field::Set(EmailAddress::new(text).unwrap());
        assert_eq!(
            emails(json!([home, work, primary])),
            address("primary@example.com")
        );
        assert_eq!(emails(json!([home, work])), address("work@example.com"));
        assert_eq!(emails(json!([home])), address("home@example.com"));
    }

    #[test]
    fn the_role_attribute_goes_before_roles() {
        let both = put(json!({ ROLE: "Analyst", "roles": [{ "value": "Admin" }] }));
        assert_eq!(both.role, Field::Set("Analyst".to_owned()));
        let other = put(
            json!({ "roles": [{ "value": "Analyst" }, { "value": "Admin", "primary": true }] }),
        );
        assert_eq!(other.role, Field::Set("Admin".to_owned()));
    }

    #[test]
    fn a_value_that_can_not_be_kept_names_its_attribute() {
        let error =
            of_replacement(&resource(json!({ "emails": [{ "value": "ada" }] })), ROLE).unwrap_err();
        assert_eq!(error.status, 400);
        assert!(
            error.detail.contains("emails.value") && error.detail.contains("\"ada\""),
            "{}",
            error.detail
        );
    }

    #[test]
    fn a_patch_wishes_only_what_it_changed() {
        assert_eq!(patched(|_| {}), UserWish::default());
        let renamed = patched(|after| after["name"]["givenName"] = json!("Augusta"));
        let expected = UserWish {
            given_name: Field::Set(PersonName::new("Augusta").unwrap()),
            ..UserWish::default()
        };
        assert_eq!(renamed, expected);
    }

    #[test]
    fn what_a_patch_took_away_is_cleared() {
        let removed = patched(|after| {
            after.remove(ROLE);
            after["name"].as_object_mut().unwrap().remove("familyName");
        });
        assert_eq!(removed.role, Field::Clear);
        assert_eq!(removed.family_name, Field::Clear);
        assert_eq!(removed.given_name, Field::Keep);
        let nameless = patched(|after| drop(after.remove("name")));
        assert_eq!(
            (nameless.given_name, nameless.family_name),
            (Field::Clear, Field::Clear)
        );
        assert_eq!(
            patched(|after| drop(after.remove("emails"))).email,
            Field::Clear
        );
    }

    #[test]
    fn a_patch_of_the_composed_name_wishes_nothing() {
        assert_eq!(
            patched(|after| after["name"]["formatted"] = json!("Someone Else")),
            UserWish::default()
        );
    }

    #[test]
    fn an_email_that_differs_only_in_its_kind_is_no_wish() {
        let retyped = patched(|after| {
            after["emails"] = json!([{ "value": "ada@example.com", "type": "home" }]);
        });
        // It is the same address, which the decision sees as nothing to change.
        assert_eq!(
            retyped.email,
            Field::Set(EmailAddress::new("ada@example.com").unwrap())
        );
    }
}
