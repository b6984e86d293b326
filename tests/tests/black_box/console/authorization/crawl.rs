//! All that an Admin can get at by links and forms, against the rows of the table.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use roster_tests::Backend;
use roster_tests::console::{Console, Page};
use serde_json::json;
use uuid::Uuid;

use super::super::people::{Company, user_id};
use super::rows;

/// Where links, live lines and such lead: anything that is asked for with GET.
const LEADS: [(&str, &str); 4] = [
    ("a[href]", "href"),
    ("form[method=get]", "action"),
    ("[data-live]", "data-live"),
    ("[data-address]", "data-address"),
];

/// A path with `{id}` for each id.
fn template(path: &str) -> String {
    let part = |part| match Uuid::try_parse(part) {
        Ok(_) => "{id}",
        Err(_) => part,
    };
    let parts: Vec<&str> = path.split('/').map(part).collect();
    parts.join("/")
}

/// The console's own paths among addresses, without their queries.
fn own(addresses: Vec<String>, base: &str) -> impl Iterator<Item = String> {
    let base = base.to_owned();
    addresses.into_iter().filter_map(move |address| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let below = path.strip_prefix(&base)?;
        match below {
            "" => Some("/".to_owned()),
            below => below.starts_with('/').then(|| below.to_owned()),
        }
    })
}

/// Everything in the console that is met from its pages, each with the page where it was.
async fn met(console: &Console, base: &str) -> BTreeMap<String, String> {
    let mut met = BTreeMap::from([("GET /".to_owned(), "the address bar".to_owned())]);
    let mut seen = BTreeSet::new();
    let mut ahead = VecDeque::from(["/".to_owned()]);
    while let Some(path) = ahead.pop_front() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page: Page = console.open(&path).await;
        assert!(matches!(page.status, 200 | 409), "{path}: {}", page.status);
        for action in own(page.attributes("form[method=post]", "action"), base) {
            let form = format!("POST {}", template(&action));
            let _ = met.entry(form).or_insert_with(|| path.clone());
        }
        for (elements, attribute) in LEADS {
            for target in own(page.attributes(elements, attribute), base) {
                let link = format!("GET {}", template(&target));
                let _ = met.entry(link).or_insert_with(|| path.clone());
                ahead.push_back(target);
            }
        }
    }
    met
}

#[tokio::test]
async fn every_page_that_the_console_leads_to_has_its_row() {
    let company = Company::new(Backend::Sqlite).await;
    // Something of everything, in each state.
    let tenant = &company.tenant;
    let _ = user_id(&company.person("ada", "Analyst").await).await;
    let gone = tenant.user("grace", "Analyst");
    let inactive = json!({ "active": false });
    let path = format!("/Users/{gone}");
    tenant.scim().put(&path, &inactive).await.scim(200);
    let _ = company.role("Nobody's", &[]).await;
    let _ = tenant.user("hedy", "Admin");
    let admin = company.person("boss", "Admin").await;

    let met = met(&admin, &format!("/t/{}/console", tenant.slug)).await;
    let rows = rows();
    let rows: BTreeSet<_> = rows.iter().map(|row| row.page).collect();
    for (page, from) in &met {
        assert!(
            rows.contains(page.as_str()),
            "tests/console-authorization.md lacks a row for {page}, met at {from}"
        );
    }
    for row in rows {
        assert!(
            met.contains_key(row),
            "tests/console-authorization.md has the row {row}, where no page leads"
        );
    }
}
