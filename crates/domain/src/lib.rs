//! The rules of Roster, as values and pure functions.
//!
//! Nothing in here does I/O, waits, or knows a wire format: time, ids and randomness come in
//! as arguments. A *decision* takes the current state and a wish and answers with a
//! [`Change`](change::Change) (the new state, its audit record, what must still hold when it is
//! committed, and the events it causes) or with a [`Refusal`](refusal::Refusal).
//!
//! Where to go next:
//! - [`user`]: people, and the decisions about them (`user::provision` is what SCIM does,
//!   `user::administer` what the management API does);
//! - [`role`], [`permission`]: what people may do;
//! - [`token`]: API tokens, their secret values and their lifecycle;
//! - [`tenant`], [`settings`], [`saml_settings`]: whose people they are, and whom they trust;
//! - [`session`], [`admin_link`], [`signing_key`]: what a sign-in leads to, by which other way an
//!   operator gets in, and what signs the tokens of a session;
//! - [`retention`]: for how long audit records are kept;
//! - [`audit`], [`change`], [`refusal`]: what every decision answers with.

pub mod admin_link;
pub mod audit;
pub mod change;
pub mod context;
pub mod id;
mod named;
pub mod permission;
pub mod refusal;
pub mod retention;
pub mod return_url;
pub mod role;
pub mod saml_settings;
pub mod secret;
pub mod session;
pub mod settings;
pub mod signing_key;
pub mod tenant;
pub mod text;
pub mod token;
pub mod user;
