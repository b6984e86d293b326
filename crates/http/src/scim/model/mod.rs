//! The resources and messages as the OpenAPI document describes them. Nothing is read or written
//! through these types: on the wire they are `roster_scim` resources, whose names match in any
//! letter case.

mod discovery;
mod message;
mod user;

pub(crate) use discovery::{
    ResourceType, ResourceTypeList, Schema, SchemaList, ServiceProviderConfig,
};
pub(crate) use message::{PatchOp, ScimError};
pub(crate) use user::{User, UserList};
