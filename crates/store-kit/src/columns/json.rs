//! The columns that hold JSON: permissions, networks, and what an audit record says was changed.

use ipnet::IpNet;
use roster_application::ports::store::StoreError;
use roster_domain::audit::{AttributeChange, AuditValue};
use roster_domain::permission::{Permission, PermissionSet};
use serde_json::{Value, json};

use super::corrupt;

/// Permissions as an array of names, in alphabetical order.
#[must_use]
pub fn permissions_to_json(permissions: &PermissionSet) -> Value {
    Value::from(permissions.names())
}

/// Permissions from an array of names.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is not an array of well-formed names.
pub fn permissions_from_json(stored: &Value) -> Result<PermissionSet, StoreError> {
    const WHAT: &str = "list of permissions";
    texts(WHAT, stored)?
        .map(|name| Permission::new(name?).map_err(|problem| corrupt(WHAT, problem)))
        .collect()
}

/// A role's permissions. The Admin role has, beside what is stored, every permission that this
/// program knows: a later version may know more than the one that stored the role.
///
/// # Errors
/// As [`permissions_from_json`].
pub fn role_permissions_from_json(
    is_admin: bool,
    stored: &Value,
) -> Result<PermissionSet, StoreError> {
    let stored = permissions_from_json(stored)?;
    if !is_admin {
        return Ok(stored);
    }
    Ok(stored
        .iter()
        .chain(PermissionSet::all().iter())
        .cloned()
        .collect())
}

/// Networks as an array of texts such as `10.0.0.0/8`.
#[must_use]
pub fn networks_to_json(networks: &[IpNet]) -> Value {
    networks.iter().map(ToString::to_string).collect()
}

/// Networks from an array of texts.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is not an array of networks.
pub fn networks_from_json(stored: &Value) -> Result<Vec<IpNet>, StoreError> {
    const WHAT: &str = "list of networks";
    texts(WHAT, stored)?
        .map(|network| network?.parse().map_err(|problem| corrupt(WHAT, problem)))
        .collect()
}

/// Changes as an array of `{"attribute", "before", "after"}`; no value is `null`.
#[must_use]
pub fn changes_to_json(changes: &[AttributeChange]) -> Value {
    let value = |value: &Option<AuditValue>| match value {
        None => Value::Null,
        Some(AuditValue::Text(text)) => Value::from(text.as_str()),
        Some(AuditValue::Flag(flag)) => Value::from(*flag),
        Some(AuditValue::List(list)) => Value::from(list.as_slice()),
    };
    changes
        .iter()
        .map(|change| {
            json!({
                "attribute": change.attribute,
                "before": value(&change.before),
                "after": value(&change.after),
            })
        })
        .collect()
}

/// Changes from an array of `{"attribute", "before", "after"}`.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is of another form.
pub fn changes_from_json(stored: &Value) -> Result<Vec<AttributeChange>, StoreError> {
    const WHAT: &str = "list of changes";
    let value = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(AuditValue::Text(text.clone()))),
        Some(Value::Bool(flag)) => Ok(Some(AuditValue::Flag(*flag))),
        Some(list @ Value::Array(_)) => {
            let list: Result<Vec<String>, _> = texts(WHAT, list)?
                .map(|text| text.map(str::to_owned))
                .collect();
            list.map(|list| Some(AuditValue::List(list)))
        }
        Some(_) => Err(corrupt(
            WHAT,
            "a value is neither a text, a flag nor a list of texts",
        )),
    };
    let changes = stored
        .as_array()
        .ok_or_else(|| corrupt(WHAT, "not an array"))?;
    changes
        .iter()
        .map(|change| {
            let attribute = change.get("attribute").and_then(Value::as_str);
            Ok(AttributeChange {
                attribute: attribute
                    .ok_or_else(|| corrupt(WHAT, "a change without an attribute"))?
                    .to_owned(),
                before: value(change.get("before"))?,
                after: value(change.get("after"))?,
            })
        })
        .collect()
}

fn texts<'a>(
    what: &'static str,
    stored: &'a Value,
) -> Result<impl Iterator<Item = Result<&'a str, StoreError>>, StoreError> {
    let items = stored
        .as_array()
        .ok_or_else(|| corrupt(what, "not an array"))?;
    Ok(items
        .iter()
        .map(move |item| item.as_str().ok_or_else(|| corrupt(what, "not a text"))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_admin_role_has_what_a_later_version_adds_and_what_was_given_to_it() {
        let set = role_permissions_from_json(true, &json!(["Custom"])).unwrap();
        assert_eq!(
            set.missing_from(&PermissionSet::all()),
            [Permission::new("Custom").unwrap()]
        );
        assert!(PermissionSet::all().missing_from(&set).is_empty());
        assert!(
            role_permissions_from_json(false, &json!([]))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn json_of_another_form_is_corrupt() {
        for bad in [
            json!(null),
            json!({}),
            json!("UserRead"),
            json!([1]),
            json!(["userRead"]),
        ] {
            assert!(permissions_from_json(&bad).is_err(), "{bad}");
            assert!(networks_from_json(&bad).is_err(), "{bad}");
            assert!(changes_from_json(&bad).is_err(), "{bad}");
        }
        let number = json!([{ "attribute": "role", "before": 1 }]);
        assert!(changes_from_json(&number).is_err());
    }

    #[test]
    fn networks_read_back_with_the_length_of_their_prefix() {
        let networks: Vec<IpNet> = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]
            .map(|net| net.parse().unwrap())
            .into();
        assert_eq!(
            networks_from_json(&networks_to_json(&networks)).unwrap(),
            networks
        );
    }

    fn audit_value() -> impl Strategy<Value = Option<AuditValue>> {
        proptest::option::of(prop_oneof![
            ".*".prop_map(AuditValue::Text),
            any::<bool>().prop_map(AuditValue::Flag),
            proptest::collection::vec(".*", 0..4).prop_map(AuditValue::List),
        ])
    }

    proptest! {
        #[test]
        fn every_change_reads_back(attribute in ".*", before in audit_value(), after in audit_value()) {
            let changes = vec![AttributeChange { attribute, before, after }];
            prop_assert_eq!(changes_from_json(&changes_to_json(&changes)).unwrap(), changes);
        }

        #[test]
        fn every_set_of_permissions_reads_back(names in proptest::collection::vec("[A-Z][A-Za-z0-9]{1,63}", 0..8)) {
            let set: PermissionSet = names.iter().map(|name| Permission::new(name).unwrap()).collect();
            prop_assert_eq!(permissions_from_json(&permissions_to_json(&set)).unwrap(), set);
        }
    }
}
