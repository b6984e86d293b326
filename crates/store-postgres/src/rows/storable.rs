//! Text that only tells people something, such as what a client calls itself: PostgreSQL can't store
//! NUL, and nothing must go unrecorded because somebody sent one.

use std::borrow::Cow;

use roster_store_kit::columns::can_be_stored;
use serde_json::Value;

/// The text, with another character for each NUL.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if can_be_stored(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    }
}

/// The same for every text in `value`.
pub(crate) fn make_json_storable(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(other) = storable(text) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_json_storable),
        // The keys are Roster's own.
        Value::Object(members) => members.values_mut().for_each(make_json_storable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
