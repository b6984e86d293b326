//! SAML metadata, both ways: `idp` reads what the identity provider publishes, the tenant's trust
//! anchor; `sp` writes what it needs to know of us.

mod idp;
mod sp;

pub use idp::{IdpMetadata, MetadataError, parse_idp_metadata};
pub use sp::sp_metadata;
