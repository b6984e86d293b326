//! Which field of a form a refusal is about. The rules and the use cases name attributes as the
//! APIs do; the pages have names of their own for their fields.

use roster_application::administration::saml_settings::field;
use roster_domain::change::UniqueName;
use roster_domain::refusal::Refusal;

/// The names of the fields in all forms of the console.
pub(crate) mod name {
    pub(crate) const NAME: &str = "name";
    pub(crate) const EXPIRY: &str = "expires";
    pub(crate) const NETWORKS: &str = "networks";
    pub(crate) const PERMISSIONS: &str = "permissions";
    pub(crate) const OVERLAP: &str = "overlap";
    pub(crate) const USER_NAME: &str = "user_name";
    pub(crate) const EMAIL: &str = "email";
    pub(crate) const GIVEN_NAME: &str = "given_name";
    pub(crate) const FAMILY_NAME: &str = "family_name";
    pub(crate) const ROLE: &str = "role";
    pub(crate) const METADATA_URL: &str = "metadata_url";
    pub(crate) const METADATA_FILE: &str = "metadata_file";
    pub(crate) const SIGNING_KEY: &str = "signing_key";
    pub(crate) const DECRYPTION_KEY: &str = "decryption_key";
    pub(crate) const ENABLED: &str = "enabled";
}

/// The field that a refusal of the rules is about, if it is about one.
pub(crate) fn field_of(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Taken { name, .. } => match name {
            UniqueName::UserName => Some(name::USER_NAME),
            UniqueName::Email => Some(name::EMAIL),
            UniqueName::RoleName => Some(name::NAME),
            UniqueName::TenantSlug | UniqueName::Identity => None,
        },
        Refusal::UnknownRole { .. } | Refusal::LastAdmin { .. } | Refusal::Yourself { .. } => {
            Some(name::ROLE)
        }
        Refusal::BeyondOwnPermissions { .. } | Refusal::AdminRole { .. } => Some(name::PERMISSIONS),
        Refusal::ExpiryInThePast => Some(name::EXPIRY),
        Refusal::OverlapTooLong { .. } => Some(name::OVERLAP),
        Refusal::SettingIncomplete { .. } => Some(name::ENABLED),
        _ => None,
    }
}

/// The field of the console for one that a use case names.
pub(crate) fn field_named(field: &str) -> &str {
    match field {
        field::METADATA_URL => name::METADATA_URL,
        field::METADATA_XML => name::METADATA_FILE,
        field::SIGNING_KEY => name::SIGNING_KEY,
        field::DECRYPTION_KEY => name::DECRYPTION_KEY,
        other => other,
    }
}

/// What the pages call it, to begin a sentence.
pub(crate) fn label(field: &str) -> &str {
    match field {
        field::METADATA_URL => "The metadata URL",
        field::METADATA_XML => "The metadata",
        field::SIGNING_KEY | field::DECRYPTION_KEY => "The key",
        other => other,
    }
}
