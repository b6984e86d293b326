//! Signing in: the cookies, and where the browser is sent.

use roster_domain::context::Origin;
use time::Duration;

use crate::browser::{ada, form};
use crate::house::House;
use crate::world::PROVIDER;

const ACS: &str = "/saml/acs";

#[tokio::test]
async fn over_https_the_cookies_are_bound_to_the_host() {
    let house = House::at("https://roster.example.com").await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let login = browser.get("/saml/login").await;
    assert_eq!(login.status, 303);
    assert!(
        login
            .header("location")
            .starts_with(&format!("{PROVIDER}/sso?"))
    );
    assert_eq!(login.header("referrer-policy"), "no-referrer");
    assert_eq!(login.header("cache-control"), "no-store");
    let attempt = login.header("set-cookie");
    let (name, attributes) = (
        attempt.split('=').next().unwrap(),
        attempt.split_once(';').unwrap().1,
    );
    assert!(name.starts_with("__Host-roster_attempt_default_"), "{name}");
    assert_eq!(
        attributes,
        " Path=/; HttpOnly; Secure; SameSite=None; Max-Age=600"
    );

    let answer = browser.sign_in(&ada()).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        "https://roster.example.com/t/default/"
    );
    let cookies = answer.all("set-cookie");
    let [session, cleared] = cookies.as_slice() else {
        panic!("{cookies:?}")
    };
    let (pair, attributes) = session.split_once(';').unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, "__Host-roster_session_default");
    assert_eq!(value.len(), 64);
    assert_eq!(attributes, " Path=/; HttpOnly; Secure; SameSite=Lax");
    assert!(
        cleared.starts_with("__Host-roster_attempt_default_")
            && cleared.ends_with("=; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=0"),
        "{cleared}"
    );
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn on_localhost_plain_http_is_enough() {
    for url in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        let house = House::at(url).await;
        house.trust(|_| {}).await;
        let browser = house.browser();
        let answer = browser.sign_in(&ada()).await;
        let session = answer.all("set-cookie")[0];
        let (pair, attributes) = session.split_once(';').unwrap();
        assert!(pair.starts_with("roster_session_default="), "{session}");
        assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(answer.header("strict-transport-security"), "");
        assert_eq!(browser.get("/session").await.status, 200, "{url}");
    }
}

#[tokio::test]
async fn over_plain_http_nobody_signs_in_and_no_cookie_is_believed() {
    let house = House::at("http://roster.example.com").await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    for path in ["/", "/saml/login", "/admin-link?link=x"] {
        let page = browser.get(path).await;
        page.is_page(403);
        assert!(page.text.contains("ROSTER_PUBLIC_URL"), "{page:?}");
    }
    for path in [ACS, "/admin-link", "/sign-out"] {
        let page = browser
            .post(path, &[("SAMLResponse", &ada().to_string())])
            .await;
        page.is_page(403);
        assert!(page.all("set-cookie").is_empty(), "{page:?}");
    }
    // Not even one of a session that there is.
    let (application, operator) = (&house.application, house.operator().await);
    let link = application.create_admin_link(&operator).await.unwrap();
    let (_, link) = link.rsplit_once('=').unwrap();
    let (tenant, origin) = (&operator.tenant, Origin::default());
    let redeemed = application.redeem_admin_link(tenant, link, &origin).await;
    let (secret, _) = redeemed.unwrap();
    let secret = secret.reveal().to_owned();
    browser.edit(|cookies| {
        for name in ["roster_session_default", "__Host-roster_session_default"] {
            cookies.insert(name.to_owned(), secret.clone());
        }
    });
    browser.get("/session").await.is_problem(401);
    browser.get("/api/v1/users").await.is_problem(401);
    assert_eq!(browser.get("/saml/metadata").await.status, 200);
}

#[tokio::test]
async fn the_browser_is_sent_where_it_wanted_to_go_if_that_is_allowed() {
    let house = House::at("https://example.com/roster").await;
    house.trust(|_| {}).await;
    for (query, location) in [
        ("", "https://example.com/roster/t/default/"),
        (
            "?return_to=/docs?api%3Dscim",
            "https://example.com/roster/docs?api=scim",
        ),
        ("?return_to=/roster/docs", "https://example.com/roster/docs"),
        (
            "?return_to=https://app.example.com/in/room%3Fx%3D1",
            "https://app.example.com/in/room?x=1",
        ),
    ] {
        let browser = house.browser();
        let request = browser.request(query).await;
        let answer = browser.bring(&request, &ada()).await;
        assert_eq!(answer.status, 303, "{query}");
        assert_eq!(answer.header("location"), location, "{query}");
    }
    for wanted in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https://app.example.com/",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:%20a=b",
    ] {
        let browser = house.browser();
        let path = format!("/saml/login?{}", form(&[("return_to", wanted)]));
        let answer = browser.get(&path).await;
        if answer.status == 303 {
            // Still encoded, it is an odd path of ours and nothing else.
            let request = browser.request(&path["/saml/login".len()..]).await;
            let answer = browser.bring(&request, &ada()).await;
            let location = answer.header("location");
            assert!(
                location.starts_with("https://example.com/roster/"),
                "{location}"
            );
        } else {
            answer.is_page(400);
            assert!(answer.text.contains("return URLs"), "{answer:?}");
            assert!(!answer.text.contains("evil"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn what_comes_back_as_relay_state_leads_nowhere_else() {
    let house = House::new().await;
    house.trust(|wish| wish.idp_initiated = Some(true)).await;
    for (relay_state, location) in [
        ("", "http://localhost:8080/t/default/"),
        ("https://evil.example/", "http://localhost:8080/t/default/"),
        ("https://app.example.com/in/", "https://app.example.com/in/"),
    ] {
        let browser = house.browser();
        let response = ada().to_string();
        let fields = [
            ("SAMLResponse", response.as_str()),
            ("RelayState", relay_state),
        ];
        let answer = browser.post(ACS, &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, location));
    }
}

#[tokio::test]
async fn an_attempt_ends_after_ten_minutes_and_an_answer_counts_once() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let request = browser.request("").await;
    let kept = browser.cookies();
    assert_eq!(browser.bring(&request, &ada()).await.status, 303);
    browser.edit(|cookies| *cookies = kept);
    browser.bring(&request, &ada()).await.is_page(400);

    let request = browser.request("").await;
    house.world.pass(Duration::minutes(11));
    browser.bring(&request, &ada()).await.is_page(400);
}

#[tokio::test]
async fn several_tabs_sign_in_side_by_side() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let mut earlier = browser.request("").await;
    let mut later = browser.request("").await;
    // Two attempts may share a cookie, and then the later one has it.
    while browser.cookies().len() < 2 {
        earlier = later;
        later = browser.request("").await;
    }
    for request in [&later, &earlier] {
        assert_eq!(browser.bring(request, &ada()).await.status, 303);
    }
}

#[tokio::test]
async fn the_metadata_is_there_before_saml_is_on() {
    let house = House::new().await;
    let answer = house.browser().get("/saml/metadata").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/samlmetadata+xml"
    );
    assert!(
        answer
            .text
            .contains("http://localhost:8080/t/default/saml/metadata")
    );
    assert!(
        answer
            .text
            .contains("http://localhost:8080/t/default/saml/slo")
    );
}
