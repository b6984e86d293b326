//! Metrics, scraped by a real Prometheus and asked for in its own language.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use roster_tests::client::{Answer, http};
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::{App, Okta};
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::tools::{Process, program};
use roster_tests::{Backend, free_port};
use serde_json::{Value, json};

/// A Prometheus that scrapes one server.
struct Prometheus {
    url: String,
    _process: Process,
}

impl Prometheus {
    fn start(target: u16) -> Self {
        let directory = Process::directory_for("prometheus");
        let (config, data) = (
            directory.path().join("prometheus.yml"),
            directory.path().join("data"),
        );
        let text = format!(
            "global: {{scrape_interval: 500ms, scrape_timeout: 400ms}}\n\
             scrape_configs: [{{job_name: roster, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
        );
        fs::write(&config, text).unwrap();
        let port = free_port();
        let mut command = Command::new(program("prometheus"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let process = Process::start("prometheus", &mut command, directory);
        process.wait_until(|log| {
            log.contains("Server is ready to receive web requests")
                .then_some(())
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        }
    }

    /// The value of a query, once it has one that is right.
    async fn value(&self, query: &str, right: impl Fn(f64) -> bool) -> f64 {
        let client = http().build().unwrap();
        let begun = Instant::now();
        loop {
            let request = client
                .get(format!("{}/api/v1/query", self.url))
                .query(&[("query", query)]);
            let answer = Answer::of(request).await.json();
            let value = answer["data"]["result"][0]["value"][1].as_str();
            let value = value.and_then(|value| value.parse::<f64>().ok());
            match value {
                Some(value) if right(value) => return value,
                _ => assert!(
                    begun.elapsed() < Duration::from_secs(30),
                    "{query}: {answer}"
                ),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

on_both_stores! {
    async fn a_prometheus_finds_what_the_guide_promises(backend: Backend) {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let server = Server::start_with(backend, &[("ROSTER_METRICS_LISTEN", &listen)]);
        let tenant = Tenant::on(&server);
        let id = tenant.user("ada", "Analyst");
        let okta = Okta::new(tenant.scim_url(), App::Custom, &tenant.token_with(&["UserModify"], &["--expires-in", "10d"]));
        okta.send("connector-test").await.scim(200);
        okta.push(&id, &json!({ "pantherRole": "Nonsense" })).await.scim_error(400, Some("invalidValue"));
        okta.push(&id, &json!({ "pantherRole": "Admin" })).await.scim(200);
        let idp = OktaIdp::new();
        let _: Value = idp.connect(&tenant).await;
        let browser = roster_tests::browser::Browser::new(&tenant);
        let _ = browser.sign_in(&idp, &Person::new("grace")).await.signed_in();

        let prometheus = Prometheus::start(port);
        prometheus.value("up{job='roster'}", |up| up == 1.0).await;
        let route = "http_route='/t/{tenant}/scim/v2/Users/{id}',http_request_method='PUT'";
        prometheus.value(&format!("http_server_request_duration_seconds_count{{{route},http_response_status_code='400'}}"), |count| count == 1.0).await;
        for query in [
            "roster_scim_operations_total{operation='replaceUser',outcome='refused',reason='invalidValue'}",
            "roster_scim_operations_total{operation='replaceUser',outcome='succeeded'}",
            "roster_sign_ins_total{outcome='succeeded'}",
            "roster_build_info",
        ] {
            prometheus.value(query, |count| count == 1.0).await;
        }
        prometheus.value("roster_audit_records_total{result='FAILED'}", |count| count == 1.0).await;
        prometheus.value("roster_audit_records_total{result='SUCCEEDED'}", |count| count >= 4.0).await;
        prometheus.value("roster_cache_lookups_total{cache='tokens',outcome='hit'}", |count| count >= 1.0).await;
        // No label names anybody.
        let text = Answer::of(http().build().unwrap().get(format!("http://{listen}/metrics"))).await.text();
        assert!(text.contains("replaceUser"), "{text}");
        assert!(!text.contains("@example.com") && !text.contains(&id), "{text}");
        // What ends soon is looked for within seconds of a start, and then every few minutes only.
        server.restart();
        let tenant = &tenant.slug;
        prometheus.value(&format!("roster_api_token_expiry_days{{tenant='{tenant}'}}"), |days| (9.0..=10.0).contains(&days)).await;
        prometheus.value(&format!("roster_idp_certificate_expiry_days{{tenant='{tenant}'}}"), |days| days > 0.0).await;
        if backend == Backend::Postgres {
            prometheus.value("roster_db_pool_size", |size| size == 16.0).await;
            prometheus.value("sum(roster_db_pool_connections)", |open| open >= 1.0).await;
        }
    }
}

#[tokio::test]
async fn without_being_asked_for_nothing_is_offered() {
    let server = Server::start(Backend::Sqlite);
    let answer = Answer::of(
        http()
            .build()
            .unwrap()
            .get(format!("{}/metrics", server.url())),
    )
    .await;
    assert_eq!(answer.status, 404);
    assert_eq!(listening_sockets(server.pid()), 1, "that of the APIs alone");
}

/// On how many addresses a process of Linux listens: its open files, as far as they are sockets in the
/// state 0A of `/proc/net/tcp` (`man 5 proc`).
fn listening_sockets(pid: u32) -> usize {
    let tables = ["tcp", "tcp6"].map(|table| {
        let path = format!("/proc/{pid}/net/{table}");
        fs::read_to_string(path).unwrap_or_default()
    });
    let listening: Vec<String> = tables
        .iter()
        .flat_map(|table| table.lines().skip(1))
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|columns| columns[3] == "0A")
        .map(|columns| format!("socket:[{}]", columns[9]))
        .collect();
    let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let links = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    links
        .filter(|link| listening.iter().any(|socket| link.as_os_str() == &**socket))
        .count()
}
