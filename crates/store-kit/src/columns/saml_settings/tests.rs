//! That a document reads back as it was, and that a wrong one says so.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use time::macros::datetime;

use super::*;

const WRITTEN: OffsetDateTime = datetime!(2026-03-01 09:30:00.123_457 UTC);

fn read(document: &Value) -> Result<SamlSettings, StoreError> {
    saml_settings_from_json(document, Version::FIRST, WRITTEN)
}

fn full() -> SamlSettings {
    let certificate = CertificateInfo {
        pem: "-----BEGIN CERTIFICATE-----\n".to_owned(),
        fingerprint: "a5".repeat(32),
        subject: "CN=Ökta, O=\"x\"".to_owned(),
        not_after: datetime!(9999-12-31 23:59:59 UTC),
    };
    let key = SpKey {
        private_key: Sealed::new(vec![0, 255, 7]),
        certificate: certificate.clone(),
    };
    SamlSettings {
        enabled: true,
        provider: Some(IdpTrust {
            entity_id: "http://www.okta.com/exk1".to_owned(),
            sso_url: "https://acme.okta.com/sso".to_owned(),
            slo_url: Some("https://acme.okta.com/slo".to_owned()),
            certificates: vec![certificate],
            want_signed_requests: true,
            valid_until: Some(datetime!(2027-01-01 00:00:00.123_456_789 UTC)),
        }),
        metadata_url: Some(MetadataUrl::new("https://acme.okta.com/metadata").unwrap()),
        return_urls: vec![ReturnUrl::new("https://app.example.com/").unwrap()],
        signing: Some(key.clone()),
        decryption: Some(key),
        version: Version::FIRST,
        updated_at: WRITTEN,
        ..SamlSettings::unwritten()
    }
}

#[test]
fn an_empty_document_is_that_of_a_tenant_that_has_changed_nothing() {
    let expected = SamlSettings {
        version: Version::FIRST,
        updated_at: WRITTEN,
        ..SamlSettings::unwritten()
    };
    assert_eq!(read(&json!({})).unwrap(), expected);
}

#[test]
fn a_key_that_is_unknown_is_ignored_and_one_that_is_absent_reads_as_its_default() {
    let mut document = saml_settings_to_json(&full());
    document["later"] = json!({ "version": 2 });
    document["provider"]["later"] = json!(true);
    for key in ["slo_url", "want_signed_requests", "valid_until"] {
        document["provider"].as_object_mut().unwrap().remove(key);
    }
    document["attributes"]
        .as_object_mut()
        .unwrap()
        .remove("role");
    let settings = read(&document).unwrap();
    let mut expected = full();
    let provider = expected.provider.as_mut().unwrap();
    (provider.slo_url, provider.valid_until) = (None, None);
    provider.want_signed_requests = false;
    assert_eq!(settings, expected);
}

#[test]
fn what_roster_would_not_have_written_is_reported_by_its_key_and_not_shown() {
    let cases = [
        ("/enabled", json!("secret"), "enabled"),
        ("/provider", json!(["secret"]), "provider"),
        ("/provider/entity_id", Value::Null, "provider.entity_id"),
        ("/provider/sso_url", json!(1), "provider.sso_url"),
        (
            "/provider/valid_until",
            json!("secret"),
            "provider.valid_until",
        ),
        ("/provider/certificates", json!({}), "provider.certificates"),
        (
            "/provider/certificates/0",
            json!("secret"),
            "provider.certificates[0]",
        ),
        (
            "/provider/certificates/0/pem",
            Value::Null,
            "provider.certificates[0].pem",
        ),
        (
            "/metadata_url",
            json!("http://secret.example/"),
            "metadata_url",
        ),
        ("/attributes/role", json!(""), "attributes.role"),
        (
            "/return_urls/0",
            json!("javascript:secret"),
            "return_urls[0]",
        ),
        (
            "/signing/private_key",
            json!("secret!"),
            "signing.private_key",
        ),
        ("/signing/certificate", Value::Null, "signing.certificate"),
        (
            "/decryption/certificate/not_after",
            json!("secret"),
            "decryption.certificate.not_after",
        ),
        ("", json!([]), "the whole"),
    ];
    for (pointer, value, at) in cases {
        let mut document = saml_settings_to_json(&full());
        *document.pointer_mut(pointer).unwrap() = value;
        let error = read(&document).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains(&format!("{at}: ")), "{pointer}: {message}");
        assert!(!message.contains("secret"), "{pointer}: {message}");
    }
}

#[test]
fn a_certificate_of_a_year_that_can_not_be_written_has_expired() {
    let mut settings = full();
    let signing = settings.signing.as_mut().unwrap();
    signing.certificate.not_after = datetime!(9999-12-31 23:59:59 -01:00);
    let read = read(&saml_settings_to_json(&settings)).unwrap();
    let not_after = read.signing.unwrap().certificate.not_after;
    assert_eq!(not_after, datetime!(0000-01-01 00:00 UTC));
}

/// Any time of the years 1 to 9998, in any zone.
fn time() -> impl Strategy<Value = OffsetDateTime> {
    let seconds = -62_135_000_000_i64..253_370_000_000;
    (seconds, 0..1_000_000_000_i64, -23..24_i8).prop_map(|(seconds, nanoseconds, hours)| {
        let utc = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let zone = UtcOffset::from_hms(hours, 0, 0).unwrap();
        (utc + time::Duration::nanoseconds(nanoseconds)).to_offset(zone)
    })
}

prop_compose! {
    fn certificate()(pem in ".*", fingerprint in ".*", subject in ".*", not_after in time()) -> CertificateInfo {
        CertificateInfo { pem, fingerprint, subject, not_after }
    }
}

prop_compose! {
    fn key()(private_key in vec(any::<u8>(), 0..99), certificate in certificate()) -> SpKey {
        SpKey { private_key: Sealed::new(private_key), certificate }
    }
}

prop_compose! {
    fn provider()(
        entity_id in ".*",
        sso_url in ".*",
        slo_url in option::of(".*"),
        certificates in vec(certificate(), 0..3),
        want_signed_requests in any::<bool>(),
        valid_until in option::of(time()),
    ) -> IdpTrust {
        IdpTrust { entity_id, sso_url, slo_url, certificates, want_signed_requests, valid_until }
    }
}

fn attribute_name() -> impl Strategy<Value = SamlAttributeName> {
    "\\PC{1,256}".prop_filter_map("not a name", |text| SamlAttributeName::new(&text).ok())
}

/// A path with a query, and now and then one that is nearly too long.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[^#]{0,40}", 1 => "[é/]{500,1000}"]
}

prop_compose! {
    fn settings()(
        [enabled, idp_initiated, enforce_sso] in any::<[bool; 3]>(),
        provider in option::of(provider()),
        path in option::of(path()),
        [email, first_name, last_name, role] in [(); 4].map(|()| attribute_name()),
        paths in vec(path(), 0..4),
        signing in option::of(key()),
        decryption in option::of(key()),
    ) -> SamlSettings {
        let returns = paths.iter().map(|path| format!("https://app.example.com/{path}"));
        let metadata = path.map(|path| format!("https://idp.example.com:8443/{path}"));
        SamlSettings {
            enabled,
            idp_initiated,
            enforce_sso,
            provider,
            metadata_url: metadata.and_then(|url| MetadataUrl::new(&url).ok()),
            attributes: AttributeNames { email, first_name, last_name, role },
            return_urls: returns.filter_map(|url| ReturnUrl::new(&url).ok()).collect(),
            signing,
            decryption,
            version: Version::new(7),
            updated_at: WRITTEN,
        }
    }
}

proptest! {
    #[test]
    fn all_settings_read_back(settings in settings()) {
        // By way of the text that a column holds.
        let document = saml_settings_to_json(&settings).to_string();
        let document = serde_json::from_str(&document).unwrap();
        let read = saml_settings_from_json(&document, Version::new(7), WRITTEN).unwrap();
        prop_assert_eq!(read, settings);
    }
}
