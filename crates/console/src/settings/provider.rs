//! `POST /settings/identity/metadata`: the identity provider's metadata, by upload or from its URL.
//! It is looked at first, so that an administrator sees whom sign-ins will be trusted to.

use maud::{Markup, html};
use roster_application::administration::saml_settings::{MetadataWish, SamlSettingsWish};
use roster_domain::permission::Permission;
use roster_domain::saml_settings::{CertificateInfo, CertificateState, IdpTrust, MetadataUrl};
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::{day, moment};
use time::OffsetDateTime;

use super::identity::{self, Sent, Shown};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::{METADATA_FILE, METADATA_URL};

/// The document that was looked at, on its way to being saved.
const DOCUMENT: &str = "metadata_document";
const INTENT: &str = "intent";
const SAVE: &str = "save";

/// What a look at metadata has found.
pub(super) struct Inspected {
    provider: IdpTrust,
    url: String,
    document: String,
}

pub(crate) async fn send(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let saves = draft.text(INTENT) == SAVE;
    let Some(source) = source(&mut draft) else {
        desk.caller().require(&Permission::SETTINGS_MODIFY)?;
        return refused(desk, draft).await;
    };
    if saves {
        let wish = SamlSettingsWish {
            metadata: source,
            ..SamlSettingsWish::default()
        };
        let saved = desk
            .application
            .update_saml_settings(desk.caller(), wish, draft.version())
            .await;
        if draft.replaced(saved, identity::OUTDATED)?.is_some() {
            return Ok(desk.done("/settings/identity", Notice::ProviderSaved));
        }
        return refused(desk, draft).await;
    }
    match desk
        .application
        .inspect_metadata(desk.caller(), &source)
        .await
    {
        Ok(Some(provider)) => {
            let (url, document) = match source {
                MetadataWish::Url(url) => (url.as_str().to_owned(), String::new()),
                MetadataWish::Document(document) => (String::new(), document),
                MetadataWish::Keep | MetadataWish::Clear => Default::default(),
            };
            let inspected = Inspected {
                provider,
                url,
                document,
            };
            let sent = Sent {
                inspected: Some(inspected),
                ..Sent::default()
            };
            identity::page(desk, sent).await
        }
        Ok(None) => identity::page(desk, Sent::default()).await,
        Err(error) => {
            draft.object(error)?;
            refused(desk, draft).await
        }
    }
}

async fn refused(desk: &Desk, draft: Draft) -> Answer {
    let sent = Sent {
        provider: Some(draft),
        ..Sent::default()
    };
    identity::page(desk, sent).await
}

/// The one source that was given.
fn source(draft: &mut Draft) -> Option<MetadataWish> {
    let given = |name| Some(draft.text(name)).filter(|text| !text.trim().is_empty());
    let document = given(METADATA_FILE)
        .or_else(|| given(DOCUMENT))
        .map(str::to_owned);
    match (given(METADATA_URL).is_some(), document) {
        (true, Some(_)) => {
            draft.refuse(
                METADATA_URL,
                "Give either the metadata URL or a file, not both.",
            );
            None
        }
        (true, None) => draft
            .read(METADATA_URL, "The metadata URL", MetadataUrl::new)
            .map(MetadataWish::Url),
        (false, Some(document)) => Some(MetadataWish::Document(document)),
        (false, None) => {
            draft.refuse(
                METADATA_URL,
                "Give the metadata URL, or choose a file with the metadata.",
            );
            None
        }
    }
}

/// `GET …/provider/remove`: what it means that there is no provider any more.
pub(crate) async fn confirm_removal(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::SETTINGS_MODIFY)?;
    let content = html! {
        p {
            "Nobody can sign in through it from then on, and SAML is switched off. People who are signed in stay so "
            "until their session ends. Roster forgets its metadata; it can be imported again."
        }
        (desk.form("/settings/identity/provider/remove", &html! {
            div.buttons {
                button.danger type="submit" { "Remove the identity provider" }
                a href=(desk.to("/settings/identity")) { "Cancel" }
            }
        }))
    };
    Ok(desk.show(Page::new("Remove the identity provider?", content)))
}

/// `POST …/provider/remove`
pub(crate) async fn remove(desk: &Desk) -> Answer {
    let wish = SamlSettingsWish {
        enabled: Some(false),
        enforce_sso: Some(false),
        metadata: MetadataWish::Clear,
        ..SamlSettingsWish::default()
    };
    let application = &desk.application;
    application
        .update_saml_settings(desk.caller(), wish, None)
        .await?;
    Ok(desk.done("/settings/identity", Notice::ProviderRemoved))
}

/// The part of the page.
pub(super) fn section(desk: &Desk, shown: &Shown, sent: &Sent) -> Markup {
    let settings = &shown.saml.settings;
    let draft = sent.provider.clone().unwrap_or_default();
    html! {
        section.card aria-labelledby="provider" {
            h3 #provider { "Identity provider" }
            @match (&settings.provider, &sent.inspected) {
                (_, Some(inspected)) => (found(desk, inspected, shown)),
                (Some(provider), None) => {
                    (facts(provider, shown.saml.now))
                    @if let Some(url) = &settings.metadata_url {
                        p {
                            "Fetched every day from " code { (url.as_str()) } "."
                            @if let Some(check) = &shown.saml.check {
                                " Last fetched " (moment(check.at)) "."
                                @if let Some(problem) = &check.problem {
                                    p.notice.failure role="alert" { "It could not be taken over: " (problem) }
                                }
                            }
                        }
                    } @else {
                        p { "From an uploaded document. When the provider changes its certificate, upload it anew." }
                    }
                },
                (None, None) => {
                    p { "None yet. Import the metadata of your Okta application: its URL, or the document itself." }
                },
            }
            @if shown.editable && sent.inspected.is_none() {
                details open[settings.provider.is_none() || sent.provider.is_some()] {
                    summary {
                        @if settings.provider.is_some() { "Replace the identity provider" } @else { "Import metadata" }
                    }
                    (import_form(desk, &draft))
                }
                @if settings.provider.is_some() {
                    p { a.danger href=(desk.to("/settings/identity/provider/remove")) { "Remove the identity provider" } }
                }
            }
        }
    }
}

fn import_form(desk: &Desk, draft: &Draft) -> Markup {
    desk.upload("/settings/identity/metadata", &html! {
        (field::text(draft, Field::new(
            METADATA_URL,
            "Metadata URL",
            "In Okta: Sign On › SAML 2.0 › Metadata details › Metadata URL. https only; it is fetched now, and every day.",
        )))
        (field::file(draft, Field::new(METADATA_FILE, "or metadata file", "XML, 1 MiB at most."), ".xml,text/xml,application/xml"))
        div.buttons { button type="submit" { "Check" } }
    })
}

/// What was read, and the question whether to trust it.
fn found(desk: &Desk, inspected: &Inspected, shown: &Shown) -> Markup {
    let present = shown.saml.settings.provider.as_ref();
    let other = present.filter(|present| present.entity_id != inspected.provider.entity_id);
    html! {
        div.notice role="status" {
            p { strong { "This was read from the metadata." } " Nothing is saved yet." }
            (facts(&inspected.provider, shown.saml.now))
            @if let Some(present) = other {
                p.note.warning {
                    "This is another identity provider than the present one, " bdi { (present.entity_id) } ". Users who are "
                    "bound to it have to be unbound before they can sign in through the new one."
                }
            }
            (desk.upload("/settings/identity/metadata", &html! {
                input type="hidden" name=(METADATA_URL) value=(inspected.url);
                input type="hidden" name=(DOCUMENT) value=(inspected.document);
                (identity::version(shown))
                div.buttons {
                    button type="submit" name=(INTENT) value=(SAVE) { "Use this identity provider" }
                    a href=(desk.to("/settings/identity")) { "Cancel" }
                }
            }))
        }
    }
}

fn facts(provider: &IdpTrust, now: OffsetDateTime) -> Markup {
    html! {
        dl {
            dt { "Entity ID" } dd { bdi { (provider.entity_id) } }
            dt { "Sign-in" } dd { bdi { (provider.sso_url) } }
            dt { "Sign-out" }
            dd { @match &provider.slo_url { Some(url) => bdi { (url) }, None => "Not offered" } }
            dt { "Signed requests" }
            dd { @if provider.want_signed_requests { "Wanted: a signing key is needed" } @else { "Not needed" } }
            @if let Some(until) = provider.valid_until { dt { "Metadata valid until" } dd { (day(until)) } }
        }
        div.scroll tabindex="0" role="group" aria-label="Certificates" {
            table.cards {
                caption { "Certificates" }
                thead { tr { th scope="col" { "Subject" } th scope="col" { "SHA-256 fingerprint" } th scope="col" { "Expires" } } }
                tbody { @for certificate in &provider.certificates { (certificate_row(certificate, now)) } }
            }
        }
    }
}

fn certificate_row(certificate: &CertificateInfo, now: OffsetDateTime) -> Markup {
    html! {
        tr {
            th scope="row" { bdi { (certificate.subject) } }
            td data-label="SHA-256 fingerprint" { code.long { (certificate.fingerprint) } }
            td data-label="Expires" { (expiry(certificate, now)) }
        }
    }
}

/// When a certificate expires, and whether that is soon.
pub(super) fn expiry(certificate: &CertificateInfo, now: OffsetDateTime) -> Markup {
    html! {
        (day(certificate.not_after)) " "
        @match certificate.state(now) {
            CertificateState::Valid => {},
            CertificateState::Expiring => span.badge.soon { "soon" },
            CertificateState::Expired => span.badge.bad { "expired" },
        }
    }
}
