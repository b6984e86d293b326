//! Who signs in, as the provider's directory knows them.

/// NameID format `unspecified`, Okta's default.
pub const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// NameID format `emailAddress`.
pub const EMAIL_ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
/// NameID format `persistent`.
pub const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// NameID format `transient`.
pub const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// A value of the directory, in each form that Okta sends it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It has one.
    Is(String),
    /// Unset: the attribute is absent.
    Absent,
    /// Unset: the attribute is there, without a value.
    NoValue,
    /// Unset: the attribute has a value, which is empty.
    Empty,
}

impl Value {
    /// The three ways to say that there is none.
    pub const UNSET: [Self; 3] = [Self::Absent, Self::NoValue, Self::Empty];
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Is(text.to_owned())
    }
}

/// A person who is assigned the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider's name for the person.
    pub name_id: String,
    /// What kind of name that is.
    pub name_id_format: String,
    /// The e-mail address.
    pub email: Value,
    /// The given name.
    pub first_name: Value,
    /// The family name.
    pub last_name: Value,
    /// The role.
    pub role: Value,
}

impl Person {
    /// `ada` is Ada Byron, ada@example.com in NameID and e-mail, without a role.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut first_name = name.to_owned();
        if let Some(first) = first_name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let address = format!("{name}@example.com");
        Self {
            name_id: address.clone(),
            name_id_format: UNSPECIFIED.to_owned(),
            email: Value::Is(address),
            first_name: Value::Is(first_name),
            last_name: "Byron".into(),
            role: Value::Absent,
        }
    }

    /// The same person with that role; `&str` or one of [`Value::UNSET`].
    #[must_use]
    pub fn role(self, role: impl Into<Value>) -> Self {
        Self {
            role: role.into(),
            ..self
        }
    }

    /// The same person with that e-mail address.
    #[must_use]
    pub fn email(self, email: impl Into<Value>) -> Self {
        Self {
            email: email.into(),
            ..self
        }
    }

    /// The same person with those names.
    #[must_use]
    pub fn names(self, first_name: impl Into<Value>, last_name: impl Into<Value>) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            ..self
        }
    }

    /// The same person with that NameID, of the same format.
    #[must_use]
    pub fn name_id(self, name_id: &str) -> Self {
        Self {
            name_id: name_id.to_owned(),
            ..self
        }
    }

    /// The same person with a NameID of that format.
    #[must_use]
    pub fn name_id_format(self, format: &str) -> Self {
        Self {
            name_id_format: format.to_owned(),
            ..self
        }
    }
}
