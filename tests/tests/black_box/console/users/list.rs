//! The list: searched by any part of what people are called, filtered by status and role, and paged
//! through in the order of creation with no one missing.

use std::thread;

use roster_tests::Backend;
use roster_tests::console::{Console, Page};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::people::{Company, text};

/// The users on a page, by their ids.
fn shown(page: &Page) -> Vec<String> {
    let links = page.attributes("tbody th a", "href");
    let id = |link: &String| link.rsplit('/').next().unwrap().to_owned();
    links.iter().map(id).collect()
}

/// Sends the search form.
async fn search(console: &Console, fields: &[(&str, &str)]) -> Page {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    // As a browser does, with all fields.
    for name in ["search", "status", "role"] {
        let value = fields.iter().find(|(field, _)| *field == name);
        query.append_pair(name, value.map_or("", |(_, value)| value));
    }
    console.open(&format!("/users?{}", query.finish())).await
}

/// Makes users of the role Analyst, as many as fill two pages and some.
fn crowd(tenant: &Tenant) {
    thread::scope(|scope| {
        for worker in 0..3 {
            scope.spawn(move || {
                for number in 0..35 {
                    let name = format!("user-{worker}-{number}@example.com");
                    let _ = tenant.user_of(&name, &name, "Analyst");
                }
            });
        }
    });
}

/// A moment of the management API.
fn moment(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(&text(value), &Rfc3339).unwrap()
}

on_both_stores! {
    async fn people_are_found_by_any_part_of_what_they_are_called(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let ada = tenant.user("ada", "Analyst");
        let okta = tenant.user_of("00u%_grace", "Grace.Hopper@navy.example", "Analyst");
        let greek = tenant.user_of("οδυσσευς", "o@example.com", "Analyst");
        let console = company.operator().await;
        for (text, expected) in [
            ("", vec![&ada, &okta, &greek]),
            ("ADA", vec![&ada]),
            ("byron", vec![&ada, &okta, &greek]),
            ("hopper@NAVY", vec![&okta]),
            ("  grace  ", vec![&okta]),
            ("00u%_", vec![&okta]),
            ("%", vec![&okta]),
            ("_", vec![&okta]),
            ("ΟΔΥΣΣΕΥΣ", vec![&greek]),
            ("example.com", vec![&ada, &greek]),
            ("hedy", vec![]),
            ("' OR 1=1 --", vec![]),
        ] {
            let page = search(&console, &[("search", text)]).await.is_fine();
            assert_eq!(shown(&page).iter().collect::<Vec<_>>(), expected, "{text}");
            assert_eq!(page.attributes("#search", "value"), [text.trim()], "what was typed is kept");
            assert_eq!(page.says("Nobody matches."), expected.is_empty(), "{text}");
        }
    }

    async fn they_are_filtered_by_status_and_role(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        let [ada, grace, hedy] = [("ada", "Analyst"), ("grace", "Analyst"), ("hedy", "Admin")].map(|(name, role)| tenant.user(name, role));
        tenant.scim().put(&format!("/Users/{grace}"), &json!({ "active": false })).await.scim(200);
        tenant.scim().put(&format!("/Users/{ada}"), &json!({ "pantherRole": "Admin" })).await.scim(200);
        let console = company.operator().await;
        let (analyst, admin) = (company.role_id("Analyst").await, company.role_id("Admin").await);
        let reader = company.role_id("AnalystReadOnly").await;
        for (fields, expected) in [
            (vec![("status", "active")], vec![&ada, &hedy]),
            (vec![("status", "deactivated")], vec![&grace]),
            (vec![("role", analyst.as_str())], vec![&ada, &grace]),
            // Whoever waits for it counts too.
            (vec![("role", admin.as_str())], vec![&ada, &hedy]),
            (vec![("role", reader.as_str())], vec![]),
            (vec![("role", analyst.as_str()), ("status", "active")], vec![&ada]),
            (vec![("role", admin.as_str()), ("search", "hed"), ("status", "active")], vec![&hedy]),
            (vec![("role", admin.as_str()), ("search", "grace")], vec![]),
        ] {
            let page = search(&console, &fields).await.is_fine();
            assert_eq!(shown(&page).iter().collect::<Vec<_>>(), expected, "{fields:?}");
        }
        let all = search(&console, &[]).await.is_fine().saying("3 users");
        let rows = all.all("tbody tr");
        assert!(rows[0].contains("Analyst → Admin at next sign-in") && rows[0].contains("active"), "{rows:?}");
        assert!(rows[1].ends_with("UTC") && rows[1].contains("deactivated"), "{rows:?}");
        // The list of roles leads to the same people.
        let roles = console.open("/roles").await.is_fine();
        let page = console.visit(&roles.link("1 user, 1 waiting for it")).await.is_fine();
        assert_eq!(shown(&page), [ada, hedy]);
    }

    async fn pages_lead_forth_and_back_with_no_one_missing(backend: Backend) {
        let company = Company::new(backend).await;
        let tenant = &company.tenant;
        crowd(tenant);
        let hedy = tenant.user("hedy", "Admin");
        let list = tenant.api().query("/users", &[("limit", "200")]).await.api(200);
        let users = list["items"].as_array().unwrap();
        assert!(users.is_sorted_by_key(|user| moment(&user["createdAt"])), "in the order of creation");
        let mut expected: Vec<String> = users.iter().map(|user| text(&user["id"])).collect();
        assert_eq!((expected.len(), expected.last()), (106, Some(&hedy)));

        let console = company.operator().await;
        let analyst = company.role_id("Analyst").await;
        for fields in [vec![], vec![("role", analyst.as_str()), ("status", "active"), ("search", "user-")]] {
            let mut page = search(&console, &fields).await.is_fine();
            assert_eq!(page.says("106 users"), fields.is_empty(), "{}", page.text());
            let mut forth = vec![shown(&page)];
            while page.offers("Next →") {
                page = console.visit(&page.link("Next →")).await.is_fine();
                forth.push(shown(&page));
            }
            assert_eq!(forth.concat(), expected, "{fields:?}");
            assert_eq!(forth.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, expected.len() - 100]);
            let mut back = vec![shown(&page)];
            while page.offers("← Previous") {
                page = console.visit(&page.link("← Previous")).await.is_fine();
                back.insert(0, shown(&page));
            }
            assert_eq!(back, forth, "{fields:?}");
            // Narrowed down, she is not among them.
            let _ = expected.pop();
        }
    }
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused_beside_its_field() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    let _ = company.tenant.user("ada", "Analyst");
    for (field, value, says) in [
        ("search", "a\u{0}b", "control character"),
        ("search", &"x".repeat(257), "longer than 256 characters"),
        ("status", "asleep", "not one of those offered"),
        ("role", "Analyst", "does not exist any more"),
        (
            "role",
            "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
            "does not exist any more",
        ),
    ] {
        let page = search(&console, &[(field, value)]).await.is(422);
        let problem = page.problem(field).unwrap_or_default();
        assert!(problem.contains(says), "{field}: {problem}");
        assert_eq!(shown(&page), [""; 0], "nobody is shown as if they matched");
    }
    // A place in the list that there is not is the first page.
    for place in [
        "?after=nonsense",
        "?before=1_x",
        "?after=%00",
        "?after=-377000000000000000_0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
    ] {
        let page = console.open(&format!("/users{place}")).await.is_fine();
        assert_eq!(shown(&page).len(), 1, "{place}");
    }
}

#[tokio::test]
async fn an_empty_list_says_how_users_come_to_be() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let page = search(&console, &[]).await.is_fine();
    let page = page.saying("There are no users yet.");
    let _ = console
        .visit(&page.link("Set up single sign-on"))
        .await
        .is_fine();
}
