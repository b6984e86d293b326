//! Private keys.

use roster_tests::browser::Browser;
use roster_tests::idp::Identity;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::{PATH, fingerprint, last_changes, named, pair, settings};

/// The lines of a private key that nobody but its owner may see. The first lines of an RSA key hold
/// its modulus, which is in the certificate too.
fn secret_lines(key: &Identity) -> Vec<String> {
    let lines = key.key_pem.lines().skip(8);
    let whole = lines.filter(|line| line.len() == 64);
    let secret: Vec<_> = whole.map(str::to_owned).collect();
    assert!(secret.len() > 10, "an RSA key in PEM");
    secret
}

on_both_stores! {
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
}
