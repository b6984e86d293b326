//! `/.well-known/jwks.json`: the public keys by which anybody checks the tokens of sessions.

use poem::http::header::CACHE_CONTROL;
use poem::web::Data;
use poem::{Request, Response, handler};
use roster_application::Application;
use roster_domain::context::Origin;
use roster_domain::signing_key::REMEMBERED;

use crate::failure::Api;

/// The key set (RFC 7517 section 5).
#[handler]
pub(crate) async fn jwks(request: &Request, Data(application): Data<&Application>) -> Response {
    match application.key_set().await {
        Ok(keys) => Response::builder()
            .content_type("application/jwk-set+json")
            .header(
                CACHE_CONTROL,
                format!("public, max-age={}", REMEMBERED.whole_seconds()),
            )
            .body(keys.to_string()),
        Err(error) => {
            let origin = request.data::<Origin>();
            let request_id = origin.and_then(|origin| origin.request_id.as_deref());
            Api::Management.store_failed(&error, request_id)
        }
    }
}
