//! The Audit Log: each filter by itself and together with others, page by page, with what was before
//! and after, and the export of the very records that are shown.

use roster_tests::Backend;
use roster_tests::client::Client;
use roster_tests::console::{Console, Page};
use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use serde_json::{Value, json};
use time::{Date, Duration, OffsetDateTime};

use super::people::{Company, text, user_id};

/// The ids of the records on a page.
fn ids(page: &Page) -> Vec<String> {
    page.all("li.record details.more dd:nth-of-type(1) code")
}

async fn filtered(console: &Console, fields: &[(&str, &str)]) -> Page {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    // As a browser does, with all fields.
    for name in ["action", "result", "by", "actor", "target", "from", "to"] {
        let value = fields.iter().find(|(field, _)| *field == name);
        query.append_pair(name, value.map_or("", |(_, value)| value));
    }
    console
        .open(&format!("/audit-log?{}", query.finish()))
        .await
}

/// The records that the management API lists.
async fn listed(company: &Company, parameters: &[(&str, &str)]) -> Vec<Value> {
    let parameters = [parameters, &[("limit", "200")]].concat();
    let api = company.tenant.api();
    let page = api.query("/audit-log", &parameters).await.api(200);
    page["items"].as_array().unwrap().clone()
}

/// Somebody of each kind who has done something, to somebody.
struct Past {
    company: Company,
    console: Console,
    ada: String,
    grace: String,
    robot: String,
}

impl Past {
    async fn new(backend: Backend) -> Self {
        let company = Company::new(backend).await;
        let ada = Person::new("ada").name_id("ada-of-okta").role("Admin");
        let admin = Console::person(&company.tenant, &company.idp, &ada).await;
        let grace = company.tenant.user("grace", "Analyst");
        let path = format!("/users/{grace}");
        let form = admin.open(&path).await.is_fine().form(&path);
        let _ = form
            .set("family_name", "Hopper")
            .send(&admin)
            .await
            .is_fine();
        let (robot, value) = company.token("robot", &["UserModify"]).await;
        let scim = Client::new(company.tenant.scim_url()).with_token(&value);
        let path = format!("/Users/{grace}");
        scim.put(&path, &json!({ "active": false })).await.scim(200);
        let unknown = json!({ "pantherRole": "Nobody's" });
        scim.put(&path, &unknown)
            .await
            .scim_error(400, Some("invalidValue"));
        let ada = user_id(&admin).await;
        Self {
            console: company.operator().await,
            company,
            ada,
            grace,
            robot,
        }
    }
}

fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

on_both_stores! {
    async fn each_filter_finds_what_the_api_finds(backend: Backend) {
        let Past { company, console, ada, grace, robot } = Past::new(backend).await;
        let role = company.role("Responder", &[]).await;
        let first = listed(&company, &[]).await.last().unwrap()["time"].as_str().unwrap()[..10].to_owned();
        let (last, next) = (today().to_string(), (today() + Duration::days(1)).to_string());
        let before = (today() - Duration::days(2)).to_string();
        for (fields, parameters, found) in [
            (vec![("action", "UPDATE_USER")], vec![("action", "UPDATE_USER")], 3),
            (vec![("result", "FAILED")], vec![("result", "FAILED")], 1),
            (vec![("action", "UPDATE_USER"), ("result", "SUCCEEDED")], vec![("action", "UPDATE_USER"), ("result", "SUCCEEDED")], 2),
            (vec![("by", "USER")], vec![("actorType", "USER")], 2),
            (vec![("by", "TOKEN"), ("action", "UPDATE_USER")], vec![("actorType", "TOKEN"), ("action", "UPDATE_USER")], 2),
            (vec![("by", "OPERATOR"), ("target", "grace@example.com")], vec![("actorType", "OPERATOR"), ("target", &grace)], 1),
            (vec![("by", "SYSTEM"), ("action", "CREATE_USER")], vec![("actorType", "SYSTEM"), ("action", "CREATE_USER")], 1),
            (vec![("actor", "ada-of-OKTA")], vec![("actor", &ada)], 2),
            (vec![("actor", "ADA@example.com")], vec![("actor", &ada)], 2),
            (vec![("actor", " robot ")], vec![("actor", &robot)], 2),
            (vec![("actor", &robot)], vec![("actor", &robot)], 2),
            (vec![("target", "grace@example.com")], vec![("target", &grace)], 4),
            (vec![("target", &grace), ("actor", "robot"), ("result", "FAILED")], vec![("target", &grace), ("actor", &robot), ("result", "FAILED")], 1),
            (vec![("target", "robot")], vec![("target", &robot)], 1),
            (vec![("target", "RESPONDER")], vec![("target", &role)], 1),
            (vec![("from", &first), ("to", &last), ("actor", "robot")], vec![("actor", &robot)], 2),
            (vec![("from", &next)], vec![("from", "2999-01-01T00:00:00Z")], 0),
            (vec![("to", &before)], vec![("until", "2020-01-01T00:00:00Z")], 0),
        ] {
            let page = filtered(&console, &fields).await.is_fine();
            let expected: Vec<_> = listed(&company, &parameters).await.iter().map(|record| text(&record["id"])).collect();
            assert_eq!((ids(&page), expected.len()), (expected, found), "{fields:?}");
            assert_eq!(page.says("No record matches."), found == 0, "{fields:?}");
            for (field, value) in fields {
                let kept = [page.attributes(&format!("#{field} option[selected]"), "value"), page.attributes(&format!("input#{field}"), "value")].concat();
                assert_eq!(kept, [value.trim()], "{field}");
            }
        }
        // Whatever is a record's actor or target leads to what else it did, or to its page.
        let page = filtered(&console, &[("actor", "robot"), ("result", "FAILED")]).await.is_fine();
        assert_eq!(ids(&console.visit(&page.link("robot")).await.is_fine()).len(), 2);
        assert_eq!(console.visit(&page.link("grace@example.com")).await.is_fine().all("h1"), ["Grace Hopper"]);
    }

    async fn a_record_shows_what_was_before_and_after(backend: Backend) {
        let Past { company, console, .. } = Past::new(backend).await;
        let record = async |fields: &[(&str, &str)]| {
            let page = filtered(&console, fields).await.is_fine();
            (page.all("li.record").remove(0), page.all("li.record:first-child tbody tr"))
        };
        let (text, changes) = record(&[("by", "USER"), ("action", "UPDATE_USER")]).await;
        assert_eq!(changes, ["familyName Byron Hopper"]);
        for said in ["UPDATE_USER succeeded User updated.", "By user ada-of-okta , on user grace@example.com , from 127.0.0.1", "What changed", "UTC"] {
            assert!(text.contains(said), "no {said:?} in: {text}");
        }
        let (text, changes) = record(&[("by", "TOKEN"), ("result", "SUCCEEDED"), ("action", "UPDATE_USER")]).await;
        assert_eq!(changes, ["active yes no"], "{text}");
        let (text, _) = record(&[("result", "FAILED")]).await;
        assert!(text.contains("failed There is no role \"Nobody's\"."), "{text}");
        let (_, changes) = record(&[("action", "CREATE_API_TOKEN"), ("target", "robot")]).await;
        assert!(changes.contains(&"permissions – UserModify UserRead".to_owned()), "{changes:?}");
        company.tenant.api().patch("/settings", &json!({ "defaultRole": "Analyst" })).await.api(200);
        let (_, changes) = record(&[("action", "UPDATE_GENERAL_SETTINGS")]).await;
        assert_eq!(changes, ["defaultRole AnalystReadOnly Analyst"]);
    }

    async fn pages_lead_to_the_beginning(backend: Backend) {
        let company = Company::new(backend).await;
        let id = company.tenant.user("ada", "Analyst");
        let api = company.tenant.api();
        for number in 0..107 {
            api.patch(&format!("/users/{id}"), &json!({ "familyName": number.to_string() })).await.api(200);
        }
        let console = company.operator().await;
        let mut page = filtered(&console, &[("action", "UPDATE_USER"), ("target", "ada@example.com")]).await.is_fine();
        assert!(!page.offers("← Newest"));
        let (newest, mut seen) = (ids(&page), vec![ids(&page)]);
        while page.offers("Older →") {
            page = console.visit(&page.link("Older →")).await.is_fine();
            seen.push(ids(&page));
        }
        assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 7]);
        let expected = listed(&company, &[("action", "UPDATE_USER"), ("target", &id)]).await;
        assert_eq!(seen.concat(), expected.iter().map(|record| text(&record["id"])).collect::<Vec<_>>());
        assert_eq!(page.all("li.record:last-child tbody tr"), ["familyName Byron 0"]);
        assert_eq!(ids(&console.visit(&page.link("← Newest")).await.is_fine()), newest);
        let whole = console.open("/audit-log").await.is_fine();
        assert_eq!(ids(&whole).len(), 50);
        // The export has no pages.
        let export = console.browser.visit(&page.link("Export as JSON lines")).await;
        assert_eq!(export.text().lines().count(), 107);
    }

    async fn the_export_is_what_the_page_shows(backend: Backend) {
        let Past { company, console, ada, grace, robot } = Past::new(backend).await;
        let (namesake, _) = company.token("ROBOT", &["UserRead"]).await;
        let (first, last) = ((today() - Duration::days(1)).to_string(), today().to_string());
        for (fields, parameters) in [
            (vec![], vec![]),
            (vec![("actor", "ada-of-okta"), ("result", "SUCCEEDED")], vec![("actor", ada.as_str()), ("result", "SUCCEEDED")]),
            (vec![("by", "TOKEN"), ("action", "UPDATE_USER")], vec![("actorType", "TOKEN"), ("action", "UPDATE_USER")]),
            (vec![("target", "robot")], vec![("target", robot.as_str()), ("target", namesake.as_str())]),
            (vec![("target", "grace@example.com"), ("from", &first), ("to", &last)], vec![("target", grace.as_str())]),
        ] {
            let page = filtered(&console, &fields).await.is_fine();
            let answer = console.browser.visit(&page.link("Export as JSON lines")).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
            assert!(answer.header("content-disposition").is_some_and(|said| said.starts_with("attachment")));
            let exported: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let expected = listed(&company, &parameters).await;
            assert!(expected.len() > 1, "{fields:?}");
            assert_eq!(exported, expected, "{fields:?}");
            assert_eq!(ids(&page), expected.iter().map(|record| text(&record["id"])).collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn what_nobody_is_called_is_said_beside_the_field() {
    let company = Company::new(Backend::Sqlite).await;
    let console = company.operator().await;
    for (field, value, says) in [
        ("actor", "ada", "Nothing here is called \"ada\""),
        ("target", "<b>", "Nothing here is called \"<b>\""),
        ("action", "NONSENSE", "not one of those offered"),
        ("result", "MAYBE", "not one of those offered"),
        ("by", "ROBOT", "not one of those offered"),
        ("from", "yesterday", "not a day such as"),
        ("to", "2026-02-30", "not a day such as"),
    ] {
        let page = filtered(&console, &[(field, value)]).await.is(422);
        let problem = page.problem(field).unwrap_or_default();
        assert!(problem.contains(says), "{field}: {problem}");
        assert_eq!(ids(&page), [""; 0], "nothing is shown as if it matched");
        assert!(!page.offers("Export as JSON lines"));
    }
    // An id stands for itself, whether or not there is a record of it.
    let unknown = "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60";
    let page = filtered(&console, &[("target", unknown)]).await.is_fine();
    let _ = page.saying("No record matches.");
}

#[tokio::test]
async fn a_reader_of_the_log_alone_is_led_to_nothing_else() {
    let company = Company::new(Backend::Sqlite).await;
    let reader = company.person_with("reader", &["AuditLogRead"]).await;
    let _ = company.tenant.user("grace", "Analyst");
    let _ = company.token("robot", &["UserModify"]).await;
    let page = reader.open("/audit-log").await.is_fine();
    let page = page.saying("grace@example.com").saying("robot");
    let links = page.attributes("li.record a", "href");
    let elsewhere = links.iter().find(|link| !link.contains("/audit-log?"));
    assert_eq!(elsewhere, None);
    let export = page.link("Export as JSON lines");
    assert_eq!(reader.browser.visit(&export).await.status, 200);
}
