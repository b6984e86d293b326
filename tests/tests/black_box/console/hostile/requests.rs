//! What is no form, no page, or no method of one, is answered with a page that says so.

use reqwest::Method;
use roster_tests::Backend;
use roster_tests::browser::FORM;
use roster_tests::browser::cookies::From;
use roster_tests::client::Answer;
use roster_tests::console::Console;
use roster_tests::tenant::Tenant;
use serde_json::Value;

use super::state;

/// Asserts a page of that status that nothing can be done with but to read it.
#[track_caller]
fn assert_page(answer: &Answer, status: u16, says: &str) {
    let page = answer.text();
    assert_eq!(answer.status, status, "{page}");
    let header = |name| answer.header(name).unwrap_or_default();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page.contains(says), "{says:?}: {page}");
}

#[tokio::test]
async fn a_form_that_is_none_is_refused_and_changes_nothing() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let csrf = console.browser.csrf().await;
    let before = state(&tenant.api()).await;
    let form = format!("csrf_token={csrf}&name=Role");
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let upload = format!(
        "{}{}--x--\r\n",
        part("csrf_token", &csrf),
        part("name", "Role")
    );
    let twice = format!("{}{upload}", part("name", "Role"));
    let multipart = "multipart/form-data; boundary=x";
    for (media_type, body, status, says) in [
        (FORM, format!("{form}&name=Other"), 400, "has a field twice"),
        (
            FORM,
            format!("{form}&csrf_token={csrf}"),
            400,
            "has a field twice",
        ),
        (
            FORM,
            format!("{form}&x={}", "x".repeat(1 << 20)),
            413,
            "larger than 1 MiB",
        ),
        (FORM, "x".repeat(3 << 20), 413, "larger than 1 MiB"),
        (
            FORM,
            String::new(),
            403,
            "not opened in your present session",
        ),
        (
            "application/json",
            format!("{{\"csrf_token\":{csrf:?},\"name\":\"Role\"}}"),
            415,
            "takes forms only",
        ),
        ("text/plain", form.clone(), 415, "takes forms only"),
        (
            "application/x-www-form-urlencoded2",
            form.clone(),
            415,
            "takes forms only",
        ),
        ("", form.clone(), 415, "takes forms only"),
        (multipart, twice, 400, "has a field twice"),
        (
            multipart,
            upload[..upload.len() - 8].to_owned(),
            400,
            "be read as text",
        ),
        (multipart, form.clone(), 400, "be read as text"),
        (
            "multipart/form-data",
            upload.clone(),
            400,
            "be read as text",
        ),
        (
            multipart,
            format!("{}{upload}", part("x", &"x".repeat(2 << 20))),
            413,
            "larger than 1 MiB",
        ),
    ] {
        for path in ["/console/roles/new", "/console/settings/identity/scim"] {
            let body = body.clone().into_bytes();
            let answer = console
                .browser
                .post_body(path, media_type, body, From::SameSite)
                .await;
            assert_page(&answer, status, says);
        }
    }
    assert_eq!(state(&tenant.api()).await, before);
    // Both kinds of form are forms.
    for (media_type, body) in [(FORM, form), (multipart, upload.replace("Role", "Other"))] {
        let path = "/console/roles/new";
        let answer = console
            .browser
            .post_body(path, media_type, body.into_bytes(), From::SameSite)
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_no_form() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let csrf = console.browser.csrf().await;
    let before = state(&tenant.api()).await;
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; name=\"metadata_file\"; filename=\"m.xml\"\r\n\r\n"
    )
    .into_bytes();
    body.extend([0xff, 0xfe, 0x00, 0x3c]);
    body.extend(b"\r\n--x--\r\n");
    let path = "/console/settings/identity/metadata";
    let media_type = "multipart/form-data; boundary=x";
    let answer = console
        .browser
        .post_body(path, media_type, body, From::SameSite)
        .await;
    assert_page(&answer, 400, "Choose another file");
    assert_eq!(state(&tenant.api()).await, before);
}

#[tokio::test]
async fn what_is_no_page_is_not_found() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    for path in [
        "/nothing",
        "/Users",
        "/users/new/x",
        "/users.json",
        "/settings/Identity",
        "/settings/identity/nothing",
        "/settings/identity/scim/contact/x",
        "/roles/new/delete/x",
        "/audit-log/export",
        "/%2e%2e%2fusers",
        "/users%2f",
        "/%00",
        &format!("/{}", "a/".repeat(500)),
    ] {
        let page = console.open(path).await.is(404);
        let _ = page
            .saying("There is nothing here")
            .saying("To the start page");
        let page = console.post(path, &[]).await.is(404);
        let _ = page.saying("There is no page at this address.");
    }
    // The way back is there.
    let lost = console.open("/nothing").await;
    let home = console.visit(&lost.link("To the start page")).await;
    let _ = home.is_fine().saying("Break-glass session");
}

#[tokio::test]
async fn what_is_no_method_of_a_page_says_which_are() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let id = tenant.user("ada", "Analyst");
    let before = state(&tenant.api()).await;
    let user = format!("/users/{id}");
    let end = format!("/users/{id}/sessions/end");
    for (methods, path, allowed) in [
        (
            &[Method::PUT, Method::DELETE, Method::PATCH][..],
            "/users",
            "GET, HEAD",
        ),
        (
            &[Method::PUT, Method::DELETE, Method::OPTIONS],
            &user,
            "GET, HEAD, POST",
        ),
        (
            &[Method::DELETE, Method::PATCH],
            "/api-tokens/new",
            "GET, HEAD, POST",
        ),
        (
            &[Method::GET, Method::PUT],
            "/settings/identity/saml",
            "POST",
        ),
        (&[Method::GET, Method::DELETE], &end, "POST"),
    ] {
        for method in methods {
            let path = format!("/console{path}");
            let answer = console
                .browser
                .write(method.clone(), &path, &Value::Null)
                .await;
            assert_page(&answer, 405, "be used that way");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    }
    for path in ["/users", "/audit-log", "/settings/identity"] {
        let page = console.post(path, &[]).await.is(405);
        let _ = page.saying("Open it from the menu, and use its buttons.");
    }
    let answer = console
        .browser
        .write(Method::HEAD, "/console/users", &Value::Null)
        .await;
    assert_eq!((answer.status, answer.text()), (200, String::new()));
    assert_eq!(state(&tenant.api()).await, before);
}

#[tokio::test]
async fn a_link_can_put_nobody_s_words_on_a_page() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let notice = ".notice.success";
    for (done, says) in [
        ("saved", &["Saved."][..]),
        ("role-deleted", &["The role is deleted."]),
        ("Saved", &[]),
        ("saved%20", &[]),
        ("Your%20account%20is%20locked:%20call%20555", &[]),
        ("%3Cx-mark%3E", &[]),
        ("", &[]),
        ("nothing&done=saved", &[]),
    ] {
        for path in ["/users", "/roles", "/api-tokens", "/settings/identity"] {
            let page = console.open(&format!("{path}?done={done}")).await.is_fine();
            assert_eq!(page.all(notice), says, "{path}?done={done}");
            assert!(
                !page.says("555") && !page.html.contains("x-mark"),
                "{}",
                page.text()
            );
        }
    }
}
