//! Our own keys for SAML: a private key goes in and never comes out, not even after a refusal.

use std::sync::Arc;

use roster_tests::console::{Console, Page};
use roster_tests::idp::Identity;
use roster_tests::on_both_stores;

use super::super::people::Company;
use super::{KEYS, fingerprint, identity, saml_settings};

const NAMES: [(&str, &str, &str); 2] = [
    ("signing_key", "signing_certificate", "remove_signing_key"),
    (
        "decryption_key",
        "decryption_certificate",
        "remove_decryption_key",
    ),
];

/// Whether a page shows a part of a private key that its certificate does not hold too. The first
/// lines of an RSA key are its modulus.
fn shows(page: &Page, key: &Identity) -> bool {
    let lines = key.key_pem.lines().skip(8);
    let mut secret = lines.filter(|line| line.len() == 64);
    secret.any(|line| page.html.contains(line))
}

async fn send(console: &Console, fields: &[(&str, &str)]) -> Page {
    let form = identity(console).await.form(KEYS);
    let set = |form: roster_tests::console::Form, field: &(&str, &str)| form.set(field.0, field.1);
    fields.iter().fold(form, set).send(console).await
}

fn pair() -> [Arc<Identity>; 2] {
    [Identity::rsa("signing"), Identity::rsa("decryption")]
}

on_both_stores! {
    async fn private_keys_go_in_and_never_come_out(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let keys = pair();
        let fields = NAMES.iter().zip(&keys).flat_map(|((key, certificate, _), pair)| {
            [(*key, pair.key_pem.as_str()), (*certificate, pair.certificate_pem.as_str())]
        });
        let saved = send(&console, &fields.collect::<Vec<_>>()).await.is_fine().saying("Saved.");
        let log = console.open("/audit-log").await.is_fine();
        for key in &keys {
            let _ = saved.clone().saying(&fingerprint(key));
            assert!(log.says(&fingerprint(key)));
            assert!(!shows(&saved, key) && !shows(&log, key));
        }
        let request = company.tenant_sign_in_request().await;
        assert!(request.is_signed_by(&keys[0]));

        // One goes, the other stays.
        let form = saved.form(KEYS).tick("remove_signing_key");
        let page = form.send(&console).await.is_fine().saying("Saved.").saying(&fingerprint(&keys[1]));
        assert!(!page.says(&fingerprint(&keys[0])));
        assert!(!company.tenant_sign_in_request().await.is_signed());
        let settings = saml_settings(&company.tenant.api()).await;
        assert_eq!((settings.get("signingCertificate"), settings["decryptionCertificate"].is_object()), (None, true));
    }

    async fn what_is_refused_is_not_repeated(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let [one, other] = pair();
        let cut = &one.key_pem[..one.key_pem.len() - 200];
        for (key, certificate, _) in NAMES {
            for (private_key, public, says) in [
                (one.key_pem.as_str(), "", "belong together"),
                ("", one.certificate_pem.as_str(), "belong together"),
                (one.key_pem.as_str(), other.certificate_pem.as_str(), ""),
                (cut, one.certificate_pem.as_str(), ""),
                // Pasted into the wrong field.
                (one.certificate_pem.as_str(), one.key_pem.as_str(), ""),
                ("", one.key_pem.as_str(), "belong together"),
            ] {
                let page = send(&console, &[(key, private_key), (certificate, public)]).await.is(422);
                let problem = page.problem(key).unwrap_or_else(|| panic!("{}", page.text()));
                assert!(problem.contains(says), "{problem}");
                assert!(!shows(&page, &one), "{problem}");
                let kept = page.form(KEYS).value(certificate).unwrap_or_default().trim().to_owned();
                if public.contains("CERTIFICATE") {
                    assert_eq!(kept, public.trim(), "what is no secret is kept");
                }
            }
        }
        assert_eq!(saml_settings(&company.tenant.api()).await.get("signingCertificate"), None);
        assert!(!company.tenant.server.logs().contains(one.key_pem.lines().nth(12).unwrap()));
    }

    async fn a_form_of_an_earlier_session_gives_no_key_back_and_loses_no_tick(backend: Backend) {
        let company = Company::new(backend).await;
        let old = company.operator().await.browser.csrf().await;
        let console = company.operator().await;
        let [signing, _] = pair();
        let address = format!("/console{KEYS}");
        let (key, certificate) = (signing.key_pem.as_str(), signing.certificate_pem.as_str());
        let both = format!("{key}{certificate}");
        for pasted in [[key, certificate], [certificate, key], ["", both.as_str()]] {
            let fields = [("csrf_token", old.as_str()), (NAMES[0].0, pasted[0]), (NAMES[0].1, pasted[1])];
            let page = console.post_as_is(&address, &fields).await.is(403);
            assert!(!shows(&page, &signing), "{}", page.text());
        }
        let _ = send(&console, &[(NAMES[0].0, key), (NAMES[0].1, certificate)]).await.is_fine().saying("Saved.");
        let fields = [("csrf_token", old.as_str()), (NAMES[0].2, "on")];
        let page = console.post_as_is(&address, &fields).await.is(403);
        let _ = page.form(KEYS).send(&console).await.is_fine().saying("Saved.");
        assert_eq!(saml_settings(&company.tenant.api()).await.get("signingCertificate"), None);
    }

    async fn a_form_that_was_refused_is_still_about_what_its_reader_had_seen(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let [mine, theirs] = pair();
        let form = identity(&console).await.form(KEYS);
        let _ = send(&console, &[(NAMES[0].0, &theirs.key_pem), (NAMES[0].1, &theirs.certificate_pem)]).await.is_fine();
        let page = form.set(NAMES[0].0, &mine.key_pem).send(&console).await.is(422);
        let form = page.form(KEYS).set(NAMES[0].0, &mine.key_pem).set(NAMES[0].1, &mine.certificate_pem);
        let page = form.send(&console).await.is(409).saying(&fingerprint(&theirs));
        // Whoever sends it again means it.
        let form = page.form(KEYS).set(NAMES[0].0, &mine.key_pem).set(NAMES[0].1, &mine.certificate_pem);
        let _ = form.send(&console).await.is_fine().saying(&fingerprint(&mine));
    }
}

impl Company {
    /// The request with which somebody is sent to the provider.
    async fn tenant_sign_in_request(&self) -> roster_tests::idp::redirect::Message {
        let browser = roster_tests::browser::Browser::new(&self.tenant);
        browser.request_sign_in(None).await.message.unwrap()
    }
}
