//! `/api-tokens/new`: a new token.

use maud::html;
use roster_domain::permission::{Permission, PermissionSet};
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;

use super::{issued, terms, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::refusal::name::NAME;
use crate::parts::{field, permissions};

/// The parameters with which the guide opens the form already filled in for Okta.
const FOR_OKTA: &str = "okta";

pub(crate) async fn show(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let mut draft = terms::fresh();
    if desk.query.field("for") == FOR_OKTA {
        draft.set(NAME, "Panther-Okta-SCIM");
        let okta: PermissionSet = [Permission::USER_MODIFY].into_iter().collect();
        permissions::fill(&mut draft, &okta);
    }
    Ok(page(desk, &draft))
}

pub(crate) async fn send(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    match terms::read(&mut draft, desk.application.now()) {
        Some(terms) => {
            let request = terms.into_request();
            match desk.application.create_token(desk.caller(), request).await {
                Ok(token) => return Ok(issued::page(desk, &token, "API token created")),
                Err(error) => draft.object(error)?,
            }
        }
        None => desk.caller().require(&Permission::TOKEN_MODIFY)?,
    }
    Ok(page(desk, &draft))
}

fn page(desk: &Desk, draft: &Draft) -> poem::Response {
    let content = html! {
        (field::summary(draft))
        (desk.form("/api-tokens/new", &html! {
            (terms::fields(draft, &desk.caller().permissions, None))
            div.buttons {
                button type="submit" { "Create API Token" }
                a href=(desk.to("/api-tokens")) { "Cancel" }
            }
        }))
    };
    let page = Page::new("Create New Token", content)
        .with_status(draft.status())
        .below(way_back(desk));
    desk.show(page)
}
