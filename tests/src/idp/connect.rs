//! Making a tenant trust a provider, as an administrator does.

use serde_json::{Value, json};

use super::{AuthnRequest, OktaIdp};
use crate::tenant::Tenant;

impl OktaIdp {
    /// Switches SAML on for the tenant, with this provider, by an upload of its metadata. Answers
    /// the settings.
    pub async fn connect(&self, tenant: &Tenant) -> Value {
        self.connect_with(tenant, json!({})).await
    }

    /// As [`OktaIdp::connect`], with further settings: `json!({"idpInitiated": true})`.
    ///
    /// # Panics
    /// When the server refuses them.
    pub async fn connect_with(&self, tenant: &Tenant, further: Value) -> Value {
        let mut settings = json!({ "enabled": true, "metadataXml": self.metadata_xml() });
        let further = further.as_object().expect("an object of settings");
        for (name, value) in further {
            settings[name] = value.clone();
        }
        tenant.set_saml(&settings).await
    }

    /// Whom an administrator of the provider would have it answer without being asked: the tenant.
    #[must_use]
    pub fn unsolicited(&self, tenant: &Tenant) -> AuthnRequest {
        AuthnRequest::unsolicited(&tenant.audience(), &tenant.acs_url())
    }
}
