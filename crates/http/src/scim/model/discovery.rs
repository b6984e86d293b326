//! The discovery documents (RFC 7643 sections 5, 6 and 7).

use poem_openapi::{Enum, Object};

use super::user::Meta;

/// What the service supports (RFC 7643 section 5).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct ServiceProviderConfig {
    /// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig`.
    schemas: Vec<String>,
    /// Help for administrators.
    documentation_uri: Option<String>,
    /// PATCH.
    patch: Supported,
    /// Bulk requests.
    bulk: BulkSupport,
    /// Filters.
    filter: FilterSupport,
    /// Changing a password.
    change_password: Supported,
    /// Sorting.
    sort: Supported,
    /// Entity tags and conditional requests.
    etag: Supported,
    /// The ways to authenticate.
    authentication_schemes: Vec<AuthenticationScheme>,
    /// About the document.
    meta: Meta,
}

/// Whether something is supported.
#[derive(Debug, Object)]
pub(crate) struct Supported {
    /// Whether it is.
    supported: bool,
}

/// Bulk requests.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct BulkSupport {
    /// Whether they are supported.
    supported: bool,
    /// The most operations in a request.
    max_operations: i64,
    /// The largest body in bytes.
    max_payload_size: i64,
}

/// Filters.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct FilterSupport {
    /// Whether they are supported.
    supported: bool,
    /// The most resources in an answer.
    max_results: i64,
}

/// A way to authenticate.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct AuthenticationScheme {
    /// The kind, such as `oauthbearertoken`.
    r#type: String,
    /// The name to show.
    name: String,
    /// How to use it.
    description: String,
    /// The specification.
    spec_uri: Option<String>,
    /// Whether it is the preferred one.
    primary: Option<bool>,
}

/// A kind of resource (RFC 7643 section 6).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct ResourceType {
    /// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`.
    schemas: Vec<String>,
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What it stands for.
    description: String,
    /// Where it is found, below the Tenant URL.
    endpoint: String,
    /// The id of its schema.
    schema: String,
    /// The extensions of its schema; none in this profile.
    schema_extensions: Vec<SchemaExtension>,
    /// About the document.
    meta: Meta,
}

/// An extension of a resource type's schema.
#[derive(Debug, Object)]
pub(crate) struct SchemaExtension {
    /// The id of the extension's schema.
    schema: String,
    /// Whether every resource has it.
    required: bool,
}

/// Every resource type (ListResponse).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct ResourceTypeList {
    /// `urn:ietf:params:scim:api:messages:2.0:ListResponse`.
    schemas: Vec<String>,
    /// How many there are.
    total_results: i64,
    /// Always 1.
    start_index: i64,
    /// How many there are.
    items_per_page: i64,
    /// The resource types.
    #[oai(rename = "Resources")]
    resources: Vec<ResourceType>,
}

/// The attributes of a kind of resource (RFC 7643 section 7).
#[derive(Debug, Object)]
pub(crate) struct Schema {
    /// `urn:ietf:params:scim:schemas:core:2.0:Schema`.
    schemas: Vec<String>,
    /// Its id, a URN.
    id: String,
    /// Its name.
    name: String,
    /// What it describes.
    description: String,
    /// The attributes.
    attributes: Vec<SchemaAttribute>,
    /// About the document.
    meta: Meta,
}

/// An attribute of a schema.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct SchemaAttribute {
    /// Its name.
    name: String,
    /// The type of its values.
    r#type: AttributeType,
    /// Whether it has several values.
    multi_valued: bool,
    /// What it means.
    description: String,
    /// Whether it must have a value.
    required: bool,
    /// Whether letter case matters when it is compared.
    case_exact: Option<bool>,
    /// Whether it can be changed.
    mutability: Mutability,
    /// When answers hold it.
    returned: Returned,
    /// Whether two resources may have the same value.
    uniqueness: Option<Uniqueness>,
    /// Values that have a meaning of their own.
    canonical_values: Option<Vec<String>>,
    /// What a reference may refer to.
    reference_types: Option<Vec<String>>,
    /// The parts of a complex attribute.
    sub_attributes: Option<Vec<SchemaAttribute>>,
}

/// The type of an attribute's values (RFC 7643 section 2.3).
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum AttributeType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A decimal number.
    Decimal,
    /// A whole number.
    Integer,
    /// A time.
    DateTime,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
    /// Base64 text.
    Binary,
}

/// Whether an attribute can be changed (RFC 7643 section 7).
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum Mutability {
    /// The service alone sets it.
    ReadOnly,
    /// It can be changed.
    ReadWrite,
    /// It can be set once.
    Immutable,
    /// It can be set and not read.
    WriteOnly,
}

/// When answers hold an attribute (RFC 7643 section 7).
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum Returned {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless something else is asked for.
    Default,
    /// When it is asked for.
    Request,
}

/// Whether two resources may have the same value (RFC 7643 section 7).
#[derive(Debug, Enum)]
#[oai(rename_all = "camelCase")]
pub(crate) enum Uniqueness {
    /// They may.
    None,
    /// Not within the tenant.
    Server,
    /// Not anywhere.
    Global,
}

/// Every schema (ListResponse).
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub(crate) struct SchemaList {
    /// `urn:ietf:params:scim:api:messages:2.0:ListResponse`.
    schemas: Vec<String>,
    /// How many there are.
    total_results: i64,
    /// Always 1.
    start_index: i64,
    /// How many there are.
    items_per_page: i64,
    /// The schemas.
    #[oai(rename = "Resources")]
    resources: Vec<Schema>,
}
