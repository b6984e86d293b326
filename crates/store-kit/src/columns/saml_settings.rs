//! The document that holds a tenant's SAML settings, as JSON: everything but the version and the
//! time of the last change, which are columns of their own.
//!
//! The keys are the names of the fields. A key that is unknown here is ignored, and one that may be
//! absent reads as its default, so that a document outlives the version of Roster that wrote it.
//! Private keys are sealed before they come here; they are written in base64 (RFC 4648 §4).

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use roster_application::ports::store::StoreError;
use roster_domain::id::Version;
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::{
    AttributeNames, CertificateInfo, IdpTrust, MetadataUrl, SamlSettings, SpKey,
};
use roster_domain::secret::Sealed;
use roster_domain::text::{InvalidText, SamlAttributeName};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::corrupt;

/// The first moment that RFC 3339 can write.
const FIRST_MOMENT: &str = "0000-01-01T00:00:00Z";

/// The document of these settings.
#[must_use]
pub fn saml_settings_to_json(settings: &SamlSettings) -> Value {
    let names = &settings.attributes;
    let urls = settings.return_urls.iter().map(ReturnUrl::as_str);
    json!({
        "enabled": settings.enabled,
        "idp_initiated": settings.idp_initiated,
        "enforce_sso": settings.enforce_sso,
        "provider": settings.provider.as_ref().map(provider_to_json),
        "metadata_url": settings.metadata_url.as_ref().map(MetadataUrl::as_str),
        "attributes": {
            "email": names.email.as_str(),
            "first_name": names.first_name.as_str(),
            "last_name": names.last_name.as_str(),
            "role": names.role.as_str(),
        },
        "return_urls": urls.collect::<Vec<_>>(),
        "signing": settings.signing.as_ref().map(key_to_json),
        "decryption": settings.decryption.as_ref().map(key_to_json),
    })
}

fn provider_to_json(provider: &IdpTrust) -> Value {
    let certificates = provider.certificates.iter().map(certificate_to_json);
    json!({
        "entity_id": provider.entity_id,
        "sso_url": provider.sso_url,
        "slo_url": provider.slo_url,
        "certificates": certificates.collect::<Vec<_>>(),
        "want_signed_requests": provider.want_signed_requests,
        "valid_until": provider.valid_until.map(time_to_text),
    })
}

fn certificate_to_json(certificate: &CertificateInfo) -> Value {
    json!({
        "pem": certificate.pem,
        "fingerprint": certificate.fingerprint,
        "subject": certificate.subject,
        "not_after": time_to_text(certificate.not_after),
    })
}

fn key_to_json(key: &SpKey) -> Value {
    json!({
        "private_key": BASE64.encode(key.private_key.as_bytes()),
        "certificate": certificate_to_json(&key.certificate),
    })
}

/// A time to the nanosecond: what a document says of itself must read back as it was, or the same
/// metadata would look changed whenever it is fetched.
fn time_to_text(time: OffsetDateTime) -> String {
    let utc = time.checked_to_offset(UtcOffset::UTC);
    let text = utc.and_then(|utc| utc.format(&Rfc3339).ok());
    // Outside the years 0 to 9999, where no certificate is: then rather expired than valid.
    text.unwrap_or_else(|| FIRST_MOMENT.to_owned())
}

/// The settings of a document and of the two columns beside it.
///
/// # Errors
/// [`StoreError::Corrupt`] names the key that holds something else than Roster writes, never what
/// it holds.
pub fn saml_settings_from_json(
    stored: &Value,
    version: Version,
    updated_at: OffsetDateTime,
) -> Result<SamlSettings, StoreError> {
    let document = Part::of(stored, String::new())?;
    Ok(SamlSettings {
        enabled: document.flag("enabled")?,
        idp_initiated: document.flag("idp_initiated")?,
        enforce_sso: document.flag("enforce_sso")?,
        provider: document.part("provider", provider)?,
        metadata_url: document.checked("metadata_url", MetadataUrl::new)?,
        attributes: document.part("attributes", attributes)?.unwrap_or_default(),
        return_urls: document.list("return_urls", |value, at| {
            let url = value.as_str().ok_or_else(|| wrong(&at, "not a text"))?;
            ReturnUrl::new(url).map_err(|problem| wrong(&at, problem))
        })?,
        signing: document.part("signing", key)?,
        decryption: document.part("decryption", key)?,
        version,
        updated_at,
    })
}

fn provider(part: &Part<'_>) -> Result<IdpTrust, StoreError> {
    Ok(IdpTrust {
        entity_id: part.text("entity_id")?.to_owned(),
        sso_url: part.text("sso_url")?.to_owned(),
        slo_url: part.optional_text("slo_url")?.map(str::to_owned),
        certificates: part.list("certificates", |value, at| {
            certificate(&Part::of(value, at)?)
        })?,
        want_signed_requests: part.flag("want_signed_requests")?,
        valid_until: match part.optional_text("valid_until")? {
            Some(_) => Some(part.time("valid_until")?),
            None => None,
        },
    })
}

fn certificate(part: &Part<'_>) -> Result<CertificateInfo, StoreError> {
    Ok(CertificateInfo {
        pem: part.text("pem")?.to_owned(),
        fingerprint: part.text("fingerprint")?.to_owned(),
        subject: part.text("subject")?.to_owned(),
        not_after: part.time("not_after")?,
    })
}

fn key(part: &Part<'_>) -> Result<SpKey, StoreError> {
    // What is wrong with the base64 would tell a byte of it.
    let sealed = BASE64.decode(part.text("private_key")?);
    let sealed = sealed.map_err(|_| part.wrong("private_key", "not base64"))?;
    let of_key = part.part("certificate", certificate)?;
    Ok(SpKey {
        private_key: Sealed::new(sealed),
        certificate: of_key.ok_or_else(|| part.wrong("certificate", "missing"))?,
    })
}

fn attributes(part: &Part<'_>) -> Result<AttributeNames, StoreError> {
    let defaults = AttributeNames::default();
    let name = |key, default| {
        let name = part.checked(key, SamlAttributeName::new)?;
        Ok::<_, StoreError>(name.unwrap_or(default))
    };
    Ok(AttributeNames {
        email: name("email", defaults.email)?,
        first_name: name("first_name", defaults.first_name)?,
        last_name: name("last_name", defaults.last_name)?,
        role: name("role", defaults.role)?,
    })
}

fn wrong(at: &str, problem: impl Display) -> StoreError {
    let at = if at.is_empty() { "the whole" } else { at };
    corrupt("saml_settings.document", format_args!("{at}: {problem}"))
}

/// An object within the document, and where it stands.
struct Part<'a> {
    at: String,
    object: &'a Map<String, Value>,
}

impl<'a> Part<'a> {
    fn of(value: &'a Value, at: String) -> Result<Self, StoreError> {
        match value.as_object() {
            Some(object) => Ok(Self { at, object }),
            None => Err(wrong(&at, "not an object")),
        }
    }

    fn path(&self, key: &str) -> String {
        if self.at.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.at)
        }
    }

    fn wrong(&self, key: &str, problem: impl Display) -> StoreError {
        wrong(&self.path(key), problem)
    }

    /// What the key holds; neither an absent key nor `null` holds anything.
    fn value(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn part<T>(
        &self,
        key: &str,
        read: fn(&Part<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let read = |value| read(&Self::of(value, self.path(key))?);
        self.value(key).map(read).transpose()
    }

    fn flag(&self, key: &str) -> Result<bool, StoreError> {
        self.value(key).map_or(Ok(false), |value| {
            let flag = value.as_bool();
            flag.ok_or_else(|| self.wrong(key, "neither true nor false"))
        })
    }

    fn optional_text(&self, key: &str) -> Result<Option<&'a str>, StoreError> {
        let text = |value: &'a Value| value.as_str().ok_or_else(|| self.wrong(key, "not a text"));
        self.value(key).map(text).transpose()
    }

    fn text(&self, key: &str) -> Result<&'a str, StoreError> {
        let text = self.optional_text(key)?;
        text.ok_or_else(|| self.wrong(key, "missing"))
    }

    fn checked<T>(
        &self,
        key: &str,
        check: fn(&str) -> Result<T, InvalidText>,
    ) -> Result<Option<T>, StoreError> {
        let checked = self.optional_text(key)?.map(check).transpose();
        checked.map_err(|problem| self.wrong(key, problem))
    }

    fn time(&self, key: &str) -> Result<OffsetDateTime, StoreError> {
        let time = OffsetDateTime::parse(self.text(key)?, &Rfc3339);
        time.map_err(|_| self.wrong(key, "not a time as of RFC 3339"))
    }

    /// The items of a list, each with where it stands.
    fn list<T>(
        &self,
        key: &str,
        item: impl Fn(&'a Value, String) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let Some(value) = self.value(key) else {
            return Ok(Vec::new());
        };
        let items = value.as_array();
        let items = items.ok_or_else(|| self.wrong(key, "not a list"))?;
        let numbered = items.iter().enumerate();
        numbered
            .map(|(number, value)| item(value, format!("{}[{number}]", self.path(key))))
            .collect()
    }
}

#[cfg(test)]
mod tests;
