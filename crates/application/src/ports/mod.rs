//! What the application needs of the world. Adapters implement these traits; tests of the stores
//! run one contract against all of them (`roster-store-kit`).
//!
//! - [`store`]: the state: reads of one tenant, and the commit;
//! - [`saml`]: what the identity provider says, verified; what we say to it;
//! - [`metadata`]: fetching an identity provider's metadata;
//! - [`keys`]: sealing secrets, and signing the tokens of sessions;
//! - [`world`]: time and chance.

pub mod keys;
pub mod metadata;
pub mod saml;
pub mod store;
pub mod world;
