//! Writes by session: what another site makes a browser send changes nothing.

use serde_json::json;

use crate::browser::{Browser, form};
use crate::house::House;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn rename(browser: &Browser<'_>, user: &str, headers: &[(&str, &str)]) -> u16 {
    let mut all = vec![JSON];
    all.extend(headers);
    let body = json!({ "givenName": "Augusta" }).to_string();
    let path = format!("/api/v1/users/{user}");
    let answer = browser.send("PATCH", &path, &all, &body).await;
    if answer.status == 403 {
        answer.is_problem(403);
        let detail = answer.detail();
        assert!(
            detail.contains("csrfToken") || detail.contains("public URL"),
            "{detail}"
        );
    }
    answer.status
}

#[tokio::test]
async fn a_write_needs_the_token_of_its_session_and_an_origin_of_ours() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let other = house.signed_in().await;
    let token = browser.csrf().await;
    let others = other.csrf().await;
    let csrf = ("x-csrf-token", token.as_str());
    let own = ("origin", "http://localhost:8080");
    let user = house.user.as_str();
    for (headers, status) in [
        (&[] as &[(&str, &str)], 403),
        (&[own], 403),
        (&[("x-csrf-token", "")], 403),
        (&[("x-csrf-token", &others)], 403),
        (&[("x-csrf-token", &token[1..])], 403),
        (&[csrf, ("x-csrf-token", "b")], 403),
        (&[csrf, ("origin", "https://evil.example")], 403),
        (&[csrf, ("origin", "http://localhost:3000")], 403),
        (&[csrf, ("origin", "null")], 403),
        (&[csrf, own, ("sec-fetch-site", "cross-site")], 403),
        (&[csrf], 200),
        (&[csrf, own], 200),
        (&[csrf, own, ("sec-fetch-site", "same-origin")], 200),
    ] {
        assert_eq!(rename(&browser, user, headers).await, status, "{headers:?}");
    }
    // Reading needs neither, and changes nothing.
    let foreign = [("origin", "https://evil.example")];
    let read = browser.send("GET", "/api/v1/users", &foreign, "").await;
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn the_session_itself_is_protected_too() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    for (method, path) in [("POST", "/session/token"), ("DELETE", "/session")] {
        browser.send(method, path, &[], "").await.is_problem(403);
    }
    let token = browser.csrf().await;
    let form_type = ("content-type", "application/x-www-form-urlencoded");
    let good = form(&[("csrf_token", &token)]);
    for (headers, body) in [
        (vec![form_type], form(&[("csrf_token", "x")])),
        (vec![form_type], String::new()),
        (
            vec![form_type, ("x-csrf-token", token.as_str())],
            String::new(),
        ),
        (
            vec![form_type, ("origin", "https://evil.example")],
            good.clone(),
        ),
        (
            vec![form_type, ("sec-fetch-site", "cross-site")],
            good.clone(),
        ),
    ] {
        let page = browser.send("POST", "/sign-out", &headers, &body).await;
        page.is_page(403);
        assert_eq!(browser.get("/session").await.status, 200, "{headers:?}");
    }
    // As a browser sends the form of a page without a referrer.
    let headers = [
        form_type,
        ("origin", "null"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = browser.send("POST", "/sign-out", &headers, &good).await;
    assert_eq!(answer.status, 303);
    browser.get("/session").await.is_problem(401);
}

#[tokio::test]
async fn behind_a_path_the_origin_is_still_the_hosts() {
    let house = House::at("https://example.com/roster").await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let token = browser.csrf().await;
    let headers = [
        ("x-csrf-token", token.as_str()),
        ("origin", "https://example.com"),
    ];
    assert_eq!(rename(&browser, &house.user, &headers).await, 200);
}
