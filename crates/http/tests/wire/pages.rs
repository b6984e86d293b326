//! The pages that people see.

use serde_json::json;

use crate::browser::ada;
use crate::house::House;

#[tokio::test]
async fn whoever_is_not_signed_in_is_shown_the_way() {
    let house = House::new().await;
    let browser = house.browser();
    let off = browser.get("/").await;
    off.is_page(200);
    assert!(off.text.contains("roster admin link"), "{off:?}");
    assert!(!off.text.contains("/saml/login"), "{off:?}");

    house.trust(|_| {}).await;
    let offered = browser.get("/").await;
    offered.is_page(200);
    assert!(
        offered
            .text
            .contains("href=\"/t/default/saml/login\">Login with SSO<"),
        "{offered:?}"
    );

    house.trust(|wish| wish.enforce_sso = Some(true)).await;
    for method in ["GET", "HEAD"] {
        let enforced = browser.send(method, "/", &[], "").await;
        assert_eq!(
            (enforced.status, enforced.header("location")),
            (303, "http://localhost:8080/t/default/saml/login")
        );
    }
    let out = browser.get("/signed-out").await;
    out.is_page(200);
    assert!(out.text.contains("You are signed out"), "{out:?}");
    for method in ["GET", "POST"] {
        let back = browser
            .send(method, "/saml/slo?SAMLResponse=x", &[], "")
            .await;
        assert_eq!(
            (back.status, back.header("location")),
            (303, "http://localhost:8080/t/default/signed-out")
        );
    }
}

#[tokio::test]
async fn whoever_is_signed_in_sees_who_they_are_and_can_leave() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let page = browser.get("/").await;
    page.is_page(200);
    for shown in [
        "You are signed in",
        "Ada Lovelace",
        "ada@example.com",
        "Admin",
        "Sign out",
    ] {
        assert!(page.text.contains(shown), "{shown}: {page:?}");
    }
    // Browsers ask the page for leave to follow the form to the provider.
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://idp.example.com;"),
        "{policy}"
    );
    let csrf = page
        .text
        .split_once("name=\"csrf_token\" value=\"")
        .unwrap()
        .1;
    let csrf = csrf.split_once('"').unwrap().0;
    assert_eq!(csrf, browser.csrf().await);
    let answer = browser.post("/sign-out", &[("csrf_token", csrf)]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(
        answer
            .header("location")
            .starts_with("https://idp.example.com/slo?")
    );
    assert!(browser.cookies().is_empty());
    // Leaving twice is no mistake.
    let answer = browser.post("/sign-out", &[("csrf_token", csrf)]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "http://localhost:8080/t/default/signed-out")
    );
}

#[tokio::test]
async fn nothing_that_people_are_called_becomes_markup() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let name = "<script>alert(1)</script>";
    let turned = "\"'&\u{202e}gnorw";
    let mut person = ada();
    person["firstName"] = json!(name);
    person["lastName"] = json!(turned);
    let answer = browser.sign_in(&person).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = browser.get("/").await;
    page.is_page(200);
    assert!(
        page.text
            .contains("<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &quot;'&amp;\u{202e}gnorw</bdi>"),
        "{page:?}"
    );
    let session = browser.get("/session").await.json();
    assert_eq!(session["displayName"], format!("{name} {turned}"));
}

#[tokio::test]
async fn style_sheet_and_icon_are_where_the_pages_say_and_stay_there() {
    for (url, root) in [
        ("http://localhost:8080", ""),
        ("https://example.com/roster", "/roster"),
    ] {
        let house = House::at(url).await;
        let page = house.browser().get("/signed-out").await;
        let links: Vec<&str> = page
            .text
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let assets: Vec<_> = links
            .iter()
            .filter(|link| link.contains("/assets/"))
            .collect();
        assert_eq!(assets.len(), 2, "{links:?}");
        for asset in assets {
            let path = asset.strip_prefix(root).unwrap();
            let answer = house.send("GET", path, &[], "").await;
            assert_eq!(answer.status, 200, "{asset}");
            assert_eq!(
                answer.header("cache-control"),
                "public, max-age=31536000, immutable"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        assert!(
            links.contains(&format!("{root}/t/default/saml/login").as_str()),
            "{links:?}"
        );
        assert!(
            links.contains(&format!("{root}/docs").as_str()),
            "{links:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_reader_s_shape() {
    let house = House::new().await;
    let browser = house.browser();
    let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    for path in ["/nothing", "/saml", "/saml/acs/", "//", "/admin-link/"] {
        browser.send("GET", path, &html, "").await.is_page(404);
        browser.get(path).await.is_problem(404);
    }
    let accept: [(&str, &[u8]); 1] = [("accept", b"text/html")];
    house
        .send("GET", "/t/nobody/", &accept, "")
        .await
        .is_page(404);
    house.send("GET", "/t/nobody/", &[], "").await.is_page(404);
    house.send("GET", "/t/nobody", &[], "").await.is_page(404);
    house
        .send("GET", "/t/nobody/session", &accept, "")
        .await
        .is_problem(404);
    for (method, path, allow) in [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/signed-out", "GET, HEAD"),
        ("GET", "/sign-out", "POST"),
        ("PUT", "/admin-link", "GET, HEAD, POST"),
        ("OPTIONS", "/saml/login", "GET, HEAD"),
    ] {
        let page = browser.send(method, path, &[], "").await;
        page.is_page(405);
        assert_eq!(page.header("allow"), allow, "{path}");
    }
}

#[tokio::test]
async fn the_slash_that_is_missing_is_added() {
    for (url, location) in [
        ("http://localhost:8080", "/t/default/?x=1"),
        ("https://example.com/roster", "/roster/t/default/?x=1"),
    ] {
        let house = House::at(url).await;
        let answer = house.browser().get("?x=1").await;
        assert_eq!((answer.status, answer.header("location")), (308, location));
    }
}
