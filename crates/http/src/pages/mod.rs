//! What the pages around a sign-in say, each in a file of its own: [`home`], [`signed_out`],
//! [`admin_link`], [`refused`] for sign-ins, and [`failure`] for everything else that goes wrong.
//! The layout around them is `roster_web_kit::page`, which the console's pages have too.

pub(crate) mod admin_link;
pub(crate) mod failure;
pub(crate) mod home;
pub(crate) mod refused;
pub(crate) mod signed_out;
