//! What a session opens, and when it is over.

use roster_domain::permission::Permission;
use serde_json::{Value, json};
use time::Duration;

use crate::browser::ada;
use crate::house::House;

const COOKIE: &str = "roster_session_default";

#[tokio::test]
async fn a_session_tells_who_is_signed_in() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let answer = browser.get("/session").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let session = answer.json();
    for (name, value) in [
        ("kind", "user"),
        ("tenant", "default"),
        ("id", &house.user),
        ("userName", "ada@example.com"),
        ("email", "ada@example.com"),
        ("givenName", "Ada"),
        ("familyName", "Lovelace"),
        ("displayName", "Ada Lovelace"),
        ("role", "Admin"),
    ] {
        assert_eq!(session[name], value, "{name}");
    }
    assert!(session.get("pendingRole").is_none(), "{session}");
    assert_eq!(session["csrfToken"].as_str().unwrap().len(), 64);
    let permissions = session["permissions"].as_array().unwrap();
    assert!(
        permissions.contains(&"UserModify".into()),
        "{permissions:?}"
    );
    for time in ["startedAt", "lastSeenAt", "expiresAt"] {
        assert!(session[time].as_str().unwrap().ends_with('Z'), "{time}");
    }

    let body =
        json!({ "Operations": [{ "op": "replace", "value": { "pantherRole": "Analyst" } }] });
    let path = house.user_path();
    house.add_user("second@example.com").await;
    let second = house.browser();
    let mut person = ada();
    person["nameId"] = json!("second@example.com");
    person["email"] = json!("second@example.com");
    assert_eq!(second.sign_in(&person).await.status, 303);
    let changed = house.scim("PATCH", &path, &[], &body.to_string()).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let session = browser.get("/session").await.json();
    assert_eq!(
        (&session["role"], &session["pendingRole"]),
        (&json!("Admin"), &json!("Analyst"))
    );
    let page = browser.get("/").await;
    assert!(
        page.text
            .contains("<bdi>Admin</bdi> → <bdi>Analyst</bdi> at next sign-in"),
        "{page:?}"
    );
}

#[tokio::test]
async fn only_one_good_cookie_is_a_session() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let secret = browser.cookies()[COOKIE].clone();
    let get = async |cookie: &str| {
        let headers: [(&str, &[u8]); 1] = [("cookie", cookie.as_bytes())];
        house
            .send("GET", "/t/default/session", &headers, "")
            .await
            .status
    };
    assert_eq!(get(&format!("{COOKIE}={secret}")).await, 200);
    assert_eq!(get(&format!("a=b; {COOKIE}=\"{secret}\"; c=d")).await, 200);
    assert_eq!(
        get(&format!("{COOKIE}={secret}; {COOKIE}={secret}")).await,
        200
    );
    let other = "a7".repeat(32);
    for cookie in [
        format!("{COOKIE}={secret}; {COOKIE}={other}"),
        format!("{COOKIE}={other}; {COOKIE}={secret}"),
        format!("{COOKIE}={other}"),
        format!("{COOKIE}={}", secret.to_uppercase()),
        format!("{COOKIE}="),
        format!("__Host-{COOKIE}={secret}"),
        format!("roster_session_other={secret}"),
        String::new(),
    ] {
        assert_eq!(get(&cookie).await, 401, "{cookie}");
    }
    // A page that sent such a browser away would have it back at once.
    let confused = format!("{COOKIE}={secret}; {COOKIE}={other}");
    house.trust(|wish| wish.enforce_sso = Some(true)).await;
    let headers: [(&str, &[u8]); 1] = [("cookie", confused.as_bytes())];
    let page = house.send("GET", "/t/default/", &headers, "").await;
    page.is_page(200);
    assert!(page.text.contains("more than one session"), "{page:?}");
}

#[tokio::test]
async fn a_session_belongs_to_its_tenant() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    house.foreign_token().await;
    let browser = house.signed_in().await;
    let secret = browser.cookies()[COOKIE].clone();
    let cookie = format!("roster_session_other={secret}");
    let headers: [(&str, &[u8]); 1] = [("cookie", cookie.as_bytes())];
    for path in ["/t/other/session", "/t/other/api/v1/users"] {
        house.send("GET", path, &headers, "").await.is_problem(401);
    }
}

#[tokio::test]
async fn a_session_opens_the_management_api_and_never_scim() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    assert_eq!(browser.get("/api/v1/users").await.status, 200);
    browser.get("/scim/v2/Users").await.is_scim_error(401);
    // A token that is sent counts alone, also if it is a bad one.
    for token in ["Bearer nonsense", ""] {
        let headers = [("authorization", token)];
        let answer = browser.send("GET", "/api/v1/users", &headers, "").await;
        answer.is_problem(401);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    let reader = house.token_for(&[Permission::AUDIT_LOG_READ], &[]).await;
    let headers = [("x-api-key", reader.as_str())];
    let answer = browser.send("GET", "/api/v1/users", &headers, "").await;
    answer.is_problem(403);
    // And with a token, a write needs no CSRF token.
    let admin = house.token_for(&[Permission::USER_MODIFY], &[]).await;
    let headers = [
        ("x-api-key", admin.as_str()),
        ("content-type", "application/json"),
    ];
    let path = format!("/api/v1/users/{}", house.user);
    let answer = browser.send("PATCH", &path, &headers, "{}").await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_session_has_the_permissions_of_its_user() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.browser();
    let mut person = ada();
    person["role"] = json!("AnalystReadOnly");
    assert_eq!(browser.sign_in(&person).await.status, 303);
    let answer = browser.get("/api/v1/audit-log").await;
    answer.is_problem(403);
    assert!(answer.detail().contains("AuditLogRead"), "{answer:?}");
}

#[tokio::test]
async fn an_api_token_is_no_session() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let bearer = format!("Bearer {}", house.token);
    let headers = [("authorization", bearer.as_str())];
    let answer = browser.send("GET", "/session", &headers, "").await;
    answer.is_problem(401);
    assert!(answer.detail().contains("cookie"), "{answer:?}");
    assert!(answer.header("www-authenticate").starts_with("Cookie"));
}

#[tokio::test]
async fn a_token_of_a_session_is_checked_with_the_published_keys() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let csrf = browser.csrf().await;
    let headers = [("x-csrf-token", csrf.as_str())];
    let answer = browser.send("POST", "/session/token", &headers, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["tokenType"], "Bearer");
    let token = body["token"].as_str().unwrap();
    let part = |index: usize| -> Value {
        use base64::Engine as _;
        let part = token.split('.').nth(index).unwrap();
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part);
        serde_json::from_slice(&text.unwrap()).unwrap()
    };
    let claims = part(1);
    assert_eq!(claims["sub"], house.user.as_str());
    assert_eq!(claims["aud"], "http://localhost:8080/t/default");

    let keys = house.send("GET", "/.well-known/jwks.json", &[], "").await;
    assert_eq!(keys.status, 200);
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    assert_eq!(keys.header("cache-control"), "public, max-age=300");
    let keys = keys.json();
    let key = &keys["keys"][0];
    assert_eq!(key["kid"], part(0)["kid"]);
    assert!(key.get("d").is_none(), "a private key: {key}");
}

#[tokio::test]
async fn a_session_ends_by_signing_out_here_or_everywhere() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let (one, two, three) = (
        house.signed_in().await,
        house.signed_in().await,
        house.signed_in().await,
    );
    let csrf = one.csrf().await;
    let kept = one.cookies();
    let answer = one
        .send("DELETE", "/session", &[("x-csrf-token", &csrf)], "")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let logout = answer.json()["logoutUrl"].as_str().unwrap().to_owned();
    assert!(
        logout.starts_with("https://idp.example.com/slo?"),
        "{logout}"
    );
    assert_eq!(
        answer.header("set-cookie"),
        "roster_session_default=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    );
    one.edit(|cookies| *cookies = kept);
    one.get("/session").await.is_problem(401);
    assert_eq!(two.get("/session").await.status, 200);

    let csrf = two.csrf().await;
    let path = "/session?everywhere=true";
    let answer = two
        .send("DELETE", path, &[("x-csrf-token", &csrf)], "")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    three.get("/session").await.is_problem(401);
    three.get("/api/v1/users").await.is_problem(401);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    house.world.pass(Duration::hours(7));
    assert_eq!(browser.get("/session").await.status, 200);
    house.world.pass(Duration::hours(9));
    browser.get("/session").await.is_problem(401);
    let page = browser.get("/").await;
    page.is_page(200);
    assert!(page.text.contains("Login with SSO"), "{page:?}");
}

#[tokio::test]
async fn paths_and_methods_of_the_session_api_are_answered_as_elsewhere() {
    let house = House::new().await;
    house.trust(|_| {}).await;
    let browser = house.signed_in().await;
    let csrf = browser.csrf().await;
    let headers = [("x-csrf-token", csrf.as_str())];
    let answer = browser.send("PUT", "/session", &headers, "").await;
    answer.is_problem(405);
    assert_eq!(answer.header("allow"), "DELETE, GET, HEAD");
    browser.get("/session/nothing").await.is_problem(404);
    assert_eq!(browser.send("HEAD", "/session", &[], "").await.status, 200);
    let path = "/session?everywhere=perhaps";
    let answer = browser.send("DELETE", path, &headers, "").await;
    answer.is_problem(400);
    assert!(answer.detail().contains("everywhere"), "{answer:?}");
    assert_eq!(browser.get("/session").await.status, 200);
}
