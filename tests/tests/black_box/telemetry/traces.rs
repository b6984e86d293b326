//! Spans of requests and of the database, as a collector receives them.

use reqwest::Method;
use roster_tests::Backend;
use roster_tests::client::{Answer, Client};
use roster_tests::collector::{Collector, Span};
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::{App, Okta};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn a_request_and_its_statements_are_one_trace(collector: Collector, protocol: &str) {
    let url = collector.url();
    // Attributes that don't tell the name leave it as it is.
    let (setting, value, service) = match protocol {
        "grpc" => (
            "OTEL_SERVICE_NAME",
            "roster-under-test",
            "roster-under-test",
        ),
        _ => (
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
            "roster",
        ),
    };
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
        (setting, value),
        ("ROSTER_LOG_FORMAT", "json"),
    ];
    let server = Server::start_with(Backend::Postgres, &settings);
    let tenant = Tenant::on(&server);
    let id = tenant.user("ada", "Analyst");
    let token = tenant.token(&["UserModify"]);

    let client = Client::new(tenant.scim_url()).with_token(&token);
    let request = client.request(Method::GET, &format!("/Users/{id}"));
    Answer::of(request.header("traceparent", CALLER))
        .await
        .scim(200);
    let name = "GET /t/{tenant}/scim/v2/Users/{id}";
    let span = collector.span(name, |span| span.name == name).await;
    assert_eq!(
        (span.kind, span.trace.as_str()),
        (2, "0af7651916cd43dd8448eb211c80319c")
    );
    assert_eq!(
        span.parent, "b7ad6b7169203331",
        "the caller's trace goes on"
    );
    for (attribute, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.route", "/t/{tenant}/scim/v2/Users/{id}"),
        ("roster.tenant", tenant.slug.as_str()),
        ("roster.scim.operation", "getUser"),
        ("roster.scim.outcome", "succeeded"),
    ] {
        assert_eq!(
            span.attribute(attribute),
            Some(value),
            "{attribute}: {span:#?}"
        );
    }
    assert!(
        span.resource
            .contains(&("service.name".to_owned(), service.to_owned()))
    );
    let of_this = |found: &Span| {
        found.parent == span.id && found.attribute("db.system.name") == Some("postgresql")
    };
    let statement = collector.span("of the database", of_this).await;
    assert_eq!(
        (statement.kind, statement.trace.as_str()),
        (3, span.trace.as_str())
    );
    assert!(
        server.logs().contains("0af7651916cd43dd8448eb211c80319c"),
        "the line in the log tells its trace"
    );

    let okta = Okta::new(tenant.scim_url(), App::Custom, &token);
    okta.push(&id, &json!({ "pantherRole": "Nonsense" }))
        .await
        .scim_error(400, Some("invalidValue"));
    let refused = |span: &Span| span.attribute("roster.scim.reason") == Some("invalidValue");
    let refused = collector.span("of a refused PUT", refused).await;
    assert_eq!(refused.attribute("roster.scim.outcome"), Some("refused"));

    let idp = OktaIdp::new();
    let _ = idp.connect(&tenant).await;
    let browser = roster_tests::browser::Browser::new(&tenant);
    let _ = browser
        .sign_in(&idp, &Person::new("grace"))
        .await
        .signed_in();
    let signed_in = |span: &Span| span.attribute("roster.sign_in.outcome") == Some("succeeded");
    let _ = collector.span("of a sign-in", signed_in).await;
    collector.metric("http.server.request.duration").await;
    collector.metric("roster.db.pool.connections").await;

    // Nothing that names somebody or opens anything, in whatever is sent with a span.
    let filter = "/Users?filter=userName+eq+%22ada%40example.com%22";
    client.get(filter).await.scim(200);
    let listed = |span: &Span| span.attribute("roster.scim.operation") == Some("listUsers");
    let _ = collector.span("of the look-up", listed).await;
    let everything = collector.raw();
    assert!(everything.contains("roster.sign_in.outcome"));
    for secret in [
        token.as_str(),
        "ada@example.com",
        "ada%40example.com",
        "grace@example.com",
        "SAMLResponse",
    ] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_statements_are_one_trace_over_grpc() {
    a_request_and_its_statements_are_one_trace(Collector::grpc().await, "grpc").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_its_statements_are_one_trace_over_http() {
    a_request_and_its_statements_are_one_trace(Collector::http().await, "http/protobuf").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_when_telemetry_is_switched_off() {
    let collector = Collector::http().await;
    let url = collector.url();
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
    ];
    let server = Server::start_with(Backend::Sqlite, &settings);
    let tenant = Tenant::on(&server);
    tenant
        .scim()
        .get("/Users?startIndex=1&count=2")
        .await
        .scim(200);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(collector.spans().is_empty() && collector.metrics().is_empty());
}
