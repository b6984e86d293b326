//! What the management API shows of an API token.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_application::administration::tokens::IssuedToken;
use roster_domain::token;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::management::actor::ActorType;

/// Who created an API token.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "ApiTokenCreator")]
pub(crate) struct Creator {
    /// What sort of actor it was.
    #[oai(rename = "type")]
    pub(crate) kind: ActorType,
    /// The creator's name at that time.
    pub(crate) name: String,
}

/// An API token, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct ApiToken {
    /// The token's id.
    pub(crate) id: String,
    /// Its name, for people to know it by.
    pub(crate) name: String,
    /// What it may do, in alphabetical order.
    pub(crate) permissions: Vec<String>,
    /// The networks that it may be used from, in CIDR notation, IPv4 and IPv6. Empty: from anywhere.
    pub(crate) allowed_networks: Vec<String>,
    /// When it stops working, in UTC. Absent: never.
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Who created it.
    pub(crate) created_by: Creator,
    /// When it was last used, in UTC; written seconds late. Absent: never yet.
    pub(crate) last_used_at: Option<OffsetDateTime>,
    /// The address that it was last used from.
    pub(crate) last_used_from: Option<String>,
    /// Until when the value before the last rotation is valid, in UTC. Absent: only one value is.
    pub(crate) previous_value_valid_until: Option<OffsetDateTime>,
    /// Counts the changes of this token, from 1; being used is no change.
    pub(crate) version: i64,
    /// When it was created, in UTC.
    pub(crate) created_at: OffsetDateTime,
    /// When it changed last, in UTC.
    pub(crate) updated_at: OffsetDateTime,
}

impl From<&token::ApiToken> for ApiToken {
    fn from(token: &token::ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.to_string(),
            permissions: token.permissions.names(),
            allowed_networks: token
                .allowed_networks
                .iter()
                .map(ToString::to_string)
                .collect(),
            expires_at: token.expires_at,
            created_by: Creator {
                kind: ActorType::from_name(&token.created_by.kind),
                name: token.created_by.name.clone(),
            },
            last_used_at: token.last_used.map(|last| last.at),
            last_used_from: token
                .last_used
                .and_then(|last| last.from)
                .map(|address| address.to_string()),
            previous_value_valid_until: token
                .previous
                .as_ref()
                .map(|previous| previous.valid_until),
            version: token.version.number(),
            created_at: token.created_at,
            updated_at: token.updated_at,
        }
    }
}

impl Example for ApiToken {
    fn example() -> Self {
        Self {
            id: "0190b6c2-7a5e-7c3a-9f60-00000000000a".to_owned(),
            name: "okta".to_owned(),
            permissions: ["UserModify", "UserRead"].map(str::to_owned).to_vec(),
            allowed_networks: vec!["192.0.2.0/24".to_owned()],
            expires_at: Some(datetime!(2027-01-31 00:00:00 UTC)),
            created_by: Creator {
                kind: ActorType::Operator,
                name: "ops".to_owned(),
            },
            last_used_at: Some(datetime!(2026-07-14 16:05:12 UTC)),
            last_used_from: Some("192.0.2.17".to_owned()),
            previous_value_valid_until: None,
            version: 1,
            created_at: datetime!(2026-07-01 09:00:00 UTC),
            updated_at: datetime!(2026-07-01 09:00:00 UTC),
        }
    }
}

/// The tenant's API tokens.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(crate) struct ApiTokenList {
    /// Every token that was not revoked, in the order of creation.
    pub(crate) items: Vec<ApiToken>,
}

/// An API token with its value, which is shown this once.
#[derive(Clone, PartialEq, Eq, Object)]
pub(crate) struct IssuedApiToken {
    /// The token.
    pub(crate) token: ApiToken,
    /// The secret: `roster_` and 38 letters and digits. Keep it safe; it is never shown again.
    pub(crate) value: String,
}

impl From<&IssuedToken> for IssuedApiToken {
    fn from(issued: &IssuedToken) -> Self {
        Self {
            token: ApiToken::from(&issued.token),
            value: issued.value.reveal().to_owned(),
        }
    }
}
