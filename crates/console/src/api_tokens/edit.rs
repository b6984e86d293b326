//! `/api-tokens/{id}`: one token, and a form that changes it.

use maud::{Markup, html};
use roster_domain::permission::Permission;
use roster_domain::token::ApiToken;
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;

use super::list::{expiry, last_use};
use super::{terms, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::notice::Notice;
use crate::parts::{field, permissions};

pub(crate) async fn show(desk: &Desk, id: &str) -> Answer {
    let token = desk.application.read_token(desk.caller(), id).await?;
    Ok(page(desk, &token, &terms::of(&token)))
}

pub(crate) async fn save(desk: &Desk, id: &str, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    match terms::read(&mut draft, desk.application.now()) {
        Some(terms) => {
            let (application, version) = (&desk.application, draft.version());
            let wish = terms.into_wish();
            let outcome = application
                .update_token(desk.caller(), id, &wish, version)
                .await;
            let present = async {
                let token = application.read_token(desk.caller(), id).await?;
                Ok(terms::of(&token))
            };
            if draft.saved(outcome, present).await? {
                return Ok(desk.done(&format!("/api-tokens/{id}"), Notice::Saved));
            }
        }
        None => desk.caller().require(&Permission::TOKEN_MODIFY)?,
    }
    let token = desk.application.read_token(desk.caller(), id).await?;
    Ok(page(desk, &token, &draft))
}

fn page(desk: &Desk, token: &ApiToken, draft: &Draft) -> poem::Response {
    let path = format!("/api-tokens/{}", token.id);
    let may_change = desk.may(&Permission::TOKEN_MODIFY);
    let content = html! {
        (desk.notice())
        (field::summary(draft))
        (facts(desk, token))
        @if may_change {
            p.buttons {
                a.button.second href=(desk.to(&format!("{path}/rotate"))) { "Rotate" }
                a.button.danger href=(desk.to(&format!("{path}/revoke"))) { "Revoke" }
            }
            section {
                h2 { "Change the token" }
                p.hint { "The value stays the same." }
                (desk.form(&path, &html! {
                    (field::version(draft))
                    (terms::fields(draft, &desk.caller().permissions, token.expires_at))
                    div.buttons { button type="submit" { "Save" } }
                }))
            }
        }
    };
    let page = Page::new(token.name.to_string(), content)
        .with_status(draft.status())
        .below(way_back(desk));
    desk.show(page)
}

fn facts(desk: &Desk, token: &ApiToken) -> Markup {
    let now = desk.application.now();
    let id = token.id.to_string();
    html! {
        section.card aria-label="API token" {
            dl {
                dt { "Permissions" } dd { (permissions::summary(&token.permissions)) }
                dt { "Created" } dd { (moment(token.created_at)) " by " bdi { (token.created_by.name) } }
                dt { "Last used" } dd { (last_use(token.last_used.as_ref())) }
                dt { "Expires" } dd { (expiry(token, now)) }
                dt { "Allowed from" }
                dd {
                    @if token.allowed_networks.is_empty() { "Anywhere" }
                    ul.plain { @for network in &token.allowed_networks { li { code { (network) } } } }
                }
                @if let Some(old) = token.previous.as_ref().filter(|old| now < old.valid_until) {
                    dt { "Old value" } dd { "Works until " (moment(old.valid_until)) }
                }
            }
            @if desk.may(&Permission::AUDIT_LOG_READ) {
                p {
                    a href=(desk.to_with("/audit-log", &[("actor", &id)])) { "What it did" } " · "
                    a href=(desk.to_with("/audit-log", &[("target", &id)])) { "What was done to it" }
                }
            }
        }
    }
}
