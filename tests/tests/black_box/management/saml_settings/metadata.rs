//! Where the identity provider's description comes from: an upload, or an address.

use roster_tests::idp::{Identity, OktaIdp};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{CHECK, PATH, fingerprint, last_changes, named, settings};

on_both_stores! {
    async fn an_uploaded_provider_is_shown_and_can_be_removed(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let now = OffsetDateTime::now_utc();
        let keys = [
            Identity::rsa("valid"),
            Identity::rsa_until("expiring", now + Duration::days(29)),
            Identity::rsa_until("expired", now - Duration::days(1)),
            Identity::ec("ec"),
        ];
        let mut idp = OktaIdp::with_key(keys[0].clone());
        idp.published = keys.to_vec();
        idp.slo_url = Some("https://acme.okta.example/slo?a=1&b=2".to_owned());
        let answer = api.patch(PATH, &json!({ "metadataXml": idp.metadata_xml() })).await.api(200);
        let provider = &answer["provider"];
        assert_eq!((&provider["entityId"], &provider["ssoUrl"]), (&json!(idp.entity_id), &json!(idp.sso_url)));
        assert_eq!((&provider["sloUrl"], &provider["wantSignedRequests"]), (&json!(idp.slo_url), &json!(false)));
        assert_eq!(provider.get("validUntil"), None);
        let certificates = provider["certificates"].as_array().unwrap();
        assert_eq!(certificates.len(), keys.len());
        let states = ["valid", "expiring", "expired", "valid"];
        let names = ["valid", "expiring", "expired", "ec"];
        for (number, certificate) in certificates.iter().enumerate() {
            let (state, fingerprint) = (states[number], fingerprint(&keys[number]));
            assert_eq!((&certificate["state"], &certificate["fingerprint"]), (&json!(state), &json!(fingerprint)));
            assert_eq!(certificate["subject"], format!("CN={}", names[number]));
            assert!(certificate["notAfter"].as_str().unwrap().ends_with('Z'), "{certificate}");
        }
        assert_eq!((answer.get("metadataUrl"), answer.get("lastMetadataCheck")), (None, None));
        let changes = last_changes(&tenant).await;
        let changed: Vec<_> = changes.as_array().unwrap().iter().map(|change| change["attribute"].as_str().unwrap()).collect();
        assert_eq!(changed, ["entityId", "ssoUrl", "sloUrl", "certificates", "wantSignedRequests"]);
        assert_eq!(changes[3]["after"], json!(keys.each_ref().map(|key| fingerprint(key))));

        let removed = api.patch(PATH, &json!({ "metadataXml": null })).await.api(200);
        assert_eq!(removed.get("provider"), None);
        assert_eq!(last_changes(&tenant).await[0], json!({ "attribute": "entityId", "before": idp.entity_id }));
        // `null` beside a value is that value.
        let both = json!({ "metadataXml": idp.metadata_xml(), "metadataUrl": null });
        assert_eq!(api.patch(PATH, &both).await.api(200)["provider"], *provider);
        assert_eq!(api.patch(PATH, &json!({ "metadataUrl": null })).await.api(200).get("provider"), None);
    }

    async fn metadata_that_can_not_be_used_says_why(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let before = settings(&tenant).await;
        let good = OktaIdp::new().metadata_xml();
        let expired = good.replace("<md:EntityDescriptor ", "<md:EntityDescriptor validUntil=\"2020-01-01T00:00:00Z\" ");
        for (document, word) in [
            (String::new(), "metadataXml"),
            ("nonsense".to_owned(), "XML"),
            ("<html/>".to_owned(), "not SAML metadata"),
            (format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{good}"), "metadataXml"),
            (expired, "valid until"),
            (good.replace("X509Certificate", "X509Nothing"), "certificate"),
            (good.replace("HTTP-Redirect", "Elsewhere"), "HTTP-Redirect"),
            (format!("{good}<!--{}-->", "x".repeat(1 << 20)), "1048576"),
        ] {
            for answer in [
                api.patch(PATH, &json!({ "metadataXml": document })).await,
                api.post(CHECK, &json!({ "metadataXml": document })).await,
            ] {
                assert_eq!(named(&answer), ["metadataXml"]);
                let detail = answer.problem(400)["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains(word), "{word}: {detail}");
            }
        }
        assert_eq!(settings(&tenant).await, before);
        // Only the changes were to change something.
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await.len(), 8);
    }

    async fn metadata_may_be_as_large_as_a_mebibyte(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        // Each quote is two bytes of JSON.
        let good = OktaIdp::new().metadata_xml();
        let large = format!("{good}<!--{}-->", "\"".repeat((1 << 20) - good.len() - 7));
        assert_eq!(large.len(), 1 << 20);
        api.post(CHECK, &json!({ "metadataXml": large })).await.api(200);
        api.patch(PATH, &json!({ "metadataXml": large })).await.api(200);
        for path in [PATH, CHECK] {
            let body = json!({ "metadataXml": "x".repeat(3 << 20) });
            let method = if path == PATH { reqwest::Method::PATCH } else { reqwest::Method::POST };
            let problem = api.send(method, path, Some(&body)).await.problem(413);
            assert!(problem["detail"].as_str().unwrap().contains("3 MiB"), "{problem}");
        }
    }

    async fn an_address_that_is_not_public_is_not_asked(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let before = settings(&tenant).await;
        let port = tenant.server.address().port();
        let addresses = [
            format!("https://127.0.0.1:{port}/readyz"),
            format!("https://localhost:{port}/readyz"),
            format!("https://[::1]:{port}/readyz"),
            format!("https://2130706433:{port}/readyz"),
            "https://10.0.0.1/metadata".to_owned(),
            "https://169.254.169.254/latest/meta-data/".to_owned(),
            "https://[::ffff:192.168.0.1]/metadata".to_owned(),
        ];
        for url in &addresses {
            let change = api.patch(PATH, &json!({ "metadataUrl": url, "enabled": true })).await;
            let look = api.post(CHECK, &json!({ "metadataUrl": url })).await;
            for answer in [change, look] {
                assert_eq!(named(&answer), ["metadataUrl"], "{url}");
                let detail = answer.problem(400)["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains("not a public address") && detail.contains("Upload"), "{url}: {detail}");
            }
        }
        assert_eq!(settings(&tenant).await, before);
        let refused = tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await;
        assert_eq!(refused.len(), addresses.len());
        assert!(refused[0]["description"].as_str().unwrap().contains("not a public address"), "{}", refused[0]);
    }

    async fn metadata_is_looked_at_without_a_change(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let idp = OktaIdp::new();
        let before = idp.connect(&tenant).await;
        let other = OktaIdp::new();
        let seen = api.post(CHECK, &json!({ "metadataXml": other.metadata_xml() })).await.api(200);
        assert_eq!(seen["entityId"], other.entity_id);
        assert_eq!(settings(&tenant).await, before);
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await.len(), 1);
        assert_eq!(api.patch(PATH, &json!({ "metadataXml": other.metadata_xml() })).await.api(200)["provider"], seen);
        for (body, names) in [
            (json!({}), vec!["metadataXml"]),
            (json!({ "metadataXml": null, "metadataUrl": null }), vec!["metadataXml"]),
            (json!({ "metadataXml": "x", "metadataUrl": "https://idp.example.com/" }), vec!["metadataUrl", "metadataXml"]),
            (json!({ "metadataXml": idp.metadata_xml(), "enabled": true }), vec!["enabled"]),
        ] {
            assert_eq!(named(&api.post(CHECK, &body).await), names, "{body}");
        }
    }
}
