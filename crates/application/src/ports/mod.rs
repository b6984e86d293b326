//! What the application needs of the world. Adapters implement these traits; tests of the stores
//! run one contract against all of them (`roster-store-kit`).
//!
//! - [`store`]: the state: reads of one tenant, and the commit;
//! - [`world`]: time and chance.

pub mod store;
pub mod world;
