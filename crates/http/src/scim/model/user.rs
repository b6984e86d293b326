//! User (RFC 7643 section 4.1) and the list of users.

use std::collections::HashMap;

use poem_openapi::Object;
use serde_json::Value;

/// A person of the tenant (RFC 7643 section 4.1). What is read-only is ignored when it is sent
/// back, so that an answer can be changed and sent as the next request.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct User {
    /// `urn:ietf:params:scim:schemas:core:2.0:User`.
    schemas: Vec<String>,
    /// The user's id; never changes. Ignored when sent.
    id: Option<String>,
    /// The identity provider's id of the user; opaque, compared exactly.
    #[oai(nullable)]
    external_id: Option<String>,
    /// The name by which the identity provider knows the user. Unique in the tenant without regard
    /// to letter case; can be changed, not cleared.
    user_name: Option<String>,
    /// The parts of the name. A part that is not sent stays; `null` or an empty text clears it.
    name: Option<Name>,
    /// The name to show; composed by the service. Ignored when sent.
    display_name: Option<String>,
    /// The e-mail, as a list of one. Of several that are sent the one with `primary: true` counts,
    /// else the one with `type: work`, else the first.
    emails: Option<Vec<Email>>,
    /// Whether the user may sign in. `false` deactivates, `true` reactivates, both at once.
    active: Option<bool>,
    /// The name of one of the tenant's roles, in any letter case; takes effect at the next sign-in,
    /// and `null` withdraws one that has not yet. The attribute's own name is a setting of the
    /// tenant; this is the usual one.
    #[oai(nullable)]
    panther_role: Option<String>,
    /// About the record. Ignored when sent.
    meta: Option<Meta>,
    /// The role under the name that the tenant has chosen, if it is another one; and whatever else
    /// a client sends, which is ignored.
    #[oai(flatten)]
    others: HashMap<String, Value>,
}

/// The parts of a user's name (RFC 7643 section 4.1.1).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct Name {
    /// The given name; may be empty.
    #[oai(nullable)]
    given_name: Option<String>,
    /// The family name; may be empty.
    #[oai(nullable)]
    family_name: Option<String>,
    /// The full name; composed by the service. Ignored when sent.
    formatted: Option<String>,
}

/// An e-mail of a user.
#[derive(Debug, Object)]
pub(crate) struct Email {
    /// The address. Unique in the tenant without regard to letter case.
    value: Option<String>,
    /// What it is for; always `work` in answers.
    r#type: Option<String>,
    /// Whether it is the user's main address; always `true` in answers.
    primary: Option<bool>,
}

/// About a resource (RFC 7643 section 3.1).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct Meta {
    /// The name of the resource type, such as `User`.
    resource_type: Option<String>,
    /// When it was created (RFC 3339, UTC).
    created: Option<String>,
    /// When it changed last (RFC 3339, UTC).
    last_modified: Option<String>,
    /// Its URL.
    location: Option<String>,
    /// Its version, as in the header `ETag`.
    version: Option<String>,
}

/// A page of users (ListResponse, RFC 7644 section 3.4.2).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct UserList {
    /// `urn:ietf:params:scim:api:messages:2.0:ListResponse`.
    schemas: Vec<String>,
    /// How many users match, on whichever page.
    total_results: i64,
    /// The 1-based position of the first user on this page.
    start_index: i64,
    /// How many users are on this page.
    items_per_page: i64,
    /// The users.
    #[oai(rename = "Resources")]
    resources: Vec<User>,
}
