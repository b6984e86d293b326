//! What is sent to create, change or rotate an API token.

use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use roster_application::administration::tokens::TokenRequest;
use roster_domain::text::TokenName;
use roster_domain::token::lifecycle::TokenWish;
use roster_domain::token::network;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::management::roles::permissions;
use crate::management::wire::body::Shape;
use crate::management::wire::fields::Fields;

/// A new API token.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct ApiTokenCreation {
    /// Its name, for people to know it by.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub(crate) name: String,
    /// What it may do: no more than its creator may. Each `…Modify` that governs Roster brings its
    /// `…Read` along.
    #[oai(validator(max_items = 200))]
    pub(crate) permissions: Vec<String>,
    /// The networks that it may be used from: CIDR notation or single addresses, IPv4 or IPv6.
    /// Left out or empty: from anywhere.
    #[oai(validator(max_items = 200))]
    pub(crate) allowed_networks: Option<Vec<String>>,
    /// When it shall stop working. Left out or `null`: never.
    #[oai(nullable)]
    pub(crate) expires_at: Option<OffsetDateTime>,
}

impl Example for ApiTokenCreation {
    fn example() -> Self {
        Self {
            name: "okta".to_owned(),
            permissions: vec!["UserModify".to_owned()],
            allowed_networks: Some(vec!["192.0.2.0/24".to_owned()]),
            expires_at: Some(datetime!(2027-01-31 00:00:00 UTC)),
        }
    }
}

impl Shape for ApiTokenCreation {
    type Wish = TokenRequest;

    fn read(fields: &mut Fields) -> Option<TokenRequest> {
        fields.require("name");
        fields.require("permissions");
        let name = fields.text("name", TokenName::new);
        let permissions = permissions(fields);
        let allowed_networks = fields.texts("allowedNetworks", network).unwrap_or_default();
        let expires_at = fields.time("expiresAt").flatten();
        Some(TokenRequest {
            name: name?,
            permissions: permissions?,
            allowed_networks,
            expires_at,
        })
    }
}

/// What shall change about an API token. What is left out keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct ApiTokenPatch {
    /// Another name.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub(crate) name: Option<String>,
    /// Other permissions, in place of all the present ones. Whoever adds one must have it.
    #[oai(validator(max_items = 200))]
    pub(crate) permissions: Option<Vec<String>>,
    /// Other networks, in place of all the present ones. Empty: from anywhere.
    #[oai(validator(max_items = 200))]
    pub(crate) allowed_networks: Option<Vec<String>>,
    /// Another expiry; `null` removes it.
    #[oai(nullable)]
    pub(crate) expires_at: MaybeUndefined<OffsetDateTime>,
}

impl Example for ApiTokenPatch {
    fn example() -> Self {
        Self {
            allowed_networks: Some(vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()]),
            ..Self::default()
        }
    }
}

impl Shape for ApiTokenPatch {
    type Wish = TokenWish;

    fn read(fields: &mut Fields) -> Option<TokenWish> {
        Some(TokenWish {
            name: fields.text("name", TokenName::new),
            permissions: permissions(fields),
            allowed_networks: fields.texts("allowedNetworks", network),
            expires_at: fields.time("expiresAt"),
        })
    }
}

/// How an API token shall be rotated.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct ApiTokenRotation {
    /// For how many seconds the old value stays valid: 0 if left out, 604800 (7 days) at most.
    #[oai(validator(maximum(value = "604800")))]
    pub(crate) overlap_seconds: Option<u32>,
}

impl Example for ApiTokenRotation {
    fn example() -> Self {
        Self {
            overlap_seconds: Some(3600),
        }
    }
}

impl Shape for ApiTokenRotation {
    type Wish = Duration;

    const OPTIONAL: bool = true;

    fn read(fields: &mut Fields) -> Option<Duration> {
        Some(Duration::seconds(
            fields.number("overlapSeconds").unwrap_or_default().into(),
        ))
    }
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
    fn a_new_token_is_read_whole() {
        let (wish, problems) = read::<ApiTokenCreation>(json!({
            "name": "okta", "permissions": ["UserModify"], "allowedNetworks": ["10.0.0.0/8"],
            "expiresAt": "2027-01-31T02:00:00+02:00",
        }));
        let wish = wish.unwrap();
        assert!(problems.is_empty());
        assert_eq!(wish.allowed_networks.len(), 1);
        assert_eq!(wish.expires_at, Some(datetime!(2027-01-31 00:00:00 UTC)));
        assert!(
            read::<ApiTokenCreation>(json!({"name": "okta"}))
                .0
                .is_none()
        );
    }

    #[test]
    fn an_expiry_is_removed_by_null_and_kept_by_silence() {
        assert_eq!(
            read::<ApiTokenPatch>(json!({"expiresAt": null}))
                .0
                .unwrap()
                .expires_at,
            Some(None)
        );
        assert_eq!(
            read::<ApiTokenPatch>(json!({})).0,
            Some(TokenWish::default())
        );
    }

    #[test]
    fn a_rotation_has_no_overlap_unless_asked_for() {
        assert_eq!(read::<ApiTokenRotation>(json!({})).0, Some(Duration::ZERO));
        assert_eq!(
            read::<ApiTokenRotation>(json!({"overlapSeconds": 60})).0,
            Some(Duration::MINUTE)
        );
        for bad in [json!(-1), json!(1.5), json!("60"), json!(1_u64 << 40)] {
            assert_eq!(
                read::<ApiTokenRotation>(json!({"overlapSeconds": bad})).1,
                ["overlapSeconds"]
            );
        }
    }
}
