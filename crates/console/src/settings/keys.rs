//! `POST /settings/identity/keys`: our own keys for SAML. A private key goes in and never comes out,
//! not even back into the form that could not be saved.

use maud::{Markup, html};
use roster_application::administration::saml_settings::{KeyWish, SamlSettingsWish};
use roster_application::ports::saml::KeyPair;
use roster_domain::permission::Permission;
use roster_domain::saml_settings::SpKey;
use roster_web_kit::form::Form;
use time::OffsetDateTime;

use super::identity::{self, Sent, Shown};
use super::provider::expiry;
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::{DECRYPTION_KEY, SIGNING_KEY};

/// The names of one key's fields.
struct Names {
    key: &'static str,
    certificate: &'static str,
    remove: &'static str,
}

const SIGNING: Names = Names {
    key: SIGNING_KEY,
    certificate: "signing_certificate",
    remove: "remove_signing_key",
};
const DECRYPTION: Names = Names {
    key: DECRYPTION_KEY,
    certificate: "decryption_certificate",
    remove: "remove_decryption_key",
};

/// Whether what was typed into a field is, or holds, a private key: it may have been pasted into the wrong
/// field, or together with the certificate.
pub(crate) fn is_secret(name: &str, text: &str) -> bool {
    [SIGNING.key, DECRYPTION.key].contains(&name) || text.contains("PRIVATE KEY")
}

fn read(draft: &mut Draft, names: &Names) -> Option<KeyWish> {
    let text = |name| draft.text(name).trim().to_owned();
    let (private_key, certificate) = (text(names.key), text(names.certificate));
    if draft.ticked(names.remove) {
        if private_key.is_empty() && certificate.is_empty() {
            return Some(KeyWish::Clear);
        }
        draft.refuse(
            names.key,
            "A key is pasted here, and the present one is to be removed. Untick the one, or empty the other.",
        );
        return None;
    }
    match (private_key.is_empty(), certificate.is_empty()) {
        (true, true) => Some(KeyWish::Keep),
        (false, false) => Some(KeyWish::Set(KeyPair {
            private_key,
            certificate,
        })),
        _ => {
            draft.refuse(
                names.key,
                "A private key and its certificate belong together. Paste both.",
            );
            None
        }
    }
}

pub(crate) async fn save(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let keys = (read(&mut draft, &SIGNING), read(&mut draft, &DECRYPTION));
    if let (Some(signing_key), Some(decryption_key)) = keys {
        let wish = SamlSettingsWish {
            signing_key,
            decryption_key,
            ..SamlSettingsWish::default()
        };
        let saved = desk
            .application
            .update_saml_settings(desk.caller(), wish, draft.version())
            .await;
        if draft.replaced(saved, identity::OUTDATED)?.is_some() {
            return Ok(desk.done("/settings/identity", Notice::Saved));
        }
    } else {
        desk.caller().require(&Permission::SETTINGS_MODIFY)?;
    }
    for names in [SIGNING, DECRYPTION] {
        for name in [names.key, names.certificate] {
            if is_secret(name, draft.text(name)) {
                draft.set(name, "");
            }
        }
    }
    let sent = Sent {
        keys: Some(draft),
        ..Sent::default()
    };
    identity::page(desk, sent).await
}

/// The part of the page.
pub(super) fn section(desk: &Desk, shown: &Shown, sent: Option<&Draft>) -> Markup {
    let settings = &shown.saml.settings;
    let now = shown.saml.now;
    let draft = sent.cloned().unwrap_or_default();
    let fields = html! {
        // A form that was refused is still about what its reader had seen.
        @match sent.filter(|draft| !draft.is_outdated()) {
            Some(draft) => (field::version(draft)),
            None => (identity::version(shown)),
        }
        (one(&draft, &SIGNING, "Signing key", "Signs our requests to the identity provider.", settings.signing.as_ref(), now))
        (one(&draft, &DECRYPTION, "Decryption key", "Opens encrypted assertions.", settings.decryption.as_ref(), now))
    };
    html! {
        section.card aria-labelledby="keys" {
            h3 #keys { "Keys" }
            details open[sent.is_some()] {
                summary { "Sign requests, or open encrypted assertions" }
                p.hint { "Okta needs neither unless its application is set up so." }
                (identity::form(desk, shown, "/settings/identity/keys", &fields, "Save keys"))
            }
        }
    }
}

fn one(
    draft: &Draft,
    names: &Names,
    label: &str,
    purpose: &str,
    present: Option<&SpKey>,
    now: OffsetDateTime,
) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            p.hint { (purpose) }
            @if let Some(key) = present {
                p {
                    "Configured: " bdi { (key.certificate.subject) } ", expires " (expiry(&key.certificate, now))
                    br; code.long { (key.certificate.fingerprint) }
                }
                (field::tick(draft, Field::new(names.remove, "Remove it", "")))
            }
            (field::area(draft, Field::new(names.key, "Private key", "In PEM, not encrypted. It is sealed, and never shown again."), 3))
            (field::area(draft, Field::new(names.certificate, "Its certificate", "In PEM."), 3))
        }
    }
}
