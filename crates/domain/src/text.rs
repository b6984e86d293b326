//! The texts that people and identity providers give: each checked once, when it comes in, and
//! a type of its own from then on.

use std::fmt;

/// Why a text was refused. The message continues a sentence that starts with the attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// Longer than the attribute allows.
    #[error("is {length} characters long; at most {limit} are allowed")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A character that would break a log line, a header or a page.
    #[error(
        "contains a control character; remove line breaks, tabs and other unprintable characters"
    )]
    ControlCharacter,
    /// Not of the form that the attribute has.
    #[error("{0}")]
    Malformed(&'static str),
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn check(text: &str, limit: usize) -> Result<(), InvalidText> {
    let length = text.chars().count();
    if length > limit {
        return Err(InvalidText::TooLong { length, limit });
    }
    if text.chars().any(is_control) {
        return Err(InvalidText::ControlCharacter);
    }
    Ok(())
}

/// The form in which texts that differ only in letter case are equal. Both stores keep it beside
/// the text and put their unique indexes on it, so that they agree on what is equal.
#[must_use]
pub fn fold(text: &str) -> String {
    // The small sigma has a second form at the end of a word, which depends on what follows.
    text.trim().to_lowercase().replace('ς', "σ")
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, limit $limit:expr, empty $empty:expr, $extra:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters that it may have.
            pub const LIMIT: usize = $limit;

            /// Checks and keeps the text, without the white space around it.
            ///
            /// # Errors
            /// [`InvalidText`] says what is wrong with it.
            pub fn new(text: &str) -> Result<Self, InvalidText> {
                let text = text.trim();
                if text.is_empty() && !$empty {
                    return Err(InvalidText::Empty);
                }
                check(text, $limit)?;
                let extra: fn(&str) -> Result<(), InvalidText> = $extra;
                extra(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The form that is compared where letter case doesn't count.
            #[must_use]
            pub fn folded(&self) -> String {
                fold(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type!(
    /// What a person is called by the identity provider (`userName` of RFC 7643 section 4.1.1);
    /// unique per tenant without regard to case.
    UserName, limit 256, empty false, |_| Ok(())
);

text_type!(
    /// The name of an attribute in a SAML assertion, compared exactly.
    SamlAttributeName, limit 256, empty false, |_| Ok(())
);

impl SamlAttributeName {
    /// A name that stands in this program.
    pub(crate) fn fixed(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl PersonName {
    /// No name at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self(String::new())
    }
}

text_type!(
    /// An e-mail address; unique per tenant without regard to case. Checked for shape only:
    /// whether mail arrives is the identity provider's knowledge.
    EmailAddress, limit 254, empty false, |text| {
        let malformed = InvalidText::Malformed("is not an e-mail address such as ada@example.com");
        match text.rsplit_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !text.chars().any(char::is_whitespace)
                    && !domain.starts_with('.')
                    && !domain.ends_with('.') =>
            {
                Ok(())
            }
            _ => Err(malformed),
        }
    }
);

text_type!(
    /// A given or family name; may be empty.
    PersonName, limit 256, empty true, |_| Ok(())
);

/// The identity provider's own identifier of a person: opaque, kept and compared exactly as it was
/// sent, never parsed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalId(String);

impl ExternalId {
    /// The most characters that it may have.
    pub const LIMIT: usize = 1024;

    /// Keeps the text as it is.
    ///
    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or holds a NUL, which no database keeps.
    pub fn new(text: &str) -> Result<Self, InvalidText> {
        let length = text.chars().count();
        if text.is_empty() {
            Err(InvalidText::Empty)
        } else if length > Self::LIMIT {
            Err(InvalidText::TooLong {
                length,
                limit: Self::LIMIT,
            })
        } else if text.contains('\0') {
            Err(InvalidText::ControlCharacter)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that show nothing, so that two names could look the same.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

fn visible(text: &str) -> Result<(), InvalidText> {
    if text.chars().any(is_invisible) {
        return Err(InvalidText::Malformed(
            "contains an invisible character, so that it could look like another name; type it anew",
        ));
    }
    Ok(())
}

text_type!(
    /// The name of a role; unique per tenant without regard to case.
    RoleName, limit 128, empty false, visible
);

text_type!(
    /// The name of an API token, for people to know it by.
    TokenName, limit 128, empty false, visible
);

text_type!(
    /// The name of a tenant as it stands in URLs. No underscore: Okta refuses base URLs with one.
    TenantSlug, limit 63, empty false, |text| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-') {
            Ok(())
        } else {
            Err(InvalidText::Malformed(
                "may hold lower-case letters, digits and inner hyphens only, such as acme-eu",
            ))
        }
    }
);

/// Attribute names that RFC 7643 gives a meaning on a User, so that none can be the role attribute.
const RESERVED_ATTRIBUTES: &[&str] = &[
    "schemas",
    "id",
    "externalId",
    "meta",
    "userName",
    "name",
    "displayName",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "active",
    "password",
    "emails",
    "email",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "roles",
    "x509Certificates",
    "attributes",
    "excludedAttributes",
];

text_type!(
    /// The name of the SCIM attribute that carries a person's role (RFC 7643 section 2.1).
    AttributeName, limit 64, empty false, |text| {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
        if !first || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(InvalidText::Malformed(
                "must start with a letter and go on with letters, digits, - or _, such as pantherRole",
            ));
        }
        if RESERVED_ATTRIBUTES.iter().any(|reserved| reserved.eq_ignore_ascii_case(text)) {
            return Err(InvalidText::Malformed(
                "is the name of an attribute that SCIM defines already; choose another, such as pantherRole",
            ));
        }
        Ok(())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_text_is_not_part_of_it() {
        assert_eq!(RoleName::new("  Analyst ").unwrap().as_str(), "Analyst");
        assert_eq!(RoleName::new(" \t "), Err(InvalidText::Empty));
        assert_eq!(PersonName::new("  ").unwrap().as_str(), "");
    }

    #[test]
    fn an_external_id_is_kept_to_the_letter() {
        for id in [" opaque ", "\t", "  ", "00u6a15d23T9AeHhF5d7"] {
            assert_eq!(ExternalId::new(id).unwrap().as_str(), id);
        }
        assert_eq!(ExternalId::new(""), Err(InvalidText::Empty));
        assert_eq!(ExternalId::new("a\0b"), Err(InvalidText::ControlCharacter));
        assert!(ExternalId::new(&"x".repeat(1025)).is_err());
    }

    #[test]
    fn names_that_only_look_different_in_case_are_the_same_in_greek_too() {
        assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
    }

    #[test]
    fn a_role_or_a_token_can_not_look_like_another() {
        for name in [
            "A\u{200b}dmin",
            "Analyst\u{2060}",
            "An\u{ad}alyst",
            "\u{202e}nimdA",
        ] {
            assert!(RoleName::new(name).is_err(), "{name:?}");
            assert!(TokenName::new(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn control_characters_are_refused_and_other_scripts_are_not() {
        assert_eq!(
            PersonName::new("Ada\nLovelace"),
            Err(InvalidText::ControlCharacter)
        );
        assert_eq!(PersonName::new("a\0b"), Err(InvalidText::ControlCharacter));
        for fine in ["Ångström", "李", "O'Brien-\"Q\" <x>", "مريم"] {
            assert_eq!(PersonName::new(fine).unwrap().as_str(), fine);
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(PersonName::new(&"é".repeat(256)).is_ok());
        assert_eq!(
            PersonName::new(&"é".repeat(10_000)),
            Err(InvalidText::TooLong {
                length: 10_000,
                limit: 256
            })
        );
    }

    #[test]
    fn an_email_address_has_a_local_part_and_a_domain() {
        for good in ["ada@example.com", "a+b@x", "\"odd@local\"@example.com"] {
            assert!(EmailAddress::new(good).is_ok(), "{good}");
        }
        for bad in [
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "ada@.com",
            "ada@example.",
        ] {
            assert!(EmailAddress::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_never_has_an_underscore() {
        for good in ["default", "a", "a-1", &"x".repeat(63)] {
            assert!(TenantSlug::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a_b", "-a", "a-", "A", "a.b", "é", &"x".repeat(64)] {
            assert!(TenantSlug::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_role_attribute_can_not_take_the_place_of_another() {
        assert!(AttributeName::new("pantherRole").is_ok());
        for bad in ["username", "Roles", "1st", "my role", "a.b", "rôle", ""] {
            assert!(AttributeName::new(bad).is_err(), "{bad}");
        }
    }
}
