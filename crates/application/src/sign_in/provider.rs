//! Who we are to an identity provider: one service provider per tenant, named by its addresses.

use roster_domain::saml_settings::{SamlSettings, SpKey};

use crate::directory::TenantEntry;
use crate::ports::keys::Vault;
use crate::ports::saml::{KeyPair, SamlFault, ServiceProvider};

/// For what the private keys of SAML settings are sealed.
pub(crate) const KEY_PURPOSE: &str = "saml key";

/// The addresses of a tenant's pages, as an administrator copies them to the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The base of the tenant's pages; no slash at the end.
    pub base: String,
    /// Audience, also called SP entity id: where our metadata is.
    pub audience: String,
    /// ACS URL, also called single sign-on URL: where the identity provider posts.
    pub acs_url: String,
    /// Where a sign-in begins.
    pub login_url: String,
}

impl Addresses {
    /// Those of the tenant `slug` on a server at `public_url`.
    #[must_use]
    pub fn of(public_url: &str, slug: &str) -> Self {
        let base = format!("{public_url}/t/{slug}");
        Self {
            audience: format!("{base}/saml/metadata"),
            acs_url: format!("{base}/saml/acs"),
            login_url: format!("{base}/saml/login"),
            base,
        }
    }
}

/// The tenant as a service provider, with the keys of its settings.
pub(crate) fn service_provider(
    public_url: &str,
    tenant: &TenantEntry,
    settings: &SamlSettings,
    vault: &dyn Vault,
) -> Result<ServiceProvider, SamlFault> {
    let addresses = Addresses::of(public_url, tenant.tenant().slug.as_str());
    let pair = |key: &Option<SpKey>| key.as_ref().map(|key| opened(key, vault)).transpose();
    Ok(ServiceProvider {
        slo_url: format!("{}/saml/slo", addresses.base),
        entity_id: addresses.audience,
        acs_url: addresses.acs_url,
        signing: pair(&settings.signing)?,
        decryption: pair(&settings.decryption)?,
    })
}

fn opened(key: &SpKey, vault: &dyn Vault) -> Result<KeyPair, SamlFault> {
    let private_key = vault
        .open(KEY_PURPOSE, &key.private_key)
        .and_then(|bytes| String::from_utf8(bytes).ok());
    private_key
        .map(|private_key| KeyPair {
            private_key,
            certificate: key.certificate.pem.clone(),
        })
        .ok_or_else(|| {
            SamlFault(
                "a private key of the SAML settings can't be opened with this server's secret key; \
                 give the server the secret key that it was saved under, or configure the key again"
                    .to_owned(),
            )
        })
}
