//! Text of strangers, fit for a log line and an audit record.

use std::fmt;

/// Text from the wire made safe to show: at most 120 characters, control characters escaped, quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const LENGTH: usize = 120;

    /// The excerpt of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut shown: String = text
            .chars()
            .take(Self::LENGTH)
            .flat_map(char::escape_debug)
            .collect();
        if text.chars().nth(Self::LENGTH).is_some() {
            shown.push('…');
        }
        Self(shown)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", self.0)
    }
}
