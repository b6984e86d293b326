//! `/api-tokens/{id}/rotate`: another value for a token, with an overlap.

use maud::html;
use roster_domain::permission::Permission;
use roster_domain::token::ApiToken;
use roster_domain::token::lifecycle::LONGEST_OVERLAP;
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;
use time::Duration;

use super::{issued, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
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

const LATE: &str = "The token was changed or rotated since this page was opened, so it was not rotated now. If you have \
    sent this form twice, the first time counted: its value can't be shown again. Rotate once more if you don't have it.";

pub(crate) async fn show(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let token = desk.application.read_token(desk.caller(), id).await?;
    let draft = Draft::stored([
        (VERSION_FIELD, token.version.number().to_string()),
        (OVERLAP, "86400".to_owned()),
    ]);
    Ok(page(desk, &token, &draft))
}

pub(crate) async fn send(desk: &Desk, id: &str, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let overlap = draft.read(OVERLAP, "The overlap", |text| {
        text.parse::<u32>()
            .map_err(|_| "is not one of those offered")
    });
    if let Some(seconds) = overlap {
        let (application, version) = (&desk.application, draft.version());
        let overlap = Duration::seconds(seconds.into());
        let rotated = application
            .rotate_token(desk.caller(), id, overlap, version)
            .await;
        if let Some(token) = draft.replaced(rotated, LATE)? {
            return Ok(issued::page(desk, &token, "API token rotated"));
        }
    }
    desk.caller().require(&Permission::TOKEN_MODIFY)?;
    let token = desk.application.read_token(desk.caller(), id).await?;
    if draft.is_outdated() {
        draft.set(VERSION_FIELD, token.version.number().to_string());
    }
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
        @if let Some(old) = token.previous.as_ref().filter(|old| desk.application.now() < old.valid_until) {
            p.note.warning {
                "An older value still works until " (moment(old.valid_until)) ". Rotating again ends it now: make sure that "
                "nobody uses it any more, Okta above all."
            }
        }
        (desk.form(&format!("/api-tokens/{}/rotate", token.id), &html! {
            (field::version(draft))
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
