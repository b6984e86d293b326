use roster_domain::audit::{AuditAction, AuditValue};
use roster_domain::change::{Change, Write};
use roster_domain::context::Actor;
use roster_domain::id::Version;
use roster_domain::refusal::Refusal;
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::{
    CertificateInfo, IdpTrust, MetadataUrl, SamlSettings, SamlWish, SpKey, refresh, update,
};
use roster_domain::secret::Sealed;
use roster_domain::text::SamlAttributeName;
use roster_domain::user::Field;

use crate::support::{NOW, by, new_tenant};

fn certificate(fingerprint: &str) -> CertificateInfo {
    CertificateInfo {
        pem: "pem".to_owned(),
        fingerprint: fingerprint.to_owned(),
        subject: "CN=okta".to_owned(),
        not_after: NOW,
    }
}

fn okta() -> IdpTrust {
    IdpTrust {
        entity_id: "http://www.okta.com/exk1".to_owned(),
        sso_url: "https://okta.example/sso".to_owned(),
        slo_url: None,
        certificates: vec![certificate("aa")],
        want_signed_requests: false,
        valid_until: None,
    }
}

fn configured() -> SamlSettings {
    SamlSettings {
        enabled: true,
        provider: Some(okta()),
        version: Version::new(2),
        ..SamlSettings::unwritten()
    }
}

fn updated(settings: &SamlSettings, wish: SamlWish) -> Result<Option<Change>, Refusal> {
    let (tenant, ..) = new_tenant();
    update(
        &tenant,
        settings,
        wish,
        "SAML settings updated.",
        &by(Actor::System),
    )
}

fn written(change: &Change) -> &SamlSettings {
    match &change.write {
        Write::UpdateSamlSettings { settings, .. } => settings,
        other => panic!("not SAML settings: {other:?}"),
    }
}

#[test]
fn saml_is_off_until_it_is_set_up_with_the_documented_attribute_names() {
    let settings = SamlSettings::unwritten();
    assert!(!settings.enabled && !settings.idp_initiated && !settings.enforce_sso);
    let names = &settings.attributes;
    let names = [
        &names.email,
        &names.first_name,
        &names.last_name,
        &names.role,
    ];
    assert_eq!(
        names.map(SamlAttributeName::as_str),
        [
            "PantherEmail",
            "PantherFirstName",
            "PantherLastName",
            "PantherRole"
        ]
    );
}

#[test]
fn what_can_not_work_can_not_be_switched_on() {
    let on = SamlWish {
        enabled: Some(true),
        ..SamlWish::default()
    };
    let refusal = updated(&SamlSettings::unwritten(), on.clone()).unwrap_err();
    assert!(refusal.to_string().contains("metadata"), "{refusal}");

    let demanding = SamlWish {
        provider: Field::Set(IdpTrust {
            want_signed_requests: true,
            ..okta()
        }),
        ..on.clone()
    };
    let refusal = updated(&SamlSettings::unwritten(), demanding.clone()).unwrap_err();
    assert!(refusal.to_string().contains("signing key"), "{refusal}");
    let with_key = SamlWish {
        signing: Field::Set(SpKey {
            private_key: Sealed::new(vec![1, 2, 3]),
            certificate: certificate("bb"),
        }),
        ..demanding
    };
    assert!(
        updated(&SamlSettings::unwritten(), with_key)
            .unwrap()
            .is_some()
    );

    let enforced = SamlWish {
        enforce_sso: Some(true),
        ..SamlWish::default()
    };
    assert!(updated(&SamlSettings::unwritten(), enforced.clone()).is_err());
    assert!(updated(&configured(), enforced).is_ok());
    let without_provider = SamlWish {
        provider: Field::Clear,
        ..SamlWish::default()
    };
    assert!(updated(&configured(), without_provider).is_err());
}

#[test]
fn a_change_is_audited_with_before_and_after_and_without_private_keys() {
    let wish = SamlWish {
        provider: Field::Set(IdpTrust {
            certificates: vec![certificate("aa"), certificate("cc")],
            ..okta()
        }),
        metadata_url: Field::Set(MetadataUrl::new("https://okta.example/metadata").unwrap()),
        role_attribute: Some(SamlAttributeName::new("Role").unwrap()),
        return_urls: Some(vec![ReturnUrl::new("https://app.example/").unwrap()]),
        signing: Field::Set(SpKey {
            private_key: Sealed::new(b"private".to_vec()),
            certificate: certificate("dd"),
        }),
        ..SamlWish::default()
    };
    let change = updated(&configured(), wish.clone()).unwrap().unwrap();
    assert_eq!(change.audit.action, AuditAction::UpdateSamlSettings);
    let list =
        |items: &[&str]| AuditValue::List(items.iter().map(|item| (*item).to_owned()).collect());
    let changed: Vec<_> = change
        .audit
        .changes
        .iter()
        .map(|c| (c.attribute.as_str(), c.before.clone(), c.after.clone()))
        .collect();
    assert_eq!(
        changed,
        [
            (
                "certificates",
                Some(list(&["aa"])),
                Some(list(&["aa", "cc"]))
            ),
            (
                "metadataUrl",
                None,
                Some("https://okta.example/metadata".into())
            ),
            (
                "roleAttribute",
                Some("PantherRole".into()),
                Some("Role".into())
            ),
            (
                "returnUrls",
                Some(list(&[])),
                Some(list(&["https://app.example/"]))
            ),
            ("signingCertificate", None, Some("dd".into())),
        ]
    );
    let new = written(&change);
    assert_eq!((new.version.number(), new.updated_at), (3, NOW));
    assert_eq!(
        updated(new, wish),
        Ok(None),
        "the same again changes nothing"
    );
}

#[test]
fn a_fresh_certificate_is_taken_over_and_another_provider_is_not() {
    let (tenant, ..) = new_tenant();
    let context = by(Actor::System);
    let fresh = IdpTrust {
        certificates: vec![certificate("new")],
        ..okta()
    };
    let change = refresh(&tenant, &configured(), fresh, &context)
        .unwrap()
        .unwrap();
    assert_eq!(
        written(&change)
            .provider
            .as_ref()
            .unwrap()
            .certificates
            .len(),
        1
    );
    assert_eq!(refresh(&tenant, &configured(), okta(), &context), Ok(None));
    let other = IdpTrust {
        entity_id: "http://www.okta.com/evil".to_owned(),
        ..okta()
    };
    let refusal = refresh(&tenant, &configured(), other, &context).unwrap_err();
    assert!(
        matches!(refusal, Refusal::AnotherProvider { .. }),
        "{refusal}"
    );
}

#[test]
fn metadata_comes_over_https_only() {
    for good in [
        "https://okta.example/app/exk/sso/saml/metadata",
        "https://okta.example:8443/",
    ] {
        assert!(MetadataUrl::new(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "http://okta.example/",
        "file:///etc/passwd",
        "https://user@okta.example/",
        "https://okta.example/#x",
        "okta.example",
    ] {
        assert!(MetadataUrl::new(bad).is_err(), "{bad}");
    }
}
