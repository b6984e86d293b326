//! `POST /settings/identity/saml`: SAML on or off, and on which terms.

use maud::{Markup, html};
use roster_application::administration::saml_settings::SamlSettingsWish;
use roster_domain::permission::Permission;
use roster_domain::refusal::excerpt;
use roster_domain::return_url::ReturnUrl;
use roster_domain::saml_settings::SamlSettings;
use roster_domain::text::SamlAttributeName;
use roster_web_kit::form::Form;

use super::identity::{self, Sent, Shown};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::ENABLED;

const IDP_INITIATED: &str = "idp_initiated";
const ENFORCE_SSO: &str = "enforce_sso";
const EMAIL: &str = "email_attribute";
const FIRST_NAME: &str = "first_name_attribute";
const LAST_NAME: &str = "last_name_attribute";
const ROLE: &str = "role_attribute";
const RETURN_URLS: &str = "return_urls";

fn stored(settings: &SamlSettings) -> Draft {
    let urls: Vec<&str> = settings.return_urls.iter().map(ReturnUrl::as_str).collect();
    let names = &settings.attributes;
    let mut draft = Draft::stored([
        (VERSION_FIELD, settings.version.number().to_string()),
        (EMAIL, names.email.to_string()),
        (FIRST_NAME, names.first_name.to_string()),
        (LAST_NAME, names.last_name.to_string()),
        (ROLE, names.role.to_string()),
        (RETURN_URLS, urls.join("\n")),
    ]);
    for (name, ticked) in [
        (ENABLED, settings.enabled),
        (IDP_INITIATED, settings.idp_initiated),
        (ENFORCE_SSO, settings.enforce_sso),
    ] {
        if ticked {
            draft.tick(name);
        }
    }
    draft
}

fn read(draft: &mut Draft) -> Option<SamlSettingsWish> {
    let email = draft.read(
        EMAIL,
        "The attribute for the e-mail",
        SamlAttributeName::new,
    );
    let first = draft.read(
        FIRST_NAME,
        "The attribute for the first name",
        SamlAttributeName::new,
    );
    let last = draft.read(
        LAST_NAME,
        "The attribute for the last name",
        SamlAttributeName::new,
    );
    let role = draft.read(ROLE, "The attribute for the role", SamlAttributeName::new);
    let names = [EMAIL, FIRST_NAME, LAST_NAME, ROLE];
    // The rules refuse it too; this only says it beside the field.
    for (place, name) in names.iter().enumerate() {
        let earlier = names.iter().take(place);
        let text = draft.text(name).trim();
        if !text.is_empty()
            && earlier
                .clone()
                .any(|other| draft.text(other).trim() == text)
        {
            let problem = "Another of these has that attribute already. Each needs one of its own.";
            draft.refuse(name, problem);
        }
    }
    let return_urls = draft.read_each(RETURN_URLS, draft.lines(RETURN_URLS), |line| {
        ReturnUrl::new(line).map_err(|problem| format!("\"{}\" {problem}.", excerpt(line)))
    });
    draft.is_sound().then(|| SamlSettingsWish {
        enabled: Some(draft.ticked(ENABLED)),
        idp_initiated: Some(draft.ticked(IDP_INITIATED)),
        enforce_sso: Some(draft.ticked(ENFORCE_SSO)),
        email_attribute: email,
        first_name_attribute: first,
        last_name_attribute: last,
        role_attribute: role,
        return_urls,
        ..SamlSettingsWish::default()
    })
}

pub(crate) async fn save(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    match read(&mut draft) {
        Some(wish) => {
            let (application, version) = (&desk.application, draft.version());
            let outcome = application
                .update_saml_settings(desk.caller(), wish, version)
                .await;
            let present = async {
                let present = application.read_saml_settings(desk.caller()).await?;
                Ok(stored(&present.settings))
            };
            if draft.saved(outcome, present).await? {
                return Ok(desk.done("/settings/identity", Notice::Saved));
            }
        }
        None => desk.caller().require(&Permission::SETTINGS_MODIFY)?,
    }
    let sent = Sent {
        saml: Some(draft),
        ..Sent::default()
    };
    identity::page(desk, sent).await
}

/// The part of the page.
pub(super) fn section(desk: &Desk, shown: &Shown, sent: Option<&Draft>) -> Markup {
    let draft = sent
        .cloned()
        .unwrap_or_else(|| stored(&shown.saml.settings));
    let fields = html! {
        (field::version(&draft))
        (field::tick(&draft, Field::new(ENABLED, "Enable SAML", "People can sign in through the identity provider.")))
        (field::tick(&draft, Field::new(
            ENFORCE_SSO,
            "Enforce SSO",
            "Whoever is not signed in is sent to the identity provider without being asked. Break-glass links still work.",
        )))
        (field::tick(&draft, Field::new(
            IDP_INITIATED,
            "Allow IdP-initiated sign-in",
            "A sign-in may begin in Okta's dashboard. Leave it off unless people need it: such a sign-in can't be told \
             from one that somebody else has begun.",
        )))
        fieldset {
            legend { "Attribute statements" }
            p.hint { "The names under which Okta sends them." }
            div.pair {
                (field::required(&draft, Field::new(EMAIL, "E-mail", "")))
                (field::required(&draft, Field::new(ROLE, "Role", "")))
                (field::required(&draft, Field::new(FIRST_NAME, "First name", "")))
                (field::required(&draft, Field::new(LAST_NAME, "Last name", "")))
            }
        }
        (field::area(&draft, Field::new(
            RETURN_URLS,
            "Return URLs",
            "Addresses of your application to which people may return after signing in, one a line. One that ends in a \
             slash stands for everything below it.",
        ), 3))
    };
    html! {
        section.card aria-labelledby="saml-settings" {
            h3 #saml-settings { "SAML settings" }
            (identity::form(desk, shown, "/settings/identity/saml", &fields, "Save SAML settings"))
        }
    }
}
