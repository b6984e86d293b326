//! Texts that would be markup, turn lines around, or fill a page: shown as text, or refused beside
//! the field with what was typed still there.

use roster_tests::Backend;
use roster_tests::console::{Console, Form, Page};
use roster_tests::on_both_stores;

use super::super::people::{Company, user_id};
use super::{form, state};

/// Each would leave an element or an attribute called `x-mark` where it is not escaped.
const MARKUP: [&str; 6] = [
    "\"><x-mark>\" x-mark=\"1",
    "' x-mark='1' <x-mark>&amp;&lt;",
    "</textarea></select></title><x-mark>",
    "<script>x-mark</script><x-mark/>",
    "]]><!-- <x-mark> --> \\\" ${7*7} {{7*7}}",
    "\u{202e}nimda\u{2066} <x-mark> مريم\u{200f}",
];

/// Every field into which people type: page, path of the form, field.
fn fields(user: &str, role: &str, token: &str) -> Vec<(String, String, &'static str)> {
    let (user, role) = (format!("/users/{user}"), format!("/roles/{role}"));
    let token = format!("/api-tokens/{token}");
    let identity = "/settings/identity";
    let mut fields = Vec::new();
    let mut add = |page: &str, path: &str, names: &[&'static str]| {
        let field = |name: &&'static str| (page.to_owned(), path.to_owned(), *name);
        fields.extend(names.iter().map(field));
    };
    add(
        &user,
        &user,
        &["given_name", "family_name", "user_name", "email", "role"],
    );
    for role in ["/roles/new", &role] {
        add(role, role, &["name", "other_permissions"]);
    }
    for token in ["/api-tokens/new", &token] {
        let names = ["name", "networks", "other_permissions", "expires"];
        add(token, token, &names);
    }
    let rotate = format!("{token}/rotate");
    add(&rotate, &rotate, &["overlap"]);
    add(
        identity,
        "/settings/identity/saml",
        &[
            "email_attribute",
            "first_name_attribute",
            "last_name_attribute",
            "role_attribute",
            "return_urls",
        ],
    );
    add(identity, "/settings/identity/metadata", &["metadata_url"]);
    add(
        identity,
        "/settings/identity/scim",
        &["scim_role_attribute"],
    );
    add(identity, "/settings/identity/default-role", &["role"]);
    add(
        identity,
        "/settings/identity/keys",
        &["signing_certificate", "decryption_certificate"],
    );
    fields
}

/// Asserts that a page has no element and no attribute that a text has smuggled in.
#[track_caller]
fn assert_text_only(page: &Page) {
    let smuggled = page.all("x-mark, [x-mark], main script");
    assert!(smuggled.is_empty(), "{}: {smuggled:?}", page.address);
}

/// Asserts that a page refuses a field, and keeps what was typed. Keys are told to the key's field.
#[track_caller]
fn assert_refused(page: &Page, path: &str, field: &str, value: &str) -> String {
    let beside = field.replace("_certificate", "_key");
    let problem = page.problem(&beside);
    let problem = problem.unwrap_or_else(|| panic!("{path} {field}: {}", page.text()));
    let form: Form = page.form(path);
    assert_eq!(form.value(field), Some(value), "{path} {field}: kept");
    problem
}

/// A user, a role and a token, to be called what they are not.
async fn things(company: &Company) -> (String, String, String) {
    let user = company.tenant.user("grace", "Analyst");
    let role = company.role("Responder", &[]).await;
    let (token, _) = company.token("robot", &["UserRead"]).await;
    (user, role, token)
}

on_both_stores! {
    async fn a_control_character_is_refused_and_kept(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let (user, role, token) = things(&company).await;
        let before = state(&company.tenant.api()).await;
        for text in ["a\u{7}b@example.com", "a\u{1b}[31mb@example.com", "a\u{2028}b@example.com", "a\u{feff}b@example.com"] {
            for (page, path, field) in fields(&user, &role, &token) {
                let answer = form(&console, &page, &path).await.set(field, text).send(&console).await.is(422);
                let _ = assert_refused(&answer, &path, field, text);
            }
        }
        // No page can show a NUL, so what comes back is another text.
        for (page, path, field) in fields(&user, &role, &token) {
            let answer = form(&console, &page, &path).await.set(field, "a\0b@example.com").send(&console).await.is(422);
            assert!(answer.problem(&field.replace("_certificate", "_key")).is_some(), "{path} {field}: {}", answer.text());
        }
        for (page, field) in [("/users", "search"), ("/audit-log", "actor"), ("/audit-log", "target")] {
            for text in ["%00", "%07x", "%FF%FE"] {
                let answer = console.open(&format!("{page}?{field}={text}")).await;
                assert!([200, 422].contains(&answer.status), "{page} {field} {text}: {}", answer.text());
            }
        }
        assert_eq!(state(&company.tenant.api()).await, before);
    }
}

#[tokio::test]
async fn markup_is_text_in_every_form() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    let (user, role, token) = things(&company).await;
    let places = [
        "/users",
        "/roles",
        "/api-tokens",
        "/audit-log",
        "/settings/identity",
        "/api-tokens/new",
        "/roles/new",
    ];
    for text in MARKUP {
        let (mut taken, mut refused) = (0, 0);
        for (page, path, field) in fields(&user, &role, &token) {
            let answer = form(&console, &page, &path)
                .await
                .set(field, text)
                .send(&console)
                .await;
            assert_text_only(&answer);
            match answer.status {
                200 => taken += 1,
                _ => {
                    let answer = answer.is(422);
                    let _ = assert_refused(&answer, &path, field, text);
                    refused += 1;
                }
            }
        }
        assert!(
            taken > 3 && refused > 6,
            "{text}: {taken} taken, {refused} refused"
        );
        let of = [
            format!("/users/{user}"),
            format!("/roles/{role}"),
            format!("/api-tokens/{token}"),
            format!("/users/{user}/deactivate"),
            format!("/roles/{role}/delete"),
            format!("/api-tokens/{token}/revoke"),
        ];
        for place in places.iter().map(ToString::to_string).chain(of) {
            assert_text_only(&console.open(&place).await.is_fine());
        }
        let shown = console.open("/users").await.is_fine().all("tbody th bdi");
        assert_eq!(
            shown,
            [format!("{text} {text}")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")]
        );
        let _ = console
            .open(&format!("/users/{user}"))
            .await
            .is_fine()
            .saying(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

#[tokio::test]
async fn a_text_without_end_is_refused_and_kept() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    let (user, role, token) = things(&company).await;
    let before = state(&company.tenant.api()).await;
    let long = "x".repeat(10_000);
    for (page, path, field) in fields(&user, &role, &token) {
        let answer = form(&console, &page, &path)
            .await
            .set(field, &long)
            .send(&console)
            .await
            .is(422);
        let problem = assert_refused(&answer, &path, field, &long);
        assert!(problem.len() < 1_000, "{path} {field}: {problem}");
    }
    for (page, field) in [
        ("/users", "search"),
        ("/audit-log", "actor"),
        ("/audit-log", "target"),
    ] {
        let answer = console
            .open(&format!("{page}?{field}={long}"))
            .await
            .is(422);
        assert!(answer.problem(field).is_some(), "{}", answer.text());
        assert_eq!(
            answer.attributes(&format!("#{field}"), "value"),
            [long.as_str()]
        );
    }
    assert_eq!(state(&company.tenant.api()).await, before);
    // What just fits is taken.
    let fits = "ü".repeat(256);
    let path = format!("/users/{user}");
    let saved = form(&console, &path, &path)
        .await
        .set("given_name", &fits)
        .send(&console)
        .await;
    assert_eq!(saved.is_fine().all("h1"), [format!("{fits} Byron")]);
}

#[tokio::test]
async fn a_box_that_is_no_permission_is_refused() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    for name in ["permission.\"><x-mark>", "permission.", "permission.user"] {
        for path in ["/roles/new", "/api-tokens/new"] {
            let fields = [("name", "new"), (name, "on")];
            let page = console.post(path, &fields).await.is(422);
            assert!(page.problem("other_permissions").is_some(), "{name}");
            assert_text_only(&page);
        }
    }
}

#[tokio::test]
async fn whoever_is_called_so_sees_it_in_their_own_menu_as_text() {
    let company = Company::new(Backend::Sqlite).await;
    for (number, text) in MARKUP.iter().enumerate() {
        let name = format!("person-{number}");
        let person = roster_tests::idp::Person::new(&name).names(*text, *text);
        let person = person.role("Admin");
        let console = Console::person(&company.tenant, &company.idp, &person).await;
        let id = user_id(&console).await;
        for path in ["/users".to_owned(), format!("/users/{id}")] {
            let page = console.open(&path).await.is_fine();
            assert_text_only(&page);
            let shown = page.all("p.menu-who bdi").concat();
            assert!(shown.contains("x-mark"), "{shown}");
        }
    }
}
