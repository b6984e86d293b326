//! The break-glass link over HTTP.

use time::Duration;

use crate::house::House;

/// A new link, as a path below the tenant's, and its secret.
async fn link(house: &House) -> (String, String) {
    let operator = house.operator().await;
    let link = house
        .application
        .create_admin_link(&operator)
        .await
        .unwrap();
    let path = link
        .strip_prefix("http://localhost:8080/t/default")
        .unwrap();
    let secret = path.split_once("link=").unwrap().1;
    (path.to_owned(), secret.to_owned())
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing_and_sending_its_form_opens_a_session_once() {
    let house = House::new().await;
    let (path, secret) = link(&house).await;
    let browser = house.browser();
    for method in ["GET", "HEAD", "GET"] {
        let page = browser.send(method, &path, &[], "").await;
        page.is_page(200);
        assert!(page.all("set-cookie").is_empty(), "{page:?}");
        assert!(page.text.contains("method=\"post\""), "{page:?}");
        assert!(page.text.contains(&secret), "{page:?}");
    }
    let answer = browser.post("/admin-link", &[("link", &secret)]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "http://localhost:8080/t/default/")
    );
    let session = browser.get("/session").await.json();
    assert_eq!(session["kind"], "breakGlass");
    assert!(session.get("id").is_none() && session.get("email").is_none());
    assert!(
        session["permissions"]
            .as_array()
            .unwrap()
            .contains(&"UserModify".into())
    );
    let page = browser.get("/").await;
    page.is_page(200);
    assert!(page.text.contains("Break-glass session"), "{page:?}");

    let other = house.browser();
    let spent = other.post("/admin-link", &[("link", &secret)]).await;
    spent.is_page(403);
    assert!(spent.text.contains("roster admin link"), "{spent:?}");
    assert!(other.cookies().is_empty());
}

#[tokio::test]
async fn a_link_that_is_none_or_too_old_opens_nothing() {
    let house = House::new().await;
    let browser = house.browser();
    for path in [
        "/admin-link",
        "/admin-link?link=",
        "/admin-link?link=%3Cb%3E",
    ] {
        let page = browser.get(path).await;
        page.is_page(403);
        assert!(!page.text.contains("<form"), "{page:?}");
    }
    for link in ["", "x", &"a7".repeat(32)] {
        browser
            .post("/admin-link", &[("link", link)])
            .await
            .is_page(403);
    }
    let (_, secret) = link(&house).await;
    house.world.pass(Duration::minutes(11));
    browser
        .post("/admin-link", &[("link", &secret)])
        .await
        .is_page(403);
    assert!(browser.cookies().is_empty());
}

#[tokio::test]
async fn no_other_site_uses_a_link_up() {
    let house = House::new().await;
    let (_, secret) = link(&house).await;
    let browser = house.browser();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = format!("link={secret}");
    for header in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let page = browser
            .send("POST", "/admin-link", &[form, header], &body)
            .await;
        page.is_page(403);
        assert!(browser.cookies().is_empty());
    }
    let own = [
        form,
        ("origin", "http://localhost:8080"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        browser
            .send("POST", "/admin-link", &own, &body)
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn a_break_glass_session_manages_and_gets_no_token() {
    let house = House::new().await;
    let (_, secret) = link(&house).await;
    let browser = house.browser();
    browser.post("/admin-link", &[("link", &secret)]).await;
    assert_eq!(browser.get("/api/v1/users").await.status, 200);
    let csrf = browser.csrf().await;
    let header = [("x-csrf-token", csrf.as_str())];
    let answer = browser.send("POST", "/session/token", &header, "").await;
    answer.is_problem(403);
    assert!(answer.detail().contains("SSO"), "{answer:?}");
    house.world.pass(Duration::minutes(61));
    browser.get("/api/v1/users").await.is_problem(401);
}
