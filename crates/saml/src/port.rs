//! The crate behind the application's port: plain values in, plain values out. Certificates and keys
//! are parsed at each call, which takes less than a third of the time of verifying; so there is
//! nothing that could be out of date.

use roster_application::ports::saml::{
    Expectations as Expected, KeyPair, KeyUse, LogoutSubject, NameIdKind, ResponseRefused,
    SamlFault, SamlProtocol, ServiceProvider as Tenant, VerifiedIdentity as Identity,
};
use roster_domain::saml_settings::{AttributeNames as Names, CertificateInfo, IdpTrust};
use time::OffsetDateTime;

use crate::logout::{self, Subject};
use crate::{
    AttributeNames, Certificate, DecryptionKey, Expectations, NameIdFormat, PublicCode, RequestId,
    ServiceProvider, SigningKey, TrustedIdp, VerifiedIdentity, metadata, pem, request,
    verify_response,
};

/// SAML 2.0 as this crate speaks it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Saml;

impl SamlProtocol for Saml {
    fn message_id(&self, chance: u128) -> String {
        RequestId::from_random(chance).as_str().to_owned()
    }

    fn authn_request(
        &self,
        sp: &Tenant,
        idp: &IdpTrust,
        id: &str,
        relay_state: &str,
        now: OffsetDateTime,
    ) -> Result<String, SamlFault> {
        let id = RequestId::parse(id).map_err(fault)?;
        request::authn_request(&speaking(sp)?, &trusted(idp)?, &id, now, relay_state)
            .map(|url| url.as_str().to_owned())
            .map_err(fault)
    }

    fn verify(
        &self,
        sp: &Tenant,
        idp: &IdpTrust,
        attributes: &Names,
        expectations: &Expected<'_>,
        posted: &str,
    ) -> Result<Identity, ResponseRefused> {
        let unusable = |SamlFault(reason)| ResponseRefused {
            reason,
            start_again: false,
        };
        let idp = trusted(idp).map_err(unusable)?;
        let decryption_key = decryption_key(sp).map_err(unusable)?;
        let outstanding = expectations.outstanding.map(RequestId::parse).transpose();
        let outstanding = outstanding.map_err(fault).map_err(unusable)?;
        let expectations = Expectations {
            now: expectations.now,
            outstanding: outstanding.as_ref(),
            idp_initiated_allowed: expectations.idp_initiated,
            decryption_key: decryption_key.as_ref(),
        };
        let verified = verify_response(&named(sp), &idp, &names(attributes), &expectations, posted);
        verified.map(identity).map_err(|refusal| ResponseRefused {
            start_again: refusal.public_code() == PublicCode::StartAgain,
            reason: refusal.to_string(),
        })
    }

    fn logout_request(
        &self,
        sp: &Tenant,
        idp: &IdpTrust,
        subject: LogoutSubject<'_>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<String>, SamlFault> {
        if sp.signing.is_none() {
            return Ok(None);
        }
        let id = RequestId::parse(id).map_err(fault)?;
        let subject = Subject {
            name_id: subject.name_id,
            name_id_format: &NameIdFormat::from_uri(Some(subject.name_id_format)),
            session_index: subject.session_index,
        };
        logout::logout_request(&speaking(sp)?, &trusted(idp)?, subject, &id, now, "")
            .map(|url| url.map(|url| url.as_str().to_owned()))
            .map_err(fault)
    }

    fn sp_metadata(&self, sp: &Tenant) -> Result<String, SamlFault> {
        Ok(metadata::sp_metadata(&speaking(sp)?))
    }

    fn read_metadata(&self, document: &[u8], now: OffsetDateTime) -> Result<IdpTrust, SamlFault> {
        let read = metadata::parse_idp_metadata(document, now).map_err(fault)?;
        Ok(IdpTrust {
            entity_id: read.idp.entity_id,
            sso_url: read.idp.sso_url,
            slo_url: read.idp.slo_url,
            certificates: read.idp.signing_certificates.iter().map(info).collect(),
            want_signed_requests: read.idp.want_signed_requests,
            valid_until: read.valid_until,
        })
    }

    fn check_key(&self, pair: &KeyPair, usage: KeyUse) -> Result<CertificateInfo, SamlFault> {
        let certificate = Certificate::from_text(&pair.certificate).map_err(fault)?;
        match usage {
            KeyUse::Signing => {
                SigningKey::from_pem(&pair.private_key, &pair.certificate).map_err(fault)?;
            }
            KeyUse::Decryption => {
                DecryptionKey::from_pem(&pair.private_key, &certificate).map_err(fault)?;
            }
        }
        Ok(info(&certificate))
    }
}

fn fault(problem: impl std::fmt::Display) -> SamlFault {
    SamlFault(problem.to_string())
}

/// The tenant without its keys: all that a response is compared with.
fn named(sp: &Tenant) -> ServiceProvider {
    ServiceProvider {
        entity_id: sp.entity_id.clone(),
        acs_url: sp.acs_url.clone(),
        slo_url: Some(sp.slo_url.clone()),
        signing_key: None,
        encryption_certificate: None,
    }
}

/// The tenant as it speaks to its provider.
fn speaking(sp: &Tenant) -> Result<ServiceProvider, SamlFault> {
    let signing_key = sp
        .signing
        .as_ref()
        .map(|pair| SigningKey::from_pem(&pair.private_key, &pair.certificate));
    let encryption_certificate = sp
        .decryption
        .as_ref()
        .map(|pair| Certificate::from_text(&pair.certificate));
    Ok(ServiceProvider {
        signing_key: signing_key.transpose().map_err(fault)?,
        encryption_certificate: encryption_certificate.transpose().map_err(fault)?,
        ..named(sp)
    })
}

fn decryption_key(sp: &Tenant) -> Result<Option<DecryptionKey>, SamlFault> {
    let Some(pair) = &sp.decryption else {
        return Ok(None);
    };
    let certificate = Certificate::from_text(&pair.certificate).map_err(fault)?;
    DecryptionKey::from_pem(&pair.private_key, &certificate)
        .map(Some)
        .map_err(fault)
}

fn trusted(idp: &IdpTrust) -> Result<TrustedIdp, SamlFault> {
    let certificates = idp
        .certificates
        .iter()
        .map(|certificate| Certificate::from_text(&certificate.pem));
    Ok(TrustedIdp {
        entity_id: idp.entity_id.clone(),
        sso_url: idp.sso_url.clone(),
        slo_url: idp.slo_url.clone(),
        signing_certificates: certificates.collect::<Result<_, _>>().map_err(fault)?,
        want_signed_requests: idp.want_signed_requests,
    })
}

fn names(names: &Names) -> AttributeNames {
    AttributeNames {
        email: names.email.to_string(),
        first_name: names.first_name.to_string(),
        last_name: names.last_name.to_string(),
        role: names.role.to_string(),
    }
}

fn identity(verified: VerifiedIdentity) -> Identity {
    Identity {
        idp_entity_id: verified.idp_entity_id,
        name_id: verified.name_id,
        name_id_kind: match verified.name_id_format {
            NameIdFormat::Persistent => NameIdKind::Persistent,
            NameIdFormat::Transient => NameIdKind::Transient,
            _ => NameIdKind::Name,
        },
        name_id_format: verified.name_id_format.uri().to_owned(),
        session_index: verified.session_index,
        assertion_id: verified.assertion_id,
        assertion_expires_at: verified.assertion_expires_at,
        in_response_to: verified.in_response_to.map(|id| id.as_str().to_owned()),
        email: verified.email,
        first_name: verified.first_name,
        last_name: verified.last_name,
        role: verified.role,
    }
}

fn info(certificate: &Certificate) -> CertificateInfo {
    CertificateInfo {
        pem: pem::encode("CERTIFICATE", certificate.der()),
        fingerprint: certificate.fingerprint(),
        subject: certificate.subject().to_owned(),
        not_after: certificate.not_after(),
    }
}
