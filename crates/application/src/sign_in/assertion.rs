//! From the verified identity to the domain's words: which name recognises the person, what a new
//! one is called, and which values can't be used.

use roster_domain::refusal::Refusal;
use roster_domain::saml_settings::SamlSettings;
use roster_domain::text::{EmailAddress, InvalidText, PersonName, UserName};
use roster_domain::user::identity::IdpIdentity;
use roster_domain::user::sign_in::Assertion;

use crate::ports::saml::{NameIdKind, VerifiedIdentity};

/// What the verified identity says about the person, in the domain's words.
pub(super) fn assertion(
    identity: &VerifiedIdentity,
    settings: &SamlSettings,
) -> Result<Assertion, Refusal> {
    let names = &settings.attributes;
    let unusable = |attribute: &str| {
        let attribute = attribute.to_owned();
        move |problem| Refusal::SignInValue { attribute, problem }
    };
    let email = identity.email.as_deref().unwrap_or_default();
    let email = EmailAddress::new(email).map_err(unusable(names.email.as_str()))?;
    let name = |value: &Option<String>, attribute: &str| -> Result<Option<PersonName>, Refusal> {
        let name = value.as_deref().map(PersonName::new).transpose();
        name.map_err(unusable(attribute))
    };
    let (user_name, name_id) = match identity.name_id_kind {
        NameIdKind::Name => (
            UserName::new(&identity.name_id).map_err(unusable("NameID"))?,
            identity.name_id.clone(),
        ),
        NameIdKind::Persistent => (as_user_name(&email)?, identity.name_id.clone()),
        // Another one at each sign-in, so it recognises nobody; the e-mail stands in for it.
        NameIdKind::Transient => (as_user_name(&email)?, email.folded()),
    };
    Ok(Assertion {
        identity: IdpIdentity::new(identity.idp_entity_id.as_str(), name_id),
        user_name,
        given_name: name(&identity.first_name, names.first_name.as_str())?,
        family_name: name(&identity.last_name, names.last_name.as_str())?,
        role: identity.role.clone().filter(|role| !role.trim().is_empty()),
        email,
    })
}

fn as_user_name(email: &EmailAddress) -> Result<UserName, Refusal> {
    UserName::new(email.as_str()).map_err(|problem: InvalidText| Refusal::SignInValue {
        attribute: "e-mail".to_owned(),
        problem,
    })
}
