//! What nobody well-meaning sends: bombs, tricks with paths and headers, a hunt for secrets.

mod bodies;
mod connections;
mod headers;
mod paths;
mod rate_limit;
mod secrets;
