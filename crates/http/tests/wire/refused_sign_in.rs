//! A sign-in that is refused: what the page says, and what isn't even looked at.

use std::num::NonZeroU32;

use roster_http::options::{Options, RateLimit};
use serde_json::json;

use crate::browser::{ada, form};
use crate::house::House;

const ACS: &str = "/saml/acs";

/// The number on a refusal page.
fn reference(page: &str) -> &str {
    let (_, rest) = page.split_once("Reference: <code>").unwrap();
    rest.split_once('<').unwrap().0
}

#[tokio::test]
async fn each_refusal_tells_the_person_what_to_do_and_no_more() {
    let house = House::new().await;
    let off = house.browser().get("/saml/login").await;
    off.is_page(403);
    assert!(off.text.contains("not set up"), "{off:?}");
    reference(&off.text);
    house.trust(|_| {}).await;

    let browser = house.browser();
    let unsigned = browser.post(ACS, &[("SAMLResponse", "forged")]).await;
    unsigned.is_page(403);
    assert!(!unsigned.text.contains("secret provider"), "{unsigned:?}");
    assert!(
        unsigned.text.contains("/t/default/saml/login"),
        "{unsigned:?}"
    );

    let request = browser.request("").await;
    let other = house.browser().bring(&request, &ada()).await;
    other.is_page(400);
    assert!(other.text.contains("Sign in again"), "{other:?}");
    assert!(other.all("set-cookie").is_empty(), "{other:?}");

    let mut person = ada();
    person["role"] = json!("Wizard<b>");
    let unknown = browser.bring(&request, &person).await;
    unknown.is_page(403);
    assert!(unknown.text.contains("Wizard&lt;b&gt;") && unknown.text.contains("AnalystReadOnly"));

    let numbers = [&off, &unsigned, &other, &unknown].map(|page| reference(&page.text));
    for number in numbers {
        assert_eq!(number.len(), 9, "{number}");
    }
}

#[tokio::test]
async fn the_consumer_service_takes_forms_and_nothing_else() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let page = browser.get(ACS).await;
    page.is_page(405);
    assert_eq!(page.header("allow"), "POST");
    assert!(page.text.contains("start at the page"), "{page:?}");
    let body = form(&[("SAMLResponse", "x")]);
    for content_type in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
    ] {
        let headers = [("content-type", content_type)];
        browser
            .send("POST", ACS, &headers, &body)
            .await
            .is_page(415);
    }
    browser.send("POST", ACS, &[], &body).await.is_page(415);
    let charset = [(
        "content-type",
        "application/x-www-form-urlencoded; charset=UTF-8",
    )];
    browser
        .send("POST", ACS, &charset, &body)
        .await
        .is_page(403);
    let twice = format!("{body}&{body}");
    browser
        .send("POST", ACS, &charset, &twice)
        .await
        .is_page(400);
    let long = form(&[("SAMLResponse", &"A".repeat(1024 * 1024))]);
    browser
        .send("POST", ACS, &charset, &long)
        .await
        .is_page(413);
}

#[tokio::test]
async fn whoever_posts_without_end_is_told_to_wait() {
    let one = NonZeroU32::new(1).unwrap();
    let limit = RateLimit {
        per_second: one,
        burst: one,
    };
    let house = House::with(Options {
        sign_in_limit: Some(limit),
        ..Options::default()
    })
    .await;
    let browser = house.browser();
    // Each way in by itself: a flood at one leaves the other open.
    for path in [ACS, "/admin-link"] {
        let mut statuses = Vec::new();
        for _ in 0..10 {
            let page = browser.post(path, &[("link", "x")]).await;
            if page.status == 429 {
                page.is_page(429);
                assert!(page.header("retry-after").parse::<u64>().unwrap() >= 1);
            }
            statuses.push(page.status);
        }
        assert!(statuses.contains(&429), "{path}: {statuses:?}");
        assert_eq!(statuses[0], 403, "{path}: {statuses:?}");
    }
}
