//! Forms that no page of this session has shown: without its token, with a wrong one, with that of
//! another session, or from another site. They are refused with a page, and change nothing.

use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::console::Console;
use roster_tests::on_both_stores;

use super::super::people::Company;
use super::state;

/// One form of each kind.
struct Forms {
    paths: Vec<(String, Vec<(&'static str, &'static str)>)>,
}

impl Forms {
    async fn new(company: &Company) -> Self {
        let user = company.tenant.user("grace", "Analyst");
        let role = company.role("Responder", &[]).await;
        let (token, _) = company.token("okta", &["UserModify"]).await;
        let name = vec![("name", "Forged")];
        let paths = vec![
            ("/roles/new".to_owned(), name.clone()),
            (format!("/roles/{role}"), name.clone()),
            (format!("/roles/{role}/delete"), vec![]),
            ("/api-tokens/new".to_owned(), name.clone()),
            (format!("/api-tokens/{token}"), name),
            (
                format!("/api-tokens/{token}/rotate"),
                vec![("overlap", "0")],
            ),
            (format!("/api-tokens/{token}/revoke"), vec![]),
            (
                format!("/users/{user}"),
                vec![
                    ("email", "forged@example.com"),
                    ("user_name", "forged"),
                    ("role", "Admin"),
                ],
            ),
            (format!("/users/{user}/deactivate"), vec![]),
            (format!("/users/{user}/sessions/end"), vec![]),
            (format!("/users/{user}/unbind"), vec![]),
            (
                "/settings/identity/scim".to_owned(),
                vec![("scim_role_attribute", "forged")],
            ),
            (
                "/settings/identity/default-role".to_owned(),
                vec![("role", "Admin")],
            ),
            ("/settings/identity/provider/remove".to_owned(), vec![]),
        ];
        Self { paths }
    }

    /// Sends each with that token, if any, from somewhere, and asserts its refusal.
    async fn are_refused(
        &self,
        browser: &Browser,
        csrf: Option<&str>,
        from: From,
        status: u16,
        says: &str,
    ) {
        for (path, fields) in &self.paths {
            let mut fields = fields.clone();
            fields.extend(csrf.map(|csrf| ("csrf_token", csrf)));
            let answer = browser
                .post_form(&format!("/console{path}"), &fields, from)
                .await;
            let page = answer.text();
            assert_eq!(answer.status, status, "{path} {csrf:?}: {page}");
            assert!(page.contains(says), "{path} {csrf:?}: {page}");
            assert!(
                answer
                    .header("content-type")
                    .is_some_and(|media| media.starts_with("text/html"))
            );
        }
    }
}

on_both_stores! {
    async fn a_form_needs_the_token_of_its_own_session(backend: Backend) {
        let company = Company::new(backend).await;
        let forms = Forms::new(&company).await;
        let console = company.person("ada", "Admin").await;
        let (own, before) = (console.browser.csrf().await, state(&company.tenant.api()).await);
        let elsewhere = company.person("ada", "Admin").await.browser.csrf().await;
        let operators = company.operator().await.browser.csrf().await;
        let wrong = ["".to_owned(), "x".to_owned(), elsewhere, operators, own[1..].to_owned(), format!("{own}0"), format!(" {own}")];
        assert!(!wrong.contains(&own));
        for token in [None].into_iter().chain(wrong.iter().map(|token| Some(token.as_str()))) {
            forms.are_refused(&console.browser, token, From::SameSite, 403, "not opened in your present session").await;
        }
        // The header that programs send is not what a form has.
        let answer = console.browser.post_form_with("/console/roles/new", &[("name", "Forged")], &own).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert_eq!(state(&company.tenant.api()).await, before);
        assert!(console.browser.is_signed_in().await);
        assert_eq!(console.post("/roles/new", &[("name", "Meant")]).await.status, 303);
    }

    async fn what_was_typed_before_signing_in_again_can_be_sent_after_it(backend: Backend) {
        let company = Company::new(backend).await;
        let before = company.operator().await;
        let old = before.browser.csrf().await;
        let console = company.operator().await;
        let name = "Night <watch> \"é\"";
        let fields = [("name", name), ("permission.AlertRead", "on"), ("csrf_token", old.as_str())];
        let page = console.post_as_is("/console/roles/new", &fields).await.is(403);
        assert!(!page.html.contains(&old), "the old token is no use");
        let sent = page.form("/roles/new").send(&console).await.is_fine();
        assert_eq!(sent.saying("The role is created.").all("h1"), [name]);
    }

    async fn a_page_of_another_site_changes_nothing_even_with_the_token(backend: Backend) {
        let company = Company::new(backend).await;
        let forms = Forms::new(&company).await;
        let console = company.operator().await;
        let (csrf, before) = (console.browser.csrf().await, state(&company.tenant.api()).await);
        // Browsers keep the cookie back (SameSite=Lax); one that doesn't says where it comes from.
        forms.are_refused(&console.browser, Some(&csrf), From::ForeignForm, 401, "Your session is over").await;
        forms.are_refused(&console.browser, Some(&csrf), From::ForeignLink, 403, "from a page of another site").await;
        assert_eq!(state(&company.tenant.api()).await, before);
        assert!(console.browser.is_signed_in().await);
    }

    async fn a_session_that_is_over_changes_nothing(backend: Backend) {
        let company = Company::new(backend).await;
        let forms = Forms::new(&company).await;
        let console = company.operator().await;
        let csrf = console.browser.csrf().await;
        let kept = Console::of(console.browser.clone(), &company.tenant);
        console.browser.sign_out().await.api(200);
        let before = state(&company.tenant.api()).await;
        forms.are_refused(&kept.browser, Some(&csrf), From::SameSite, 401, "To keep what you have typed, leave this page open").await;
        assert_eq!(state(&company.tenant.api()).await, before);
    }
}
