//! A tenant's SAML settings: whom it trusts to sign people in, and on which terms. Whoever can change
//! them can sign in as anybody, so every change is audited with what it changed.

mod certificate;

use time::OffsetDateTime;
use url::Url;

use crate::audit::{AuditAction, AuditRecord, Diff};
use crate::change::{Change, Event, Write};
use crate::context::Context;
use crate::id::Version;
use crate::refusal::Refusal;
use crate::return_url::ReturnUrl;
use crate::secret::Sealed;
use crate::tenant::Tenant;
use crate::text::{InvalidText, SamlAttributeName};
use crate::user::Field;
pub use certificate::{CertificateInfo, CertificateState};

/// The SAML settings of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlSettings {
    /// Whether people can sign in by SAML.
    pub enabled: bool,
    /// Whether a sign-in may start at the identity provider, without a request of ours.
    pub idp_initiated: bool,
    /// Whether the tenant's pages send whoever is not signed in straight to the identity provider.
    pub enforce_sso: bool,
    /// The identity provider, as its metadata describes it.
    pub provider: Option<IdpTrust>,
    /// Where that metadata is fetched again every day; `None`: it was uploaded.
    pub metadata_url: Option<MetadataUrl>,
    /// In which attributes the person's data comes.
    pub attributes: AttributeNames,
    /// Where people may return to, besides our own paths.
    pub return_urls: Vec<ReturnUrl>,
    /// Signs our requests.
    pub signing: Option<SpKey>,
    /// Opens encrypted assertions.
    pub decryption: Option<SpKey>,
    /// Counts the changes; [`Version::UNWRITTEN`] until the first.
    pub version: Version,
    /// When they changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

impl SamlSettings {
    /// The settings of a tenant that has never changed any: SAML is off.
    #[must_use]
    pub fn unwritten() -> Self {
        Self {
            enabled: false,
            idp_initiated: false,
            enforce_sso: false,
            provider: None,
            metadata_url: None,
            attributes: AttributeNames::default(),
            return_urls: Vec::new(),
            signing: None,
            decryption: None,
            version: Version::UNWRITTEN,
            updated_at: OffsetDateTime::UNIX_EPOCH,
        }
    }
}

/// The identity provider that a tenant trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdpTrust {
    /// Its entity id: the issuer of every assertion.
    pub entity_id: String,
    /// Where a browser is sent to sign in.
    pub sso_url: String,
    /// Where a browser is sent to sign out, if the provider offers it.
    pub slo_url: Option<String>,
    /// Whose signatures count; several during a rollover.
    pub certificates: Vec<CertificateInfo>,
    /// Whether it refuses requests that aren't signed.
    pub want_signed_requests: bool,
    /// Until when it stands by its metadata, if it says so.
    pub valid_until: Option<OffsetDateTime>,
}

/// A private key of ours for SAML, and the certificate by which the provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpKey {
    /// The private key in PEM, sealed.
    pub private_key: Sealed,
    /// The certificate.
    pub certificate: CertificateInfo,
}

/// The attributes that carry a person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeNames {
    /// The e-mail address.
    pub email: SamlAttributeName,
    /// The given name.
    pub first_name: SamlAttributeName,
    /// The family name.
    pub last_name: SamlAttributeName,
    /// The role.
    pub role: SamlAttributeName,
}

impl Default for AttributeNames {
    fn default() -> Self {
        Self {
            email: SamlAttributeName::fixed("PantherEmail"),
            first_name: SamlAttributeName::fixed("PantherFirstName"),
            last_name: SamlAttributeName::fixed("PantherLastName"),
            role: SamlAttributeName::fixed("PantherRole"),
        }
    }
}

/// Where metadata is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataUrl(Url);

impl MetadataUrl {
    /// Checks and keeps the address.
    ///
    /// # Errors
    /// [`InvalidText`] says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, InvalidText> {
        const LIMIT: usize = 2048;
        let text = text.trim();
        if text.len() > LIMIT {
            return Err(InvalidText::TooLong {
                length: text.len(),
                limit: LIMIT,
            });
        }
        let url = Url::parse(text).ok().filter(|url| {
            url.scheme() == "https"
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none()
        });
        let url = url.ok_or(InvalidText::Malformed(
            "must begin with https:// and have no user name, no password and no part after a #",
        ))?;
        // The normal form writes what isn't ASCII in three times the bytes, and is what is kept.
        if url.as_str().len() > LIMIT {
            return Err(InvalidText::TooLong {
                length: url.as_str().len(),
                limit: LIMIT,
            });
        }
        Ok(Self(url))
    }

    /// The address, in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What shall change about SAML settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SamlWish {
    /// SAML on or off.
    pub enabled: Option<bool>,
    /// Sign-in that starts at the provider.
    pub idp_initiated: Option<bool>,
    /// Straight to the provider.
    pub enforce_sso: Option<bool>,
    /// Another provider.
    pub provider: Field<IdpTrust>,
    /// Another address of its metadata.
    pub metadata_url: Field<MetadataUrl>,
    /// Another attribute for the e-mail.
    pub email_attribute: Option<SamlAttributeName>,
    /// Another attribute for the given name.
    pub first_name_attribute: Option<SamlAttributeName>,
    /// Another attribute for the family name.
    pub last_name_attribute: Option<SamlAttributeName>,
    /// Another attribute for the role.
    pub role_attribute: Option<SamlAttributeName>,
    /// Other addresses to return to.
    pub return_urls: Option<Vec<ReturnUrl>>,
    /// Another key that signs.
    pub signing: Field<SpKey>,
    /// Another key that decrypts.
    pub decryption: Field<SpKey>,
}

/// Decides on changed settings. `None`: there is nothing to change.
///
/// # Errors
/// [`Refusal::SettingIncomplete`] when something would be on that can't work,
/// [`Refusal::SameAttribute`] when one attribute would stand for two things.
pub fn update(
    tenant: &Tenant,
    settings: &SamlSettings,
    wish: SamlWish,
    description: &str,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    let new = with(settings, wish);
    if new == *settings {
        return Ok(None);
    }
    check(&new)?;
    let new = SamlSettings {
        version: settings.version.next(),
        updated_at: context.now,
        ..new
    };
    let audit = AuditRecord::succeeded(
        context,
        AuditAction::UpdateSamlSettings,
        tenant.target(),
        description,
        diff(settings, &new),
    );
    Ok(Some(Change {
        write: Write::UpdateSamlSettings {
            settings: Box::new(new),
            decided_on: settings.version,
        },
        requires: Vec::new(),
        audit,
        events: vec![Event::SamlSettingsChanged],
    }))
}

/// Decides on what a scheduled fetch of the metadata has found. `None`: it is as it was.
///
/// # Errors
/// [`Refusal::AnotherProvider`]: a provider that became another one is never taken over unseen.
pub fn refresh(
    tenant: &Tenant,
    settings: &SamlSettings,
    found: IdpTrust,
    context: &Context,
) -> Result<Option<Change>, Refusal> {
    if let Some(present) = &settings.provider
        && present.entity_id != found.entity_id
    {
        return Err(Refusal::AnotherProvider {
            found: found.entity_id,
            expected: present.entity_id.clone(),
        });
    }
    let wish = SamlWish {
        provider: Field::Set(found),
        ..SamlWish::default()
    };
    let description = "Identity provider metadata updated from its URL.";
    update(tenant, settings, wish, description, context)
}

fn with(settings: &SamlSettings, wish: SamlWish) -> SamlSettings {
    let old = settings.clone();
    let names = old.attributes;
    SamlSettings {
        enabled: wish.enabled.unwrap_or(old.enabled),
        idp_initiated: wish.idp_initiated.unwrap_or(old.idp_initiated),
        enforce_sso: wish.enforce_sso.unwrap_or(old.enforce_sso),
        provider: changed(wish.provider, old.provider),
        metadata_url: changed(wish.metadata_url, old.metadata_url),
        attributes: AttributeNames {
            email: wish.email_attribute.unwrap_or(names.email),
            first_name: wish.first_name_attribute.unwrap_or(names.first_name),
            last_name: wish.last_name_attribute.unwrap_or(names.last_name),
            role: wish.role_attribute.unwrap_or(names.role),
        },
        return_urls: wish.return_urls.unwrap_or(old.return_urls),
        signing: changed(wish.signing, old.signing),
        decryption: changed(wish.decryption, old.decryption),
        version: old.version,
        updated_at: old.updated_at,
    }
}

fn changed<T>(field: Field<T>, present: Option<T>) -> Option<T> {
    match field {
        Field::Keep => present,
        Field::Clear => None,
        Field::Set(value) => Some(value),
    }
}

fn check(settings: &SamlSettings) -> Result<(), Refusal> {
    let incomplete = |setting, missing| Err(Refusal::SettingIncomplete { setting, missing });
    match &settings.provider {
        None if settings.enabled => {
            return incomplete("SAML", "import the identity provider's metadata first");
        }
        Some(provider)
            if settings.enabled && provider.want_signed_requests && settings.signing.is_none() =>
        {
            return incomplete(
                "SAML",
                "the identity provider wants signed requests, so a signing key is needed; configure one, or switch that off at the provider",
            );
        }
        _ => {}
    }
    let names = &settings.attributes;
    let mut names = [
        &names.email,
        &names.first_name,
        &names.last_name,
        &names.role,
    ];
    names.sort();
    let twice = names.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(one),
        _ => None,
    });
    if let Some(name) = twice {
        return Err(Refusal::SameAttribute {
            name: name.to_string(),
        });
    }
    if settings.enforce_sso && !settings.enabled {
        return incomplete(
            "Enforce SSO",
            "SAML is off; switch it on, or Enforce SSO off",
        );
    }
    Ok(())
}

fn diff(old: &SamlSettings, new: &SamlSettings) -> Diff {
    let provider = |settings: &SamlSettings| settings.provider.clone();
    let text = |settings: &SamlSettings, of: fn(&IdpTrust) -> Option<String>| {
        provider(settings).and_then(|provider| of(&provider))
    };
    let both = |of: fn(&IdpTrust) -> Option<String>| (text(old, of), text(new, of));
    let (old_id, new_id) = both(|provider| Some(provider.entity_id.clone()));
    let (old_sso, new_sso) = both(|provider| Some(provider.sso_url.clone()));
    let (old_slo, new_slo) = both(|provider| provider.slo_url.clone());
    let certificates = |settings: &SamlSettings| {
        provider(settings).map(|provider| {
            let all = provider.certificates.into_iter();
            all.map(|certificate| certificate.fingerprint)
                .collect::<Vec<_>>()
        })
    };
    let wants_signed =
        |settings: &SamlSettings| provider(settings).map(|provider| provider.want_signed_requests);
    let url = |settings: &SamlSettings| {
        settings
            .metadata_url
            .as_ref()
            .map(|url| url.as_str().to_owned())
    };
    let returns = |settings: &SamlSettings| -> Vec<String> {
        let all = settings.return_urls.iter();
        all.map(|url| url.as_str().to_owned()).collect()
    };
    let key = |key: &Option<SpKey>| key.as_ref().map(|key| key.certificate.fingerprint.clone());
    Diff::default()
        .of("enabled", Some(old.enabled), Some(new.enabled))
        .of(
            "idpInitiated",
            Some(old.idp_initiated),
            Some(new.idp_initiated),
        )
        .of("enforceSso", Some(old.enforce_sso), Some(new.enforce_sso))
        .of("entityId", old_id.as_deref(), new_id.as_deref())
        .of("ssoUrl", old_sso.as_deref(), new_sso.as_deref())
        .of("sloUrl", old_slo.as_deref(), new_slo.as_deref())
        .of("certificates", certificates(old), certificates(new))
        .of("wantSignedRequests", wants_signed(old), wants_signed(new))
        .of("metadataUrl", url(old).as_deref(), url(new).as_deref())
        .of(
            "emailAttribute",
            Some(old.attributes.email.as_str()),
            Some(new.attributes.email.as_str()),
        )
        .of(
            "firstNameAttribute",
            Some(old.attributes.first_name.as_str()),
            Some(new.attributes.first_name.as_str()),
        )
        .of(
            "lastNameAttribute",
            Some(old.attributes.last_name.as_str()),
            Some(new.attributes.last_name.as_str()),
        )
        .of(
            "roleAttribute",
            Some(old.attributes.role.as_str()),
            Some(new.attributes.role.as_str()),
        )
        .of("returnUrls", Some(returns(old)), Some(returns(new)))
        .of(
            "signingCertificate",
            key(&old.signing).as_deref(),
            key(&new.signing).as_deref(),
        )
        .of(
            "decryptionCertificate",
            key(&old.decryption).as_deref(),
            key(&new.decryption).as_deref(),
        )
}
