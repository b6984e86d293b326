//! `/livez` and `/readyz`, for whatever keeps the process running and sends it traffic.

use poem::http::StatusCode;
use poem::web::Data;
use poem::{Response, handler};
use roster_application::Application;

/// The process runs.
#[handler]
pub(crate) fn livez() -> Response {
    alive()
}

/// The answer of a process that runs.
pub(crate) fn alive() -> Response {
    plain(StatusCode::OK, "ok\n")
}

/// The database answers, and its schema serves this program.
#[handler]
pub(crate) async fn readyz(Data(application): Data<&Application>) -> Response {
    match application.ready().await {
        Ok(()) => plain(StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            not_ready()
        }
    }
}

/// The answer of a server that can't do its work.
pub(crate) fn not_ready() -> Response {
    let text = "not ready: the database does not answer, or its schema does not serve this version: roster migrate --check tells\n";
    plain(StatusCode::SERVICE_UNAVAILABLE, text)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/plain; charset=utf-8")
        .body(text)
}
