//! Every page in a real browser: no serious finding of axe-core, in light and dark, wide and narrow;
//! nothing that has to be pushed sideways; times in the reader's zone; the keyboard.

use roster_tests::Backend;
use roster_tests::chromium::Chromium;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::{assert_no_complaint, operator, page, reachable_tenant};

/// A tenant in which every page has something to show, and the pages there are.
async fn furnished() -> (Tenant, Vec<String>) {
    let tenant = reachable_tenant(Backend::Sqlite);
    let idp = OktaIdp::new();
    idp.connect_with(
        &tenant,
        json!({ "idpInitiated": true, "returnUrls": ["https://app.example.com/"] }),
    )
    .await;
    let browser = roster_tests::browser::Browser::new(&tenant);
    let _ = browser
        .sign_in(&idp, &Person::new("ada").role("Analyst"))
        .await
        .signed_in();
    let users = tenant.api().get("/users").await.api(200);
    let ada = users["items"][0]["id"].as_str().unwrap().to_owned();
    let admin = tenant.user("grace", "Admin");
    tenant
        .scim()
        .operations(
            &format!("/Users/{ada}"),
            json!([{ "op": "replace", "value": { "pantherRole": "Admin" } }]),
        )
        .await
        .scim(200);
    let first = |answer: Value| answer["items"][0]["id"].as_str().unwrap().to_owned();
    let token = first(tenant.api().get("/api-tokens").await.api(200));
    let roles = tenant.api().get("/roles").await.api(200);
    let role = roles["items"][1]["id"].as_str().unwrap().to_owned();
    let pages = [
        "/settings".to_owned(),
        "/settings/identity".to_owned(),
        "/settings/identity/provider/remove".to_owned(),
        "/api-tokens".to_owned(),
        "/api-tokens/new".to_owned(),
        format!("/api-tokens/{token}"),
        format!("/api-tokens/{token}/rotate"),
        format!("/api-tokens/{token}/revoke"),
        "/users".to_owned(),
        "/users?search=nobody-at-all".to_owned(),
        format!("/users/{ada}"),
        format!("/users/{admin}"),
        format!("/users/{ada}/deactivate"),
        format!("/users/{ada}/unbind"),
        "/roles".to_owned(),
        "/roles/new".to_owned(),
        format!("/roles/{role}"),
        format!("/roles/{role}/delete"),
        "/audit-log".to_owned(),
        "/audit-log?action=nonsense".to_owned(),
        "/nothing".to_owned(),
    ];
    let pages = pages.iter().map(|path| page(&tenant, path)).collect();
    (tenant, pages)
}

/// No finding that keeps somebody from using the page.
async fn assert_accessible(chromium: &Chromium, what: &str) {
    let findings = chromium.axe().await;
    let serious: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.impact.as_str(), "serious" | "critical"))
        .collect();
    assert!(serious.is_empty(), "{what}: {serious:#?}");
}

#[tokio::test]
async fn every_page_is_accessible_in_light_and_dark_wide_and_narrow() {
    let (tenant, mut pages) = furnished().await;
    let chromium = operator(&tenant).await;
    pages.push(format!("{}/", tenant.public_url()));
    chromium.open(&page(&tenant, "/nothing")).await;
    let missing = chromium.text("h1").await;
    for (width, height, dark) in [(1280, 800, false), (360, 740, true)] {
        chromium.resize(width, height).await;
        chromium.prefer_dark(dark).await;
        for address in &pages {
            chromium.open(address).await;
            let what = format!("{address} at {width}, dark: {dark}");
            // Not a page of sign-in, nor one that is not there, but where that is meant.
            chromium.text(".menu > summary").await;
            let heading = chromium.text("h1").await;
            let is_missing = heading == missing;
            assert_eq!(
                is_missing,
                address.ends_with("/nothing"),
                "{what}: {heading}"
            );
            assert!(
                !chromium.overflows().await,
                "{what}: has to be pushed sideways"
            );
            assert_accessible(&chromium, &what).await;
        }
    }
    // The menu, opened, is looked at too.
    for dark in [false, true] {
        chromium.prefer_dark(dark).await;
        chromium.open(&page(&tenant, "/users")).await;
        chromium.click_on(".menu > summary").await;
        assert_accessible(&chromium, "the menu").await;
    }
    assert_no_complaint(&chromium).await;
}

#[tokio::test]
async fn the_pages_around_a_sign_in_are_accessible_too() {
    let tenant = reachable_tenant(Backend::Sqlite);
    let chromium = Chromium::start().await;
    let home = format!("{}/", tenant.public_url());
    let link = roster_tests::console::admin_link(&tenant);
    OktaIdp::new().connect(&tenant).await;
    for dark in [false, true] {
        chromium.prefer_dark(dark).await;
        for address in [
            &home,
            &link,
            &format!("{}/signed-out", tenant.public_url()),
            &format!("{home}nothing"),
        ] {
            chromium.open(address).await;
            assert_accessible(&chromium, address).await;
        }
    }
}

#[tokio::test]
async fn a_form_that_is_refused_says_so_to_everybody() {
    let tenant = reachable_tenant(Backend::Sqlite);
    let chromium = operator(&tenant).await;
    chromium.open(&page(&tenant, "/api-tokens/new")).await;
    chromium.fill("#name", "okta").await;
    chromium.fill("#networks", "10.0.0.0/8\nexample.com").await;
    chromium.press("Create API Token").await;
    chromium.sees("\"example.com\" is not a network").await;
    assert_accessible(&chromium, "the refused form").await;
    // The field is marked, and tells a screen reader why; what was typed is there.
    let marked = "const field = document.getElementById('networks'); return [field.getAttribute('aria-invalid'), \
        field.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText).join(' '), field.value]";
    let marked = chromium.script(marked).await;
    assert_eq!(marked[0], "true");
    assert!(
        marked[1].as_str().unwrap().contains("is not a network"),
        "{marked}"
    );
    assert_eq!(marked[2], "10.0.0.0/8\nexample.com");
    // The summary leads to it.
    chromium
        .follow(
            "\"example.com\" is not a network such as 10.0.0.0/8 or 2001:db8::/32, nor an address.",
        )
        .await;
    assert!(chromium.url().await.ends_with("#networks"));
}

#[tokio::test]
async fn times_are_shown_in_the_reader_s_zone() {
    let tenant = reachable_tenant(Backend::Sqlite);
    let id = tenant.user("ada", "Analyst");
    let created = tenant.record(&id).await["createdAt"]
        .as_str()
        .unwrap()
        .to_owned();
    let chromium = operator(&tenant).await;
    let mut shown = Vec::new();
    for zone in ["Asia/Tokyo", "America/New_York"] {
        chromium.live_in(zone).await;
        chromium.open(&page(&tenant, "/users")).await;
        let expected = format!(
            "return new Intl.DateTimeFormat(undefined, {{ dateStyle: 'medium', timeStyle: 'short', timeZone: {zone:?} }})\
                .format(new Date({created:?}))"
        );
        let expected = chromium.script(&expected).await;
        let time = chromium.script("const time = document.querySelector('tbody time'); return [time.innerText, time.title]").await;
        assert_eq!(time[0], expected, "{zone}");
        assert_eq!(time[1], created.as_str(), "the exact moment, in UTC");
        shown.push(time[0].clone());
    }
    assert_ne!(shown[0], shown[1]);
}

#[tokio::test]
async fn the_keyboard_goes_past_the_menu_and_through_it() {
    const TAB: &str = "\u{e004}";
    const ENTER: &str = "\u{e007}";
    const ESCAPE: &str = "\u{e00c}";
    let tenant = reachable_tenant(Backend::Sqlite);
    let chromium = operator(&tenant).await;
    chromium.open(&page(&tenant, "/roles")).await;
    let focused = "return document.activeElement.innerText || document.activeElement.getAttribute('aria-label')";
    chromium.keys(TAB).await;
    assert_eq!(chromium.script(focused).await, "Skip to the content");
    for _ in 0..2 {
        chromium.keys(TAB).await;
    }
    assert_eq!(chromium.script(focused).await, "Settings menu");
    chromium.keys(ENTER).await;
    let open = "return document.querySelector('details.menu').open";
    assert_eq!(chromium.script(open).await, true);
    chromium.keys(TAB).await;
    assert_eq!(chromium.script(focused).await, "General Settings");
    chromium.keys(ESCAPE).await;
    assert_eq!(chromium.script(open).await, false);
    assert_eq!(chromium.script(focused).await, "Settings menu");
}
