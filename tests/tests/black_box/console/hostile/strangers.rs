//! Whoever is not signed in is sent to sign in, and back to where they wanted to be.

use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::console::{Console, Page};
use roster_tests::idp::{Person, Shape};
use roster_tests::on_both_stores;
use serde_json::json;

use super::super::people::Company;

/// Where a stranger is sent who asks for that page.
async fn sent_to(browser: &Browser, path: &str) -> String {
    let answer = browser.get(&format!("/console{path}")).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    answer.header("location").unwrap().to_owned()
}

on_both_stores! {
    async fn a_sign_in_leads_back_to_the_page_that_was_wanted(backend: Backend) {
        let company = Company::new(backend).await;
        let slug = &company.tenant.slug;
        for wanted in ["/users?search=%22%26x&status=active", "/settings/identity", "/nothing", "", "/users?return_to=https%3A%2F%2Fevil.example"] {
            let stranger = Browser::new(&company.tenant);
            let location = sent_to(&stranger, wanted).await;
            assert!(location.starts_with(&format!("{}/?return_to=", company.tenant.public_url())), "{location}");
            let page: Page = Console::of(stranger.clone(), &company.tenant).visit(&location).await;
            let login = page.saying("You are not signed in.").link("Login with SSO");
            let away = stranger.visit(&login).await;
            let request = roster_tests::idp::AuthnRequest::of_url(away.header("location").unwrap());
            let person = Person::new("ada").role("Admin");
            let response = company.idp.respond(&request, &person, &Shape::okta());
            let landed = stranger.post_response(&response, request.relay_state.as_deref()).await.signed_in();
            let expected = format!("/t/{slug}/console{wanted}");
            assert_eq!(landed.location.strip_prefix(company.tenant.server.public_url()).unwrap_or(&landed.location), expected);
        }
    }

    async fn an_enforced_sign_in_begins_at_once(backend: Backend) {
        let company = Company::new(backend).await;
        company.tenant.set_saml(&json!({ "enforceSso": true })).await;
        let stranger = Browser::new(&company.tenant);
        let location = sent_to(&stranger, "/users").await;
        let answer = stranger.visit(&location).await;
        let login = answer.header("location").unwrap_or_default();
        assert!(login.starts_with(&format!("{}/saml/login?return_to=", company.tenant.public_url())), "{login}");
    }

    async fn what_a_stranger_sends_is_refused_with_a_page(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.tenant.user("ada", "Analyst");
        let stranger = Browser::new(&company.tenant);
        for path in ["/roles/new", "/nothing", "/users", &format!("/users/{id}/deactivate")] {
            let answer = stranger.post_form(&format!("/console{path}"), &[("name", "Forged")], From::SameSite).await;
            assert_eq!(answer.status, 401, "{path}");
            let page = answer.text();
            assert!(page.contains("Please sign in again") && page.contains("Sign in again"), "{page}");
        }
        assert_eq!(company.tenant.record(&id).await["active"], true);
        assert_eq!(company.tenant.api().get("/roles").await.api(200)["items"].as_array().unwrap().len(), 3);
    }

    async fn an_api_token_opens_no_page(backend: Backend) {
        let company = Company::new(backend).await;
        let base = format!("{}/t/{}/console", company.tenant.server.url(), company.tenant.slug);
        let client = roster_tests::client::Client::new(base).with_token(company.tenant.administrator_token());
        for path in ["/users", "/settings/identity/scim/contact"] {
            assert_eq!(client.get(path).await.status, 303, "{path}");
        }
        assert_eq!(client.post("/roles/new", &json!({})).await.status, 401);
    }

    async fn whoever_loses_the_permission_loses_the_page(backend: Backend) {
        let company = Company::new(backend).await;
        let role = company.role("Clerk", &["UserModify"]).await;
        let clerk = company.person("ada", "Clerk").await;
        let form = clerk.open("/roles/new").await.is_fine().form("/roles/new").set("name", "Late");
        let path = format!("/roles/{role}");
        company.tenant.api().patch(&path, &json!({ "permissions": ["UserRead"] })).await.api(200);
        let _ = form.send(&clerk).await.is(403).saying("\"Manage Users\" (UserModify), which your role does not have");
        let menu = clerk.open("/users").await.is_fine();
        assert_eq!(menu.all("details.menu li a"), ["Users", "Roles", "API documentation"]);
        company.tenant.api().patch(&path, &json!({ "permissions": [] })).await.api(200);
        let _ = clerk.open("/users").await.is(403);
        // The start of the console is then the tenant's own page.
        let home = clerk.open("").await.is_fine().saying("You are signed in");
        assert_eq!(home.all("details.menu li a"), ["API documentation"]);
    }
}
