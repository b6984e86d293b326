//! What can be wrong with settings; each is one line that names the setting.

use std::path::PathBuf;

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SettingError {
    /// A value that is not allowed.
    #[error("The setting {name} is {value}; it must be {allowed}.")]
    Invalid {
        /// The setting, as whoever set it calls it, and the file if it stands in one.
        name: String,
        /// The value, unless it is a secret.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A variable that is no setting.
    #[error("{variable} is not a setting of Roster. {hint}")]
    UnknownVariable {
        /// The variable.
        variable: String,
        /// What was probably meant.
        hint: String,
    },
    /// A key of the file that is no setting.
    #[error("{key} in {} is not a setting of Roster. {hint}", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What was probably meant.
        hint: String,
    },
    /// A variable that is not text.
    #[error("The setting {variable} is not UTF-8 text; write it again in plain characters.")]
    NotText {
        /// The variable.
        variable: String,
    },
    /// The file as a whole.
    #[error("The configuration file {} {problem}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A setting that says nothing without another.
    #[error("{one} is set, but not {other}, to which it belongs. Set both, or neither.")]
    Alone {
        /// The one, as whoever set it calls it.
        one: String,
        /// The other.
        other: String,
    },
    /// Two settings of which only one may be set.
    #[error("{one} and {other} are both set, and only one may be. Unset one of them.")]
    Both {
        /// The one, as whoever set it calls it.
        one: String,
        /// The other.
        other: String,
    },
}
