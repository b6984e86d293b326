//! What an operation answers when it was carried out.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};

use super::failure::Failure;

/// What an operation answers: `T`, or one of the failures that `K` documents.
pub(crate) type Answer<T, K> = Result<T, Failure<K>>;

const MEDIA_TYPE: &str = "application/json";

fn respond<T: ToJSON>(status: StatusCode, body: &T) -> Response {
    Response::builder()
        .status(status)
        .content_type(MEDIA_TYPE)
        .body(body.to_json_string())
}

/// The documentation of an answer.
pub(crate) fn document(
    status: StatusCode,
    description: &'static str,
    content: Vec<MetaMediaType>,
    headers: Vec<MetaHeader>,
) -> MetaResponses {
    let status = Some(status.as_u16());
    MetaResponses {
        responses: vec![MetaResponse {
            description,
            status,
            status_range: None,
            content,
            headers,
        }],
    }
}

fn json<T: Type>() -> Vec<MetaMediaType> {
    vec![MetaMediaType {
        content_type: MEDIA_TYPE,
        schema: T::schema_ref(),
    }]
}

/// 200 with the state as it is now.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: ToJSON> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, &self.0)
    }
}

impl<T: ToJSON> ApiResponse for Shown<T> {
    fn meta() -> MetaResponses {
        document(
            StatusCode::OK,
            "The state as it is now.",
            json::<T>(),
            Vec::new(),
        )
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 201 with the new thing, and where it is to be found.
pub(crate) struct Created<T> {
    /// The URL of the new thing.
    pub(crate) location: String,
    /// The new thing.
    pub(crate) body: T,
}

impl<T: ToJSON> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut answer = respond(StatusCode::CREATED, &self.body);
        if let Ok(location) = HeaderValue::try_from(self.location) {
            answer.headers_mut().insert(header::LOCATION, location);
        }
        answer
    }
}

impl<T: ToJSON> ApiResponse for Created<T> {
    fn meta() -> MetaResponses {
        let location = MetaHeader {
            name: "Location".to_owned(),
            description: Some("The URL of what was created.".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        document(
            StatusCode::CREATED,
            "It was created.",
            json::<T>(),
            vec![location],
        )
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 204: it is no more.
pub(crate) struct Gone;

impl IntoResponse for Gone {
    fn into_response(self) -> Response {
        Response::builder().status(StatusCode::NO_CONTENT).finish()
    }
}

impl ApiResponse for Gone {
    fn meta() -> MetaResponses {
        document(
            StatusCode::NO_CONTENT,
            "It is no more.",
            Vec::new(),
            Vec::new(),
        )
    }

    fn register(_registry: &mut Registry) {}
}
