//! `docs/troubleshooting.md` quotes what the server answers: each quotation stands for an answer that is
//! got here, and each answer that is got here is quoted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::Method;
use roster_application::error::Error;
use roster_tests::Backend;
use roster_tests::client::{Answer, Client};
use roster_tests::postgres::{Cluster, ClusterOptions};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../docs/troubleshooting.md");

/// The quotations of the page, each on one line.
fn quotations() -> Vec<String> {
    let (mut all, mut open) = (Vec::<String>::new(), false);
    for line in PAGE.lines() {
        match (line.strip_prefix("> "), open) {
            (Some(more), true) => {
                let quotation = all.last_mut().unwrap();
                quotation.push(' ');
                quotation.push_str(more);
            }
            (Some(first), false) => all.push(first.to_owned()),
            (None, _) => {}
        }
        open = line.starts_with("> ");
    }
    all
}

/// Whether `text` is that quotation, in which `…` stands for anything.
fn is_quoted_as(text: &str, quotation: &str) -> bool {
    let mut parts = quotation.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn what_differs_may_differ_and_nothing_else() {
    for (text, quotation, same) in [
        (
            "There is no role \"a\". The valid roles are: b, c. Done.",
            "There is no role \"…\". The valid roles are: …. Done.",
            true,
        ),
        ("as it is", "as it is", true),
        ("as it is not", "as it is", false),
        ("begins well: anything", "begins well: …", true),
        ("begins badly: anything", "begins well: …", false),
        ("ends in 5 minutes", "ends in … seconds", false),
    ] {
        assert_eq!(is_quoted_as(text, quotation), same, "{text} / {quotation}");
    }
}

/// The answers in the order in which they were got.
#[derive(Default)]
struct Answers(Vec<String>);

impl Answers {
    async fn of(&mut self, client: &Client, method: Method, path: &str, body: Option<Value>) {
        let answer = client.send(method, path, body.as_ref()).await;
        self.take(answer.status, &answer.json());
    }

    fn take(&mut self, status: u16, error: &Value) {
        assert!(status >= 400, "{status}: {error}");
        self.0.push(error["detail"].as_str().unwrap().to_owned());
    }
}

fn patch(path: &str, value: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": path, "value": value }],
    })
}

/// What is answered to who gets something wrong.
async fn refusals(answers: &mut Answers) {
    let tenant = Tenant::new(Backend::Sqlite);
    let (scim, none) = (tenant.scim(), Client::new(tenant.scim_url()));
    // Connecting.
    answers.of(&none, Method::GET, "/Users", None).await;
    answers
        .of(
            &none.with_token("roster_nonsense"),
            Method::GET,
            "/Users",
            None,
        )
        .await;
    let twice = none.with_token("roster_one").request(Method::GET, "/Users");
    let answer = Answer::of(twice.header("x-api-key", "roster_other")).await;
    answers.take(answer.status, &answer.json());
    let elsewhere = tenant.token_with(&["UserModify"], &["--cidr", "192.0.2.0/24"]);
    answers
        .of(&none.with_token(&elsewhere), Method::GET, "/Users", None)
        .await;
    let reader = none.with_token(&tenant.token(&["AuditLogRead"]));
    answers.of(&reader, Method::GET, "/Users", None).await;
    let token = tenant.administrator_token();
    let at = |path: &str| Client::new(format!("{}{path}", tenant.server.url())).with_token(token);
    answers
        .of(
            &at("/t/nobody-has-this/scim/v2"),
            Method::GET,
            "/Users",
            None,
        )
        .await;
    answers
        .of(
            &at(&format!("/t/{}/scim", tenant.slug)),
            Method::GET,
            "/Users",
            None,
        )
        .await;
    answers.of(&scim, Method::GET, "/users/of/mine", None).await;
    // Roles, values, and who stays.
    let ada = format!("/Users/{}", tenant.user("ada", "Admin"));
    let bob = format!("/Users/{}", tenant.user("bob", "Analyst"));
    for role in ["Analist", "Zookeeper"] {
        answers
            .of(&scim, Method::PATCH, &bob, Some(patch("pantherRole", role)))
            .await;
    }
    for body in [
        json!({ "userName": "" }),
        json!({ "emails": [{ "value": "no address", "primary": true }] }),
        json!({ "userName": "ADA@example.com" }),
        json!({ "emails": [{ "value": "ada@example.com", "primary": true }] }),
    ] {
        answers.of(&scim, Method::PUT, &bob, Some(body)).await;
    }
    answers
        .of(&scim, Method::PUT, &ada, Some(json!({ "active": false })))
        .await;
    answers
        .of(&scim, Method::GET, "/Users/nonsense", None)
        .await;
    let eve = tenant.user("eve", "Analyst");
    let _ = tenant
        .server
        .run(&["user", "erase", "--tenant", &tenant.slug, "--id", &eve]);
    let back = Some(json!({ "active": true }));
    answers
        .of(&scim, Method::PUT, &format!("/Users/{eve}"), back)
        .await;
    // What is not offered.
    let new = Some(json!({ "userName": "new@example.com" }));
    answers.of(&scim, Method::POST, "/Users", new).await;
    answers.of(&scim, Method::DELETE, &bob, None).await;
    for path in ["/Groups", "/Bulk", "/Me", "/.search"] {
        answers.of(&scim, Method::POST, path, Some(json!({}))).await;
    }
    // Other clients.
    answers
        .of(
            &scim,
            Method::GET,
            "/Users?filter=userName%20co%20%22a%22",
            None,
        )
        .await;
    answers
        .of(&scim, Method::GET, "/Users?count=many", None)
        .await;
    answers.of(&scim, Method::DELETE, "/Schemas", None).await;
    for (media_type, body) in [
        ("application/json", "{".to_owned()),
        ("text/plain", "{}".to_owned()),
        ("application/json", "x".repeat((1 << 20) + 1)),
    ] {
        let request = scim
            .request(Method::PUT, &bob)
            .header("content-type", media_type);
        let answer = Answer::of(request.body(body)).await;
        answers.take(answer.status, &answer.json());
    }
    let stale = scim
        .request(Method::PUT, &bob)
        .header("if-match", "W/\"99\"")
        .body("{}");
    let answer = Answer::of(stale).await;
    answers.take(answer.status, &answer.json());
    // Nobody can make it happen, but it can.
    answers.0.push(Error::Contended.to_string());
}

/// What is answered to who asks too often.
async fn too_much(answers: &mut Answers) {
    let settings = [
        ("ROSTER_SCIM_RATE_LIMIT", "1"),
        ("ROSTER_SCIM_RATE_BURST", "1"),
    ];
    let server = Server::start_with(Backend::Sqlite, &settings);
    let scim = Tenant::on(&server).scim();
    let mut answer = scim.get("/Users").await;
    while answer.status == 200 {
        answer = scim.get("/Users").await;
    }
    answers.take(answer.status, &answer.json());
}

/// What is answered when the database is slow, or broken, or away.
async fn trouble(answers: &mut Answers) {
    let mut cluster = Cluster::start(ClusterOptions::default()).unwrap();
    let url = cluster.create_database().unwrap();
    let settings = [
        ("ROSTER_DATABASE_URL", url.as_str()),
        ("ROSTER_REQUEST_TIMEOUT_SECONDS", "2"),
    ];
    let server = Server::start_with(Backend::Postgres, &settings);
    let tenant = Tenant::on(&server);
    let user = tenant.user("ada", "Analyst");
    let (scim, path) = (tenant.scim(), format!("/Users/{user}"));
    scim.get(&path).await.scim(200);
    let broken = format!("UPDATE users SET email = '' WHERE id = '{user}'");
    let _ = cluster.sql(&url, &broken).unwrap();
    answers.of(&scim, Method::GET, &path, None).await;

    let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5)";
    std::thread::scope(|scope| {
        scope.spawn(|| cluster.sql(&url, lock).unwrap());
        tokio::task::block_in_place(|| {
            cluster.until_locked(&url, "users").unwrap();
            let asking = answers.of(&scim, Method::GET, &path, None);
            tokio::runtime::Handle::current().block_on(asking);
        });
    });

    cluster.kill9().unwrap();
    let killed = Instant::now();
    let mut answer = scim.get(&path).await;
    // The killed server's children live on for a moment.
    while !answer.text().contains("can't reach its database") {
        assert!(
            killed.elapsed() < Duration::from_secs(30),
            "{}",
            answer.text()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
        answer = scim.get(&path).await;
    }
    answers.take(answer.status, &answer.json());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_for_administrators_quotes_what_the_server_answers() {
    let quotations = quotations();
    assert!(quotations.len() > 30, "{quotations:#?}");
    let mut answers = Answers::default();
    refusals(&mut answers).await;
    too_much(&mut answers).await;
    trouble(&mut answers).await;
    let mut unused: BTreeSet<&str> = quotations.iter().map(String::as_str).collect();
    let mut unquoted = Vec::new();
    for answer in answers.0 {
        let found = quotations
            .iter()
            .filter(|quotation| is_quoted_as(&answer, quotation));
        match found.max_by_key(|quotation| quotation.len()) {
            Some(quotation) => drop(unused.remove(quotation.as_str())),
            None => unquoted.push(answer),
        }
    }
    assert!(
        unquoted.is_empty() && unused.is_empty(),
        "not on the page: {unquoted:#?}\nnever answered: {unused:#?}"
    );
}
