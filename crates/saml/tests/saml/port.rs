//! The crate as the application sees it: through its port, in plain values.

mod requests;
mod responses;
mod settings;

use roster_application::ports::saml::{
    Expectations, KeyPair, ResponseRefused, SamlProtocol, ServiceProvider, VerifiedIdentity,
};
use roster_domain::saml_settings::{AttributeNames, CertificateInfo, IdpTrust};
use roster_saml::Saml;

use crate::support::{ACS, IDP_ENTITY, NOW, REQUEST, SP_ENTITY, keys, post};

const SLS: &str = "https://roster.example/t/default/saml/slo";
const SSO: &str = "https://acme.okta.example/sso?app=1";
const SLO: &str = "https://acme.okta.example/slo";

fn tenant() -> ServiceProvider {
    ServiceProvider {
        entity_id: SP_ENTITY.to_owned(),
        acs_url: ACS.to_owned(),
        slo_url: SLS.to_owned(),
        signing: None,
        decryption: None,
    }
}

fn pair(key: &keys::Identity) -> KeyPair {
    KeyPair {
        private_key: key.key_pem.clone(),
        certificate: key.certificate_pem.clone(),
    }
}

fn nonsense() -> KeyPair {
    KeyPair {
        private_key: "nonsense".to_owned(),
        certificate: "nonsense".to_owned(),
    }
}

fn with_keys(signing: Option<KeyPair>, decryption: Option<KeyPair>) -> ServiceProvider {
    ServiceProvider {
        signing,
        decryption,
        ..tenant()
    }
}

fn info(key: &keys::Identity) -> CertificateInfo {
    CertificateInfo {
        pem: key.certificate_pem.clone(),
        fingerprint: key.certificate.fingerprint(),
        subject: key.certificate.subject().to_owned(),
        not_after: key.certificate.not_after(),
    }
}

fn idp() -> IdpTrust {
    IdpTrust {
        entity_id: IDP_ENTITY.to_owned(),
        sso_url: SSO.to_owned(),
        slo_url: Some(SLO.to_owned()),
        certificates: vec![info(keys::next()), info(keys::okta())],
        want_signed_requests: false,
        valid_until: None,
    }
}

const EXPECTED: Expectations<'static> = Expectations {
    now: NOW,
    outstanding: Some(REQUEST),
    idp_initiated: false,
};

fn verify_as(
    sp: &ServiceProvider,
    idp: &IdpTrust,
    expectations: &Expectations<'_>,
    xml: &str,
) -> Result<VerifiedIdentity, ResponseRefused> {
    Saml.verify(
        sp,
        idp,
        &AttributeNames::default(),
        expectations,
        &post(xml),
    )
}

fn verify(xml: &str) -> Result<VerifiedIdentity, ResponseRefused> {
    verify_as(&tenant(), &idp(), &EXPECTED, xml)
}
