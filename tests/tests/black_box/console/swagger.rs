//! The API documentation as a person explores it: Authorize with a token, Try it out, Execute.

use roster_tests::Backend;
use roster_tests::chromium::Chromium;

use super::{by_menu, operator, reachable_tenant};

/// Clicks the first element of a selector that has that text, once there is one.
async fn click_text(chromium: &Chromium, selector: &str, text: &str) {
    let found = format!(
        "[...document.querySelectorAll({selector:?})].find(one => one.innerText.trim() === {text:?})"
    );
    let what = format!("show {selector} {text}");
    chromium
        .becomes(&what, &format!("return Boolean({found})"))
        .await;
    let _ = chromium.script(&format!("({found}).click()")).await;
}

#[tokio::test]
async fn the_users_are_listed_by_trying_it_out() {
    let tenant = reachable_tenant(Backend::Sqlite);
    let id = tenant.user("ada", "Analyst");
    let token = tenant.token(&["UserRead"]);
    let chromium = operator(&tenant).await;
    by_menu(&chromium, "API documentation").await;
    chromium.sees("SCIM").await;

    // Whoever comes from a tenant's pages need not say which tenant.
    let named = format!(
        "return [...document.querySelectorAll('.servers input')].some(input => input.value === {:?})",
        tenant.slug
    );
    chromium.becomes("name the tenant", &named).await;

    click_text(&chromium, "button.authorize span", "Authorize").await;
    chromium
        .becomes(
            "ask for a token",
            "return Boolean(document.querySelector('.auth-container input'))",
        )
        .await;
    chromium.fill(".auth-container input", &token).await;
    click_text(&chromium, ".auth-btn-wrapper button", "Authorize").await;
    click_text(&chromium, ".auth-btn-wrapper button", "Close").await;

    click_text(
        &chromium,
        "#operations-Users-listUsers .opblock-summary-path",
        "/Users",
    )
    .await;
    click_text(&chromium, "button.try-out__btn", "Try it out").await;
    click_text(&chromium, "button.execute", "Execute").await;
    let answer = ".live-responses-table tbody .response-col_description";
    let shown = format!(
        "const shown = document.querySelector({answer:?}); return Boolean(shown && shown.innerText.includes('ada@example.com'))"
    );
    chromium.becomes("show the answer", &shown).await;
    let text = chromium.text(answer).await;
    assert!(text.contains(&id), "{text}");
    let status = chromium
        .text(".live-responses-table tbody .response-col_status")
        .await;
    assert!(status.contains("200"), "{status}");
}
