//! Who gets in, and where paths lead.

use std::num::NonZeroU32;

use roster_domain::permission::Permission;
use roster_http::options::{Options, RateLimit};

use crate::house::House;

const USERS: &str = "/t/default/scim/v2/Users";

#[tokio::test]
async fn every_form_of_the_token_opens_the_door() {
    let house = House::new().await;
    let token = house.token.clone();
    for (name, value) in [
        ("authorization", format!("Bearer {token}")),
        ("authorization", format!("bEARER  {token} ")),
        ("authorization", token.clone()),
        ("authorization", format!("Bearer Bearer {token}")),
        ("x-api-key", token.clone()),
    ] {
        let answer = house
            .send("GET", USERS, &[(name, value.as_bytes())], "")
            .await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
    let both: [(&str, &[u8]); 2] = [
        ("authorization", token.as_bytes()),
        ("x-api-key", token.as_bytes()),
    ];
    assert_eq!(house.send("GET", USERS, &both, "").await.status, 200);
}

#[tokio::test]
async fn whoever_has_no_good_token_stays_outside_and_is_told_how_to_come_in() {
    let house = House::new().await;
    let foreign = house.foreign_token().await;
    let missing = house.send("GET", USERS, &[], "").await;
    missing.is_scim_error(401);
    assert_eq!(
        missing.header("www-authenticate"),
        "Bearer realm=\"roster\""
    );
    let bad: [&[(&str, &[u8])]; 5] = [
        &[("authorization", b"Bearer roster_nonsense")],
        &[("authorization", b"Basic YTpi")],
        &[("authorization", foreign.as_bytes())],
        &[("authorization", b"Bearer \xff\xfe")],
        &[
            ("authorization", house.token.as_bytes()),
            ("x-api-key", foreign.as_bytes()),
        ],
    ];
    for headers in bad {
        let answer = house.send("GET", USERS, headers, "").await;
        answer.is_scim_error(401);
        assert!(
            answer.header("www-authenticate").contains("invalid_token"),
            "{answer:?}"
        );
    }
    let answer = house.send("GET", "/t/default/api/v1/users", &[], "").await;
    answer.is_problem(401);
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn a_token_without_the_permission_or_from_elsewhere_is_refused() {
    let house = House::new().await;
    let reader = house.token_for(&[Permission::USER_READ], &[]).await;
    let headers: [(&str, &[u8]); 1] = [("authorization", reader.as_bytes())];
    assert_eq!(house.send("GET", USERS, &headers, "").await.status, 200);
    let path = format!("{USERS}/{}", house.user);
    for body in ["{}", "not JSON"] {
        let answer = house.send("PUT", &path, &headers, body).await;
        answer.is_scim_error(403);
        assert!(answer.detail().contains("UserModify"), "{answer:?}");
    }
    let local = house
        .token_for(&[Permission::USER_READ], &["10.0.0.0/8"])
        .await;
    let answer = house
        .send("GET", USERS, &[("authorization", local.as_bytes())], "")
        .await;
    answer.is_scim_error(403);
}

#[tokio::test]
async fn no_spelling_of_a_path_gets_around_the_door() {
    let house = House::new().await;
    let bearer = format!("Bearer {}", house.token);
    let headers: [(&str, &[u8]); 1] = [("authorization", bearer.as_bytes())];
    for path in [
        "/t/default/scim/v2/%55sers",
        "/t/default/scim/v2/%2555sers",
        "/t/default/scim/v2///Users",
        "/t/default/scim/v2/Users//1",
        "/t/default/scim/v2/./Users",
        "/t/default/scim/v2/x/../Users",
        "/t/default/scim/v2/%2e%2e/v2/Users",
        "/t/default/scim/v2/nowhere",
        "/t/default/scim/v2/Users/1/2",
        "/t/default/scim/v2/",
        "/t/default/scim/v2",
    ] {
        house.send("GET", path, &[], "").await.is_scim_error(401);
        house
            .send("GET", path, &headers, "")
            .await
            .is_scim_error(404);
    }
    for path in [
        "/t/default/%73cim/v2/Users",
        "/t/default//scim/v2/Users",
        "/t/x/../default/scim/v2/Users",
        "/%74/default/scim/v2/Users",
        "//t/default/scim/v2/Users",
        "/t/default/nowhere",
        "/nowhere",
    ] {
        house.send("GET", path, &headers, "").await.is_problem(404);
    }
    for path in [
        "/t/Default/scim/v2/Users",
        "/t/nobody/scim/v2/Users",
        "/t/default/scim/v1/Users",
        "/t//scim/v2/Users",
    ] {
        let answer = house.send("GET", path, &headers, "").await;
        answer.is_scim_error(404);
        assert!(answer.detail().contains("Tenant URL"), "{answer:?}");
    }
    house
        .send("GET", "/t/default/api/v1/nowhere", &[], "")
        .await
        .is_problem(401);
    house
        .send("GET", "/t/default/api/v1/nowhere", &headers, "")
        .await
        .is_problem(404);
}

#[tokio::test]
async fn a_slash_at_the_end_is_forgiven() {
    let house = House::new().await;
    for path in [
        "/Users/",
        &format!("{}/", house.user_path()),
        "/Schemas/",
        "/Users/?count=1",
    ] {
        assert_eq!(house.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let house = House::new().await;
    let answer = house.scim("DELETE", "/Users", &[], "").await;
    answer.is_scim_error(405);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    let answer = house.scim("POST", &house.user_path(), &[], "{}").await;
    answer.is_scim_error(405);
    assert_eq!(answer.header("allow"), "DELETE, GET, HEAD, PATCH, PUT");
    let bearer = house.token.clone();
    let answer = house
        .send(
            "PUT",
            "/t/default/api/v1/users",
            &[("x-api-key", bearer.as_bytes())],
            "",
        )
        .await;
    answer.is_problem(405);
    assert_eq!(answer.header("allow"), "GET, HEAD");
    let answer = house.send("POST", "/livez", &[], "").await;
    answer.is_problem(405);
    assert_eq!(answer.header("allow"), "GET, HEAD");
}

#[tokio::test]
async fn a_tenant_that_asks_too_often_is_told_to_wait() {
    let one = NonZeroU32::new(1).unwrap();
    let limit = RateLimit {
        per_second: one,
        burst: one,
    };
    let house = House::with(Options {
        rate_limit: Some(limit),
        ..Options::default()
    })
    .await;
    let second = std::time::Duration::from_secs(1);
    let answer = loop {
        let begun = std::time::Instant::now();
        assert_eq!(house.get("/Users").await.status, 200);
        let answer = house.get("/Users").await;
        if begun.elapsed() < second {
            break answer;
        }
        // The machine was so slow that the second request was one of the next second.
        tokio::time::sleep(second).await;
    };
    answer.is_scim_error(429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    let headers: [(&str, &[u8]); 1] = [("authorization", b"Bearer nonsense")];
    house
        .send("GET", USERS, &headers, "")
        .await
        .is_scim_error(401);
}

#[tokio::test]
async fn every_answer_has_its_request_id_and_is_not_stored() {
    let house = House::new().await;
    let answer = house
        .scim("GET", "/Users", &[("x-request-id", "r-1")], "")
        .await;
    assert_eq!(answer.header("x-request-id"), "r-1");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let answer = house
        .send(
            "GET",
            "/t/default/api/v1/users",
            &[("x-request-id", b"r-2")],
            "",
        )
        .await;
    assert_eq!(answer.json()["instance"], "urn:roster:request:r-2");
    let answer = house
        .send(
            "GET",
            "/nowhere",
            &[("x-request-id", b"not fit for a log")],
            "",
        )
        .await;
    assert_eq!(answer.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn whoever_keeps_the_process_running_gets_plain_answers() {
    let house = House::new().await;
    for path in ["/livez", "/readyz"] {
        let answer = house.send("GET", path, &[], "").await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "ok\n"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_console_is_behind_a_session() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let stranger = house.browser();
    let answer = stranger.get("/console/users?search=a%20b&x=1").await;
    let wanted = "http://localhost:8080/t/default/?return_to=%2Ft%2Fdefault%2Fconsole%2Fusers%3Fsearch%3Da%2520b%26x%3D1";
    assert_eq!((answer.status, answer.header("location")), (303, wanted));
    let sent = stranger.post("/console/users/x/deactivate", &[]).await;
    sent.is_page(401);
    assert!(sent.text.contains("nothing was changed"), "{sent:?}");
    // An API token is no session.
    let token = [("authorization", house.token.as_str())];
    let answer = stranger.send("GET", "/console/users", &token, "").await;
    assert_eq!(answer.status, 303, "{answer:?}");

    let browser = house.signed_in().await;
    for (path, inner) in [
        ("/console", "/"),
        ("/console/", "/"),
        ("/console/users?search=x", "/users?search=x"),
        ("/console/users/", "/users/"),
        ("/console/%75sers", "/%75sers"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.text, format!("ada@example.com at {inner}"), "{path}");
    }
    assert_eq!(browser.get("/consoles").await.status, 404);
}

#[tokio::test]
async fn whoever_wanted_to_be_in_the_console_gets_there_after_signing_in() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let wanted = "/?return_to=%2Ft%2Fdefault%2Fconsole%2Froles";
    let page = house.browser().get(wanted).await;
    page.is_page(200);
    let link = "href=\"/t/default/saml/login?return_to=%2Ft%2Fdefault%2Fconsole%2Froles\"";
    assert!(page.text.contains(link), "{page:?}");
    house.trust(|wish| wish.enforce_sso = Some(true)).await;
    let answer = house.browser().get(wanted).await;
    let login =
        "http://localhost:8080/t/default/saml/login?return_to=%2Ft%2Fdefault%2Fconsole%2Froles";
    assert_eq!((answer.status, answer.header("location")), (303, login));
}
