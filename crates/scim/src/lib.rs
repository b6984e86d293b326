//! SCIM 2.0 (RFC 7643, RFC 7644) as a pure protocol library.
//!
//! Nothing in here knows a user of ours, a tenant or a database, does I/O, or waits. A SCIM
//! resource is a JSON object ([`Resource`]); what it may contain is said by one [`Schema`], from
//! which everything else is driven: discovery, type checks, PATCH, filters and projections.
//!
//! Where to go next:
//! - [`schema`]: what a User looks like ([`user_schema`]) and how names are resolved;
//! - [`mod@normalize`]: bodies of PUT and POST, brought to canonical names and types;
//! - [`patch`]: the PATCH engine (`PatchRequest::parse`, then `apply`);
//! - [`filter`]: the filter grammar, its evaluation, and the one lookup that
//!   every profile offers ([`eq_lookup`]);
//! - [`projection`], [`list`]: what of a resource, and how many of them, a response holds;
//! - [`discovery`]: ServiceProviderConfig, ResourceTypes and Schemas;
//! - [`error`]: the error that all of them answer with, written for the administrator of the
//!   identity provider, who reads `detail` word for word.
//!
//! To offer one more attribute, describe it in `schema/user.rs`: nothing else changes here.

pub mod attribute;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod list;
pub mod normalize;
pub mod patch;
pub mod projection;
pub mod schema;
pub mod urn;
mod value;

pub use attribute::{AttributePath, get};
pub use discovery::Features;
pub use error::{ScimError, ScimType};
pub use filter::{EqLookup, Filter, FilterError, FilterLimits, eq_lookup};
pub use list::{ListResponse, Page};
pub use normalize::{normalize, primary_value};
pub use patch::{PatchOp, PatchOperation, PatchRequest, apply};
pub use projection::{Projection, project};
pub use schema::{Attribute, Schema, user_schema};

/// A SCIM resource, or any other JSON object of the protocol.
pub type Resource = serde_json::Map<String, serde_json::Value>;

/// The media type of every SCIM body (RFC 7644 section 3.1).
pub const MEDIA_TYPE: &str = "application/scim+json";
