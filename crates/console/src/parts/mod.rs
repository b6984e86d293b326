//! The pieces that pages are made of.
//!
//! - [`draft`]: what stands in a form: stored values, or what was typed with what is wrong about it;
//! - [`field`]: the fields of a form, each with its hint, its problem, and what is stored meanwhile;
//! - [`day`]: a day, as it stands in forms and addresses;
//! - [`permissions`]: the boxes by which tokens and roles are given permissions;
//! - [`copy`]: a value with a button that copies it;
//! - [`notice`]: what the page before has done;
//! - [`refusal`]: which field of a form a refusal of the rules is about;
//! - [`record`]: an entry of the audit log.

pub(crate) mod copy;
pub(crate) mod day;
pub(crate) mod draft;
pub(crate) mod field;
pub(crate) mod notice;
pub(crate) mod permissions;
pub(crate) mod record;
pub(crate) mod refusal;
