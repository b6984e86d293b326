//! `/api-tokens/{id}/rotate`: another value for a token, with an overlap.

use maud::html;
use roster_domain::permission::Permission;
use roster_domain::token::ApiToken;
use roster_domain::token::lifecycle::LONGEST_OVERLAP;
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;
use time::Duration;

use super::{issued, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::field::{self, Field};
use crate::parts::refusal::name::OVERLAP;

/// The overlaps that are offered, in seconds.
const CHOICES: [(i64, &str); 5] = [
    (0, "Not at all: it stops working at once"),
    (3_600, "For an hour"),
    (86_400, "For a day"),
    (259_200, "For three days"),
    (LONGEST_OVERLAP.whole_seconds(), "For a week"),
];

pub(crate) async fn show(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let token = desk.application.read_token(desk.caller(), id).await?;
    let draft = Draft::stored([(OVERLAP, "86400".to_owned())]);
    Ok(page(desk, &token, &draft))
}

pub(crate) async fn send(desk: &Desk, id: &str, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let overlap = draft.read(OVERLAP, "The overlap", |text| {
        text.parse::<u32>()
            .map_err(|_| "is not one of those offered")
    });
    let refused = match overlap {
        Some(seconds) => {
            let overlap = Duration::seconds(seconds.into());
            let application = &desk.application;
            match application.rotate_token(desk.caller(), id, overlap).await {
                Ok(token) => return Ok(issued::page(desk, &token, "API token rotated")),
                Err(error) => Some(error),
            }
        }
        None => None,
    };
    if let Some(error) = refused {
        draft.object(error)?;
    }
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let token = desk.application.read_token(desk.caller(), id).await?;
    Ok(page(desk, &token, &draft))
}

fn page(desk: &Desk, token: &ApiToken, draft: &Draft) -> poem::Response {
    let choices: Vec<(String, String)> = CHOICES
        .iter()
        .map(|(seconds, label)| (seconds.to_string(), (*label).to_owned()))
        .collect();
    let content = html! {
        (field::summary(draft))
        p {
            "The token " strong { bdi { (token.name) } } " gets a new value, which is shown once. Choose how long the "
            "present one goes on working, so that there is time to paste the new one into Okta."
        }
        (desk.form(&format!("/api-tokens/{}/rotate", token.id), &html! {
            (field::select(draft, Field::new(OVERLAP, "The present value works on", ""), &choices))
            div.buttons {
                button type="submit" { "Rotate token" }
                a href=(desk.to(&format!("/api-tokens/{}", token.id))) { "Cancel" }
            }
        }))
    };
    desk.show(
        Page::new("Rotate API token", content)
            .with_status(draft.status())
            .below(way_back(desk)),
    )
}
