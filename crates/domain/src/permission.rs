//! Permissions: the few that govern Roster, and the application's own that roles carry for it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::refusal::Refusal;

/// A permission's name was not of the form `[A-Z][A-Za-z0-9]{1,63}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a permission's name: start with a capital letter and go on with 1 to 63 letters or digits, such as UserModify"
)]
pub struct InvalidPermission {
    /// The first characters of what was given.
    pub given: String,
}

/// The name of one permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Cow<'static, str>);

impl Permission {
    /// See users and roles ("Read User Info").
    pub const USER_READ: Self = Self(Cow::Borrowed("UserRead"));
    /// Change users and roles ("Manage Users"); what Okta's token needs.
    pub const USER_MODIFY: Self = Self(Cow::Borrowed("UserModify"));
    /// See API tokens, never their values ("Read API Token Info").
    pub const TOKEN_READ: Self = Self(Cow::Borrowed("OrganizationAPITokenRead"));
    /// Create, change, rotate and revoke API tokens ("Manage API Tokens").
    pub const TOKEN_MODIFY: Self = Self(Cow::Borrowed("OrganizationAPITokenModify"));
    /// See the settings ("Read Settings Info").
    pub const SETTINGS_READ: Self = Self(Cow::Borrowed("GeneralSettingsRead"));
    /// Change the settings ("Edit Settings & SAML Preferences").
    pub const SETTINGS_MODIFY: Self = Self(Cow::Borrowed("GeneralSettingsModify"));
    /// Read the audit log ("Read Audit Log").
    pub const AUDIT_LOG_READ: Self = Self(Cow::Borrowed("AuditLogRead"));

    /// Every permission that governs Roster itself.
    pub const GOVERNING: [Self; 7] = [
        Self::USER_READ,
        Self::USER_MODIFY,
        Self::TOKEN_READ,
        Self::TOKEN_MODIFY,
        Self::SETTINGS_READ,
        Self::SETTINGS_MODIFY,
        Self::AUDIT_LOG_READ,
    ];

    /// The vocabulary of application permissions that is offered to start with.
    pub const VOCABULARY: [&'static str; 18] = [
        "AlertRead",
        "AlertModify",
        "RuleRead",
        "RuleModify",
        "PolicyRead",
        "PolicyModify",
        "ResourceRead",
        "ResourceModify",
        "LogSourceRead",
        "LogSourceModify",
        "DestinationRead",
        "DestinationModify",
        "DataAnalyticsRead",
        "DataAnalyticsModify",
        "LookupRead",
        "LookupModify",
        "SummaryRead",
        "BulkUpload",
    ];

    /// Checks a permission's name.
    ///
    /// # Errors
    /// [`InvalidPermission`] when the name is not well formed.
    pub fn new(name: &str) -> Result<Self, InvalidPermission> {
        let mut bytes = name.bytes();
        let well_formed = bytes.next().is_some_and(|b| b.is_ascii_uppercase())
            && (2..=64).contains(&name.len())
            && bytes.all(|b| b.is_ascii_alphanumeric());
        if well_formed {
            Ok(Self(Cow::Owned(name.to_owned())))
        } else {
            Err(InvalidPermission {
                given: name.chars().take(64).collect(),
            })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What an administrator reads for it; the name itself for the application's own.
    #[must_use]
    pub fn label(&self) -> &str {
        match self.as_str() {
            "UserModify" => "Manage Users",
            "UserRead" => "Read User Info",
            "OrganizationAPITokenModify" => "Manage API Tokens",
            "OrganizationAPITokenRead" => "Read API Token Info",
            "GeneralSettingsModify" => "Edit Settings & SAML Preferences",
            "GeneralSettingsRead" => "Read Settings Info",
            "AuditLogRead" => "Read Audit Log",
            name => name,
        }
    }

    /// The permission that is inherent in this one: each governing `…Modify` has its `…Read`.
    #[must_use]
    pub fn implied(&self) -> Option<Self> {
        match self.as_str() {
            "UserModify" => Some(Self::USER_READ),
            "OrganizationAPITokenModify" => Some(Self::TOKEN_READ),
            "GeneralSettingsModify" => Some(Self::SETTINGS_READ),
            _ => None,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of permissions that always holds what its members imply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionSet(BTreeSet<Permission>);

impl PermissionSet {
    /// Every permission: those that govern Roster and the vocabulary.
    #[must_use]
    pub fn all() -> Self {
        Permission::GOVERNING
            .into_iter()
            .chain(vocabulary())
            .collect()
    }

    /// The vocabulary of application permissions.
    #[must_use]
    pub fn vocabulary() -> Self {
        vocabulary().collect()
    }

    /// Whether the set holds `permission`, itself or by implication.
    #[must_use]
    pub fn contains(&self, permission: &Permission) -> bool {
        self.0.contains(permission)
    }

    /// The members of `self` that `other` lacks, in alphabetical order.
    #[must_use]
    pub fn missing_from(&self, other: &Self) -> Vec<Permission> {
        self.0.difference(&other.0).cloned().collect()
    }

    /// The members in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter()
    }

    /// The names in alphabetical order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// The most permissions that a role or a token may have.
    pub const MOST: usize = 200;

    /// Whether there are few enough of them.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn check_size(&self) -> Result<(), Refusal> {
        if self.0.len() > Self::MOST {
            return Err(Refusal::TooMany {
                what: "permissions",
                given: self.0.len(),
                limit: Self::MOST,
            });
        }
        Ok(())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn vocabulary() -> impl Iterator<Item = Permission> {
    Permission::VOCABULARY
        .into_iter()
        .map(|name| Permission(Cow::Borrowed(name)))
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = BTreeSet::new();
        for permission in permissions {
            set.extend(permission.implied());
            set.insert(permission);
        }
        Self(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managing_users_includes_reading_them() {
        let set: PermissionSet = [Permission::USER_MODIFY].into_iter().collect();
        assert!(set.contains(&Permission::USER_READ));
        assert!(!set.contains(&Permission::TOKEN_READ));
    }

    #[test]
    fn an_application_permission_implies_nothing() {
        let set: PermissionSet = [Permission::new("RuleModify").unwrap()]
            .into_iter()
            .collect();
        assert_eq!(set.names(), ["RuleModify"]);
    }

    #[test]
    fn names_are_capitalised_words() {
        for good in ["Ab", "UserModify", "A1", &format!("A{}", "b".repeat(63))] {
            assert!(Permission::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "A",
            "user",
            "User-Read",
            "Üser",
            "User Read",
            &format!("A{}", "b".repeat(64)),
        ] {
            assert!(Permission::new(bad).is_err(), "{bad}");
        }
        for name in Permission::VOCABULARY {
            assert!(Permission::new(name).is_ok(), "{name}");
        }
    }
}
