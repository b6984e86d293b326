//! SAML settings: whom the tenant trusts to sign people in.

use aws_lc_rs::digest::{SHA256, digest};
use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::client::Answer;
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

const PATH: &str = "/saml-settings";
const CHECK: &str = "/saml-settings/metadata-check";

fn fingerprint(key: &Identity) -> String {
    let hash = digest(&SHA256, &key.certificate_der());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn pair(key: &Identity) -> Value {
    json!({ "privateKey": key.key_pem, "certificate": key.certificate_pem })
}

/// The lines of a private key that nobody but its owner may see. The first lines of an RSA key hold
/// its modulus, which is in the certificate too.
fn secret_lines(key: &Identity) -> Vec<String> {
    let lines = key.key_pem.lines().skip(8);
    let whole = lines.filter(|line| line.len() == 64);
    let secret: Vec<_> = whole.map(str::to_owned).collect();
    assert!(secret.len() > 10, "an RSA key in PEM");
    secret
}

async fn settings(tenant: &Tenant) -> Value {
    tenant.api().get(PATH).await.api(200)
}

/// The changes in the newest record of a change that was made.
async fn last_changes(tenant: &Tenant) -> Value {
    tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await[0]["changes"].clone()
}

/// The fields that a refusal names, in alphabetical order.
#[track_caller]
fn named(answer: &Answer) -> Vec<String> {
    let problem = answer.problem(400);
    let errors = problem["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors: {problem}"));
    let mut names: Vec<_> = errors
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

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

    async fn private_keys_go_in_and_never_come_out(backend: Backend) {
        let tenant = Tenant::new(backend);
        let api = tenant.api();
        let (signing, decryption) = (Identity::rsa("signing"), Identity::rsa("decryption"));
        let before = settings(&tenant).await;
        assert_eq!((before.get("signingCertificate"), before.get("decryptionCertificate")), (None, None));
        let keys = json!({ "signingKey": pair(&signing), "decryptionKey": pair(&decryption) });
        let answer = api.patch(PATH, &keys).await;
        let shown = answer.api(200);
        for (name, key) in [("signingCertificate", &signing), ("decryptionCertificate", &decryption)] {
            assert_eq!(shown[name]["fingerprint"], fingerprint(key), "{shown}");
            assert_eq!(shown[name]["state"], "valid");
        }
        assert_eq!(last_changes(&tenant).await, json!([
            { "attribute": "signingCertificate", "after": fingerprint(&signing) },
            { "attribute": "decryptionCertificate", "after": fingerprint(&decryption) },
        ]));
        // The certificates of both are for everybody: the provider is set up from them.
        let metadata = Browser::new(&tenant).get("/saml/metadata").await.text();
        for key in [&signing, &decryption] {
            assert!(metadata.contains(&key.certificate_base64()), "{metadata}");
        }

        // What is refused is not repeated either.
        let mut seen = vec![answer.text(), shown.to_string(), metadata];
        let mixed = json!({ "privateKey": signing.key_pem, "certificate": decryption.certificate_pem });
        let swapped = json!({ "privateKey": signing.certificate_pem, "certificate": signing.key_pem });
        let cut = json!({ "privateKey": signing.key_pem[..signing.key_pem.len() / 2], "certificate": signing.certificate_pem });
        for bad in [&mixed, &swapped, &cut] {
            for field in ["signingKey", "decryptionKey"] {
                let answer = api.patch(PATH, &json!({ field: bad })).await;
                assert_eq!(named(&answer), [field]);
                seen.push(answer.text());
            }
        }
        let elliptic = api.patch(PATH, &json!({ "decryptionKey": pair(&Identity::ec("ec")) })).await;
        assert_eq!(named(&elliptic), ["decryptionKey"]);
        assert_eq!(tenant.audit("UPDATE_SAML_SETTINGS", "FAILED").await.len(), 7);
        for (bad, names) in [
            (json!({ "privateKey": signing.key_pem }), vec!["signingKey.certificate"]),
            (json!({}), vec!["signingKey.certificate", "signingKey.privateKey"]),
            (json!(signing.key_pem), vec!["signingKey"]),
        ] {
            let answer = api.patch(PATH, &json!({ "signingKey": bad })).await;
            assert_eq!(named(&answer), names);
            seen.push(answer.text());
        }
        assert_eq!(settings(&tenant).await, shown, "nothing was changed");
        seen.push(api.get("/audit-log?limit=200").await.text());
        seen.push(tenant.server.logs());
        seen.push(tenant.server.database_content());
        for secret in [&signing, &decryption].into_iter().flat_map(|key| secret_lines(key)) {
            let shown = seen.iter().find(|text| text.contains(&secret));
            let around = shown.map(|text| {
                let at = text.find(&secret).unwrap();
                text[at.saturating_sub(300)..].chars().take(300).collect::<String>()
            });
            assert_eq!(around, None, "a line of a private key can be seen behind this");
        }

        let cleared = api.patch(PATH, &json!({ "signingKey": null, "decryptionKey": null })).await.api(200);
        assert_eq!((cleared.get("signingCertificate"), cleared.get("decryptionCertificate")), (None, None));
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

    async fn another_trust_holds_from_the_next_sign_in_on(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (old, new) = (OktaIdp::new(), OktaIdp::new());
        let ada = Person::new("ada");
        let _ = old.connect(&tenant).await;
        let browser = Browser::new(&tenant);
        let request = browser.request_sign_in(None).await;
        let response = old.respond(&request, &ada, &roster_tests::idp::Shape::okta());
        let _ = new.connect(&tenant).await;
        // Even an answer to a request from before is judged by the settings of now.
        let refused = browser.post_response(&response, request.relay_state.as_deref()).await.refused();
        assert!(!refused.reason(&tenant).await.is_empty());
        let _ = Browser::new(&tenant).sign_in(&new, &ada).await.signed_in();
        tenant.set_saml(&json!({ "enabled": false })).await;
        let answer = Browser::new(&tenant).get("/saml/login").await;
        assert!(answer.status >= 400, "SAML is off: {}", answer.text());
    }
}

#[tokio::test]
async fn another_trust_holds_on_every_replica_at_once() {
    let server = Server::start(Backend::Postgres);
    let replica = server.replica();
    let tenant = Tenant::on(&server);
    let (old, new) = (OktaIdp::new(), OktaIdp::new());
    let _ = old.connect(&tenant).await;
    let elsewhere = || Browser::new(&tenant).through(&replica);
    let _ = elsewhere()
        .sign_in(&old, &Person::new("ada"))
        .await
        .signed_in();
    let _ = new.connect(&tenant).await;
    let _ = elsewhere()
        .sign_in(&old, &Person::new("ada"))
        .await
        .refused();
    let _ = elsewhere()
        .sign_in(&new, &Person::new("grace"))
        .await
        .signed_in();
}
