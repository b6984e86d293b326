//! What the operations of the management API share: how a body is read ([`body`], [`fields`]), how
//! a list is continued ([`cursor`]), and what an operation answers ([`answer`], [`failure`]).

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod cursor;
pub(crate) mod failure;
pub(crate) mod fields;
pub(crate) mod query;
