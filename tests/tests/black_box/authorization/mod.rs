//! Who may do what: the reviewed table `tests/authorization.md`, the forms of the header, and the
//! life of a token.

mod callers;
mod header;
mod requests;
mod table;
mod tokens;
