//! What the stores share, so that they differ only where their databases do.
//!
//! - [`columns`]: how domain values are written into columns and read back (JSON, enumerations,
//!   folded search keys), as pure functions;
//! - [`schema`]: whether a database's schema serves this program, if it is of another version;
//! - `contract` (feature `contract`): the promises of the `Store` port as tests, one function
//!   each. A new store is done when `contract_tests!` passes in it.

pub mod columns;
#[cfg(feature = "contract")]
pub mod contract;
pub mod schema;
