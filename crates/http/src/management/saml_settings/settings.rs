//! What the management API shows of SAML settings. Private keys are not among it.

use poem_openapi::Object;
use poem_openapi::types::Example;
use roster_application::administration::saml_settings::SamlSettingsView;
use roster_application::ports::store::MetadataCheck as Check;
use roster_domain::id::Version;
use roster_domain::saml_settings::{AttributeNames, IdpTrust, SpKey};
use time::OffsetDateTime;
use time::macros::datetime;

use super::certificate::Certificate;

/// An identity provider, as its metadata describes it.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct IdentityProvider {
    /// Its entity id, which Okta calls Issuer: who vouches for people.
    pub(crate) entity_id: String,
    /// Where a browser is sent to sign in.
    pub(crate) sso_url: String,
    /// Where a browser is sent to sign out. Absent: the provider does not offer it.
    pub(crate) slo_url: Option<String>,
    /// Whether it refuses requests that are not signed: then a signing key is needed.
    pub(crate) want_signed_requests: bool,
    /// Until when the provider stands by its metadata, in UTC. Absent: it does not say.
    pub(crate) valid_until: Option<OffsetDateTime>,
    /// Whose signatures count; several while the provider changes its key.
    pub(crate) certificates: Vec<Certificate>,
}

impl IdentityProvider {
    /// The provider, with its certificates as they stand at `now`.
    pub(crate) fn new(provider: &IdpTrust, now: OffsetDateTime) -> Self {
        let certificates = provider.certificates.iter();
        Self {
            entity_id: provider.entity_id.clone(),
            sso_url: provider.sso_url.clone(),
            slo_url: provider.slo_url.clone(),
            want_signed_requests: provider.want_signed_requests,
            valid_until: provider.valid_until,
            certificates: certificates
                .map(|certificate| Certificate::new(certificate, now))
                .collect(),
        }
    }
}

impl Example for IdentityProvider {
    fn example() -> Self {
        let url =
            |last| format!("https://acme.okta.com/app/acme_roster_1/exk1a2b3c4d5e6f7g8h9/{last}");
        Self {
            entity_id: "http://www.okta.com/exk1a2b3c4d5e6f7g8h9".to_owned(),
            sso_url: url("sso/saml"),
            slo_url: Some(url("slo/saml")),
            want_signed_requests: false,
            valid_until: None,
            certificates: vec![Certificate::example()],
        }
    }
}

/// What came of the last fetch of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct MetadataCheck {
    /// When it was made, in UTC.
    pub(crate) at: OffsetDateTime,
    /// What went wrong; the provider stayed as it was then. Absent: nothing.
    pub(crate) problem: Option<String>,
}

impl From<Check> for MetadataCheck {
    fn from(check: Check) -> Self {
        Self {
            at: check.at,
            problem: check.problem,
        }
    }
}

/// How people sign in to the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct SamlSettings {
    /// Whether people can sign in by SAML.
    pub(crate) enabled: bool,
    /// Whether a sign-in may start at the identity provider.
    pub(crate) idp_initiated: bool,
    /// Whether the tenant's pages send whoever is not signed in straight to the identity provider.
    pub(crate) enforce_sso: bool,
    /// The identity provider. Absent: none was imported yet.
    pub(crate) provider: Option<IdentityProvider>,
    /// Where the provider's metadata is fetched every day. Absent: it was uploaded.
    pub(crate) metadata_url: Option<String>,
    /// What came of the last fetch from `metadataUrl`. Absent: there is no such URL.
    pub(crate) last_metadata_check: Option<MetadataCheck>,
    /// The SAML attribute that carries a person's e-mail address.
    pub(crate) email_attribute: String,
    /// The SAML attribute that carries the given name.
    pub(crate) first_name_attribute: String,
    /// The SAML attribute that carries the family name.
    pub(crate) last_name_attribute: String,
    /// The SAML attribute that carries the role.
    pub(crate) role_attribute: String,
    /// The name of the role of people who first sign in without one. Read-only here: it is one of
    /// the tenant's general settings.
    pub(crate) default_role: String,
    /// Where people may return to after a sign-in, besides Roster's own paths. One that ends in a
    /// slash stands for everything below it.
    pub(crate) return_urls: Vec<String>,
    /// The certificate of the key that signs requests to the provider. Absent: they are not signed.
    pub(crate) signing_certificate: Option<Certificate>,
    /// The certificate of the key that opens encrypted assertions. Absent: none can be opened.
    pub(crate) decryption_certificate: Option<Certificate>,
    /// To be entered in Okta as "Audience URI (SP Entity ID)". Read-only.
    pub(crate) audience: String,
    /// To be entered in Okta as "Single sign-on URL": the assertion consumer service. Read-only.
    pub(crate) acs_url: String,
    /// To be entered in Okta as "Default RelayState", if sign-in may start there: where people land.
    /// Read-only. Absent while `idpInitiated` is false.
    pub(crate) default_relay_state: Option<String>,
    /// Where a sign-in begins: lead people here. Read-only.
    pub(crate) login_url: String,
    /// Where Roster's own metadata is, for providers that can be set up from it. Read-only.
    pub(crate) sp_metadata_url: String,
    /// Counts the changes of these settings, from 0.
    pub(crate) version: i64,
    /// When they changed last, in UTC. Absent: never yet.
    pub(crate) updated_at: Option<OffsetDateTime>,
}

impl SamlSettings {
    /// The settings of the tenant `slug`, whose default role is `default_role`.
    pub(crate) fn new(view: SamlSettingsView, slug: &str, default_role: String) -> Self {
        let SamlSettingsView {
            settings,
            addresses,
            check,
            now,
        } = view;
        let certificate =
            |key: &Option<SpKey>| Some(Certificate::new(&key.as_ref()?.certificate, now));
        let provider = settings.provider.as_ref();
        let AttributeNames {
            email,
            first_name,
            last_name,
            role,
        } = &settings.attributes;
        let changed = settings.version != Version::UNWRITTEN;
        Self {
            enabled: settings.enabled,
            idp_initiated: settings.idp_initiated,
            enforce_sso: settings.enforce_sso,
            provider: provider.map(|provider| IdentityProvider::new(provider, now)),
            metadata_url: settings.metadata_url.map(|url| url.as_str().to_owned()),
            last_metadata_check: check.map(MetadataCheck::from),
            email_attribute: email.to_string(),
            first_name_attribute: first_name.to_string(),
            last_name_attribute: last_name.to_string(),
            role_attribute: role.to_string(),
            default_role,
            return_urls: settings
                .return_urls
                .iter()
                .map(|url| url.as_str().to_owned())
                .collect(),
            signing_certificate: certificate(&settings.signing),
            decryption_certificate: certificate(&settings.decryption),
            sp_metadata_url: addresses.audience.clone(),
            audience: addresses.audience,
            acs_url: addresses.acs_url,
            default_relay_state: settings.idp_initiated.then(|| format!("/t/{slug}/")),
            login_url: addresses.login_url,
            version: settings.version.number(),
            updated_at: changed.then_some(settings.updated_at),
        }
    }
}

impl Example for SamlSettings {
    fn example() -> Self {
        let names = AttributeNames::default();
        let url = |last| format!("http://localhost:8080/t/default/saml/{last}");
        Self {
            enabled: true,
            idp_initiated: false,
            enforce_sso: false,
            provider: Some(IdentityProvider::example()),
            metadata_url: Some(
                "https://acme.okta.com/app/exk1a2b3c4d5e6f7g8h9/sso/saml/metadata".to_owned(),
            ),
            last_metadata_check: Some(MetadataCheck {
                at: datetime!(2026-07-14 16:05:12 UTC),
                problem: None,
            }),
            email_attribute: names.email.to_string(),
            first_name_attribute: names.first_name.to_string(),
            last_name_attribute: names.last_name.to_string(),
            role_attribute: names.role.to_string(),
            default_role: "AnalystReadOnly".to_owned(),
            return_urls: vec!["https://app.example.com/".to_owned()],
            signing_certificate: None,
            decryption_certificate: None,
            audience: url("metadata"),
            acs_url: url("acs"),
            default_relay_state: None,
            login_url: url("login"),
            sp_metadata_url: url("metadata"),
            version: 3,
            updated_at: Some(datetime!(2026-07-14 16:05:12 UTC)),
        }
    }
}
