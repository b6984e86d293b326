//! `/docs`: the APIs in Swagger UI, to be read and to be tried against this very server.
//!
//! The UI's own files come from poem-openapi, which embeds them but only gives them out as one
//! page with everything inside; they are cut out of it, so that ours can forbid inline scripts.

use std::sync::{Arc, LazyLock, OnceLock};

use poem::endpoint::make_sync;
use poem::http::StatusCode;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use poem::{Endpoint, Response, Route, get};
use poem_openapi::OpenApiService;
use serde_json::Value;

use crate::openapi::with_public_url;
use crate::options::Options;
use crate::{management_document, scim_document, session_document};

const PAGE: &str = include_str!("page.html");
const PAGE_SCRIPT: &str = include_str!("page.js");
const PAGE_STYLE: &str = include_str!("page.css");

/// Scripts and requests to this server alone. Swagger UI sets inline styles, and its icons are
/// data URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Swagger UI's script and style sheet.
struct Assets {
    script: String,
    style: String,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let page = OpenApiService::new((), "", "").swagger_ui_html();
    Assets {
        script: between(&page, "<script charset=\"UTF-8\">", "</script>\n</head>"),
        style: between(&page, "<style charset=\"UTF-8\">", "</style>\n"),
    }
});

fn between(text: &str, start: &str, end: &str) -> String {
    let inner = text
        .split_once(start)
        .and_then(|(_, rest)| rest.split_once(end));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}

/// The routes below `/docs`, and `/`, which leads there. All links are relative, so that they hold
/// behind a proxy that serves Roster below a path.
pub(crate) fn routes(route: Route, options: &Arc<Options>) -> Route {
    route
        .at("/", get(make_sync(|_| redirect("docs"))))
        .at("/docs", get(make_sync(|_| page())))
        .at("/docs/", get(make_sync(|_| redirect("../docs"))))
        .at(
            "/docs/page.js",
            get(file("text/javascript; charset=utf-8", || PAGE_SCRIPT)),
        )
        .at(
            "/docs/page.css",
            get(file("text/css; charset=utf-8", || PAGE_STYLE)),
        )
        .at(
            "/docs/swagger-ui.js",
            get(file("text/javascript; charset=utf-8", || &ASSETS.script)),
        )
        .at(
            "/docs/swagger-ui.css",
            get(file("text/css; charset=utf-8", || &ASSETS.style)),
        )
        .at("/docs/scim.json", get(document(scim_document, options)))
        .at(
            "/docs/management.json",
            get(document(management_document, options)),
        )
        .at(
            "/docs/session.json",
            get(document(session_document, options)),
        )
}

fn redirect(to: &'static str) -> Response {
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(LOCATION, to)
        .finish()
}

fn page() -> Response {
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(REFERRER_POLICY, "no-referrer")
        .header(X_FRAME_OPTIONS, "DENY")
        .header("cross-origin-opener-policy", "same-origin")
        .body(PAGE)
}

fn file(
    content_type: &'static str,
    content: fn() -> &'static str,
) -> impl Endpoint<Output = Response> + 'static {
    make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .header(CACHE_CONTROL, "max-age=300")
            .body(content())
    })
}

/// A document with this server's URL in it, written when it is first asked for.
fn document(
    make: fn() -> Value,
    options: &Arc<Options>,
) -> impl Endpoint<Output = Response> + 'static {
    let (written, options) = (OnceLock::new(), options.clone());
    make_sync(move |_| {
        let text: &String =
            written.get_or_init(|| with_public_url(make(), &options.public_url).to_string());
        Response::builder()
            .content_type("application/json")
            .body(text.clone())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use poem::test::TestClient;

    use super::*;

    fn client() -> TestClient<Route> {
        let options = Options {
            public_url: "https://roster.example.org".to_owned(),
            ..Options::default()
        };
        TestClient::new(routes(Route::new(), &Arc::new(options)))
    }

    #[tokio::test]
    async fn everything_that_the_page_asks_for_is_there() {
        let client = client();
        let files = PAGE.split('"').filter(|part| part.starts_with("docs/"));
        let documents = PAGE_SCRIPT
            .split('\'')
            .filter(|part| part.starts_with("docs/"));
        let asked: BTreeSet<&str> = files.chain(documents).collect();
        assert_eq!(asked.len(), 7, "{asked:?}");
        for path in asked {
            let answer = client.get(format!("/{path}")).send().await;
            answer.assert_status_is_ok();
            let size = answer.0.into_body().into_bytes().await.unwrap().len();
            assert!(size > 200, "{path} has {size} bytes");
        }
    }

    #[tokio::test]
    async fn the_swagger_ui_is_the_real_one() {
        assert!(ASSETS.script.contains("SwaggerUIBundle") && ASSETS.script.len() > 500_000);
        assert!(ASSETS.style.contains(".swagger-ui"));
    }

    #[tokio::test]
    async fn the_page_allows_no_inline_script_and_has_none() {
        let answer = client().get("/docs").send().await;
        answer.assert_header("content-security-policy", POLICY);
        assert!(
            PAGE.match_indices("<script")
                .all(|(at, _)| PAGE[at..].starts_with("<script src="))
        );
        assert!(!PAGE.contains("onclick") && !PAGE.contains("<style"));
    }

    #[tokio::test]
    async fn the_documents_name_this_server() {
        for path in [
            "/docs/scim.json",
            "/docs/management.json",
            "/docs/session.json",
        ] {
            let answer = client().get(path).send().await;
            let document: Value = answer.json().await.value().deserialize();
            let default = document.pointer("/servers/0/variables/publicUrl/default");
            assert_eq!(
                default,
                Some(&Value::from("https://roster.example.org")),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn the_root_leads_to_the_documentation() {
        let answer = client().get("/").send().await;
        answer.assert_status(StatusCode::SEE_OTHER);
        answer.assert_header("location", "docs");
    }
}
