//! What is shown and what can be set.

use roster_tests::browser::Browser;
use roster_tests::idp::{Identity, OktaIdp};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::{CHECK, PATH, last_changes, named, pair, settings};

on_both_stores! {
    async fn the_settings_of_a_new_tenant(backend: Backend) {
        let tenant = Tenant::new(backend);
        let base = tenant.public_url();
        let expected = json!({
            "enabled": false,
            "idpInitiated": false,
            "enforceSso": false,
            "emailAttribute": "PantherEmail",
            "firstNameAttribute": "PantherFirstName",
            "lastNameAttribute": "PantherLastName",
            "roleAttribute": "PantherRole",
            "defaultRole": "AnalystReadOnly",
            "returnUrls": [],
            "audience": format!("{base}/saml/metadata"),
            "acsUrl": format!("{base}/saml/acs"),
            "loginUrl": format!("{base}/saml/login"),
            "spMetadataUrl": format!("{base}/saml/metadata"),
            "version": 0,
        });
        assert_eq!(settings(&tenant).await, expected);
        // Okta is set up from it before SAML is on.
        let metadata = Browser::new(&tenant).get("/saml/metadata").await;
        assert_eq!(metadata.status, 200);
        assert!(metadata.text().contains(expected["acsUrl"].as_str().unwrap()));
    }

    async fn each_field_is_kept_and_audited_by_itself(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let idp = OktaIdp::new();
        let mut expected = idp.connect(&tenant).await;
        for (field, value, kept) in [
            ("idpInitiated", json!(true), json!(true)),
            ("enforceSso", json!(true), json!(true)),
            ("emailAttribute", json!(" mail "), json!("mail")),
            ("firstNameAttribute", json!("urn:oid:2.5.4.42"), json!("urn:oid:2.5.4.42")),
            ("lastNameAttribute", json!("sn"), json!("sn")),
            ("roleAttribute", json!("Rôle"), json!("Rôle")),
            (
                "returnUrls",
                json!(["https://APP.example.com", "http://localhost:3000/welcome"]),
                json!(["https://app.example.com/", "http://localhost:3000/welcome"]),
            ),
        ] {
            let before = expected.get(field).cloned();
            let answer = api.patch(PATH, &json!({ field: value })).await.api(200);
            expected[field] = kept.clone();
            expected["version"] = (expected["version"].as_i64().unwrap() + 1).into();
            expected["updatedAt"] = answer["updatedAt"].clone();
            if field == "idpInitiated" {
                expected["defaultRelayState"] = format!("/t/{}/", tenant.slug).into();
            }
            assert_eq!(answer, expected, "{field}");
            assert_eq!(settings(&tenant).await, expected, "{field}");
            let changes = json!([{ "attribute": field, "before": before, "after": kept }]);
            assert_eq!(last_changes(&tenant).await, changes);
        }
        // Nothing to change is no change.
        assert_eq!(api.patch(PATH, &json!({ "enforceSso": true })).await.api(200), expected);
        assert_eq!(api.patch(PATH, &json!({})).await.api(200), expected);
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await.len(), 8);
        // The default role is another setting.
        api.patch("/settings", &json!({ "defaultRole": "Analyst" })).await.api(200);
        assert_eq!(settings(&tenant).await["defaultRole"], "Analyst");
    }

    async fn nothing_is_switched_on_that_can_not_work(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let mut wanting = OktaIdp::new();
        wanting.want_signed_requests = true;
        let wanting = wanting.metadata_xml();
        let refused = async |body: Value, word: &str| {
            let before = settings(&tenant).await;
            let problem = api.patch(PATH, &body).await.problem(409);
            assert_eq!(problem["type"], "urn:roster:problem:setting-incomplete");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(word), "{detail}");
            assert_eq!(settings(&tenant).await, before, "{body}");
            let record = tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await[0].clone();
            assert_eq!(record["description"], detail);
        };
        refused(json!({ "enabled": true }), "metadata").await;
        refused(json!({ "enforceSso": true, "roleAttribute": "Role" }), "SAML is off").await;
        refused(json!({ "enabled": true, "metadataXml": wanting }), "signing key").await;
        let key = Identity::rsa("roster");
        let whole = json!({ "enabled": true, "enforceSso": true, "metadataXml": wanting, "signingKey": pair(&key) });
        api.patch(PATH, &whole).await.api(200);
        refused(json!({ "metadataXml": null }), "metadata").await;
        refused(json!({ "metadataUrl": null }), "metadata").await;
        refused(json!({ "signingKey": null }), "signing key").await;
        refused(json!({ "enabled": false }), "Enforce SSO").await;
        api.patch(PATH, &json!({ "enabled": false, "enforceSso": false })).await.api(200);
        api.patch(PATH, &json!({ "metadataXml": null, "signingKey": null })).await.api(200);
    }

    async fn what_can_not_be_set_is_refused_by_field(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let before = settings(&tenant).await;
        let long = "x".repeat(300);
        let metadata = OktaIdp::new().metadata_xml();
        for (body, names) in [
            (json!({ "enabled": "yes", "idpInitiated": 1, "enforceSso": null }), vec!["enabled", "enforceSso", "idpInitiated"]),
            (json!({ "emailAttribute": "", "firstNameAttribute": long, "lastNameAttribute": null, "roleAttribute": 7 }),
             vec!["emailAttribute", "firstNameAttribute", "lastNameAttribute", "roleAttribute"]),
            (json!({ "returnUrls": ["https://app.example.com/", "http://app.example.com/", "javascript:alert(1)", "//x", 7] }),
             vec!["returnUrls[1]", "returnUrls[2]", "returnUrls[3]", "returnUrls[4]"]),
            (json!({ "returnUrls": "https://app.example.com/" }), vec!["returnUrls"]),
            (json!({ "metadataXml": 7, "metadataUrl": ["x"] }), vec!["metadataUrl", "metadataXml"]),
            (json!({ "metadataXml": metadata, "metadataUrl": "https://idp.example.com/metadata" }), vec!["metadataUrl"]),
            (json!({ "metadataUrl": "http://idp.example.com/metadata" }), vec!["metadataUrl"]),
            (json!({ "metadataUrl": "https://user:pw@idp.example.com/metadata" }), vec!["metadataUrl"]),
            (json!({ "metadataUrl": "file:///etc/passwd" }), vec!["metadataUrl"]),
            (json!({ "provider": {}, "audience": "x", "acsUrl": "x", "signingCertificate": {}, "version": 1, "nonsense": 1 }),
             vec!["acsUrl", "audience", "nonsense", "provider", "signingCertificate", "version"]),
        ] {
            assert_eq!(named(&api.patch(PATH, &body).await), names, "{body}");
        }
        assert_eq!(settings(&tenant).await, before);
    }

    async fn who_may_not_change_them_is_told_first_and_audited(backend: Backend) {
        let tenant = Tenant::new(backend);
        let reader = tenant.api_with(&["GeneralSettingsRead"]);
        for body in [json!({ "enabled": false }), json!({ "nonsense": 1 }), json!([])] {
            let problem = reader.patch(PATH, &body).await.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains("GeneralSettingsModify"), "{problem}");
            reader.post(CHECK, &body).await.problem(403);
        }
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await.len(), 1, "the one that was well-formed");
    }
}
