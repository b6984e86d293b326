//! Columns: how domain values are stored and read back, the same in every database.
//!
//! Reading checks again: whatever a column holds that Roster would not have written comes back as
//! [`StoreError::Corrupt`] with the column's name, never as a panic or a silently wrong value.
//! [`json`] has the columns that hold JSON lists, [`saml_settings`] the one that holds a document,
//! [`session`] those of sessions, [`audit`] those of the audit log; [`audit_times`] says where in
//! that log a time is.

pub mod audit;
pub mod audit_times;
pub mod json;
pub mod saml_settings;
pub mod session;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::IpAddr;

pub use audit::{
    action_from_column, actor_from_columns, origin_from_columns, result_from_column,
    target_from_columns,
};
pub use audit_times::{audit_id_bounds, audit_id_limit};
pub use json::{
    changes_from_json, changes_to_json, networks_from_json, networks_to_json,
    permissions_from_json, permissions_to_json, role_permissions_from_json,
};
use roster_application::ports::store::StoreError;
use roster_domain::id::{RoleId, TokenId};
use roster_domain::role::{RoleRef, RoleUsage};
use roster_domain::text::{RoleName, fold};
use roster_domain::token::value::TokenHash;
use roster_domain::token::{LastUse, PreviousValue};
use roster_domain::user::User;
pub use saml_settings::{saml_settings_from_json, saml_settings_to_json};
pub use session::{
    HolderColumns, holder_from_columns, holder_to_columns, identity_from_columns,
    secret_hash_from_column,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// The character before which `%`, `_` and itself are meant literally in [`contains_pattern`]:
/// `search_key LIKE pattern ESCAPE '\'`.
pub const LIKE_ESCAPE: char = '\\';

/// The error of a column that holds what Roster would not have written.
pub fn corrupt(what: &'static str, problem: impl Display) -> StoreError {
    StoreError::Corrupt {
        what,
        problem: problem.to_string(),
    }
}

/// A checked text, such as `text("users.email", &row.email, EmailAddress::new)`.
///
/// # Errors
/// [`StoreError::Corrupt`] when the check fails.
pub fn text<T, E: Display>(
    what: &'static str,
    stored: &str,
    check: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, StoreError> {
    check(stored).map_err(|problem| corrupt(what, problem))
}

/// A count, which is never negative.
///
/// # Errors
/// [`StoreError::Corrupt`] for a negative number.
pub fn count(what: &'static str, stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| corrupt(what, format_args!("{stored} is negative")))
}

/// An offset as databases take it; one beyond their reach is beyond every record too.
#[must_use]
pub fn offset(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

/// The role that a person has.
///
/// # Errors
/// [`StoreError::Corrupt`] when the name is not a role's name.
pub fn role_ref(id: Uuid, name: &str, is_admin: bool) -> Result<RoleRef, StoreError> {
    Ok(RoleRef {
        id: RoleId::new(id),
        name: text("role name", name, RoleName::new)?,
        is_admin,
    })
}

/// How often roles are used, from rows that each count people who have a role and people who wait
/// for it; a role may have several.
///
/// # Errors
/// [`StoreError::Corrupt`] when a count is negative.
pub fn role_usages_from_rows(
    rows: impl IntoIterator<Item = (Uuid, i64, i64)>,
) -> Result<Vec<(RoleId, RoleUsage)>, StoreError> {
    const WHAT: &str = "count of users";
    let mut usages: BTreeMap<RoleId, RoleUsage> = BTreeMap::new();
    for (role, users, pending) in rows {
        let usage = usages.entry(RoleId::new(role)).or_default();
        usage.users = usage.users.saturating_add(count(WHAT, users)?);
        usage.pending = usage.pending.saturating_add(count(WHAT, pending)?);
    }
    Ok(usages.into_iter().collect())
}

/// The hash of a token's value.
///
/// # Errors
/// [`StoreError::Corrupt`] unless there are exactly 32 bytes.
pub fn hash_from_column(what: &'static str, stored: &[u8]) -> Result<TokenHash, StoreError> {
    let bytes = stored.try_into();
    bytes.map(TokenHash::from_bytes).map_err(|_| {
        corrupt(
            what,
            format_args!("{} bytes; a token's hash has 32", stored.len()),
        )
    })
}

/// The value that a rotation replaced, from its two columns.
///
/// # Errors
/// [`StoreError::Corrupt`] when only one of the two is there, or the hash is not one.
pub fn previous_from_columns(
    hash: Option<&[u8]>,
    valid_until: Option<OffsetDateTime>,
) -> Result<Option<PreviousValue>, StoreError> {
    const WHAT: &str = "previous value of a token";
    match (hash, valid_until) {
        (None, None) => Ok(None),
        (Some(hash), Some(valid_until)) => Ok(Some(PreviousValue {
            hash: hash_from_column(WHAT, hash)?,
            valid_until,
        })),
        _ => Err(corrupt(
            WHAT,
            "a hash and the end of its validity belong together",
        )),
    }
}

/// The last use of a token, from its two columns.
///
/// # Errors
/// [`StoreError::Corrupt`] when the address is not one.
pub fn last_use_from_columns(
    at: Option<OffsetDateTime>,
    from: Option<&str>,
) -> Result<Option<LastUse>, StoreError> {
    let from = address_from_column("last use of a token", from)?;
    Ok(at.map(|at| LastUse { at, from }))
}

/// An address.
///
/// # Errors
/// [`StoreError::Corrupt`] when the text is not one.
pub fn address_from_column(
    what: &'static str,
    stored: Option<&str>,
) -> Result<Option<IpAddr>, StoreError> {
    stored
        .map(str::parse)
        .transpose()
        .map_err(|problem| corrupt(what, problem))
}

/// Those of the tokens whose name folds to `folded`. Databases fold otherwise, if at all, and a
/// tenant's tokens are few.
#[must_use]
pub fn tokens_named(
    tokens: impl IntoIterator<Item = (Uuid, String)>,
    folded: &str,
) -> Vec<TokenId> {
    let tokens = tokens.into_iter();
    let named = tokens.filter(|(_, name)| fold(name) == folded);
    named.map(|(id, _)| TokenId::new(id)).collect()
}

/// Whether any record can hold this text. PostgreSQL refuses a NUL character even in a question,
/// and no stored text has one: the answer is known without asking.
#[must_use]
pub fn can_be_stored(text: &str) -> bool {
    !text.contains('\0')
}

/// What `contains` searches in: userName, e-mail, given and family name, folded, one a line. Kept
/// beside the person, so that both databases fold alike (SQLite's LIKE folds ASCII only).
#[must_use]
pub fn user_search_key(user: &User) -> String {
    search_fold(&format!(
        "{}\n{}\n{}\n{}",
        user.user_name, user.email, user.given_name, user.family_name
    ))
}

/// What the search keys that contain `needle` contain.
#[must_use]
pub fn search_needle(needle: &str) -> String {
    // No name has a control character. A line break must not reach from one name into the next,
    // and NUL is more than PostgreSQL takes: both become a character that no search key holds.
    search_fold(needle).replace(char::is_control, "\u{1}")
}

/// The LIKE pattern (with [`LIKE_ESCAPE`]) of the search keys that contain `needle`.
#[must_use]
pub fn contains_pattern(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for letter in search_needle(needle).chars() {
        if matches!(letter, '%' | '_' | LIKE_ESCAPE) {
            pattern.push(LIKE_ESCAPE);
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// Folds letter by letter, so that a part of a text folds to a part of the folded text: the
/// sigma at the end of a word is the one exception of `to_lowercase`.
fn search_fold(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roster_domain::text::EmailAddress;

    use super::*;

    #[test]
    fn what_a_pattern_would_mean_specially_is_meant_literally() {
        assert_eq!(contains_pattern(r"50%_\x"), r"%50\%\_\\x%");
    }

    #[test]
    fn a_search_reaches_neither_across_names_nor_into_the_database_with_a_nul() {
        assert_eq!(contains_pattern("a\nb\0"), "%a\u{1}b\u{1}%");
    }

    #[test]
    fn a_stored_value_that_is_none_is_reported_with_its_column() {
        let error = text("users.email", "nobody", EmailAddress::new)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("users.email") && error.contains("ada@example.com"),
            "{error}"
        );
        assert!(hash_from_column("api_tokens.hash", &[0; 31]).is_err());
        assert!(count("tenants.user_count", -1).is_err());
        assert!(previous_from_columns(Some(&[0; 32]), None).is_err());
        assert!(address_from_column("audit_log.source_ip", Some("10.0.0.256")).is_err());
    }

    proptest! {
        #[test]
        fn a_part_of_a_text_folds_to_a_part_of_the_folded_text(a in "\\PC*", b in "\\PC*", c in "\\PC*") {
            let whole = search_fold(&format!("{a}{b}{c}"));
            prop_assert!(whole.contains(&search_fold(&b)));
        }
    }
}
