//! What a server answers that has just started, while its database is away or is being migrated.

use poem::{Endpoint, Request, Response};

use crate::destination::api_of;
use crate::health;

/// Refuses everything but `/livez`, in the shape of what was called.
pub(crate) struct Waiting;

impl Endpoint for Waiting {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path();
        Ok(match path {
            "/livez" => health::alive(),
            "/readyz" => health::not_ready(),
            _ => api_of(path, request.headers()).unavailable(),
        })
    }
}
