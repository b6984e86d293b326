//! Each promise of the lifecycle profile (RFC 7643 and 7644 as Okta uses them).

mod discovery;
mod filter_refusals;
mod lookup;
mod paging;
mod patch;
mod patch_refusals;
mod projection;
mod put;
mod refusals;
mod transport;
mod versions;
