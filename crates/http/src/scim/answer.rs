//! What an operation answers when it was carried out: a resource or a list, as
//! `application/scim+json`, with the headers that belong to it.

use std::marker::PhantomData;

use poem::http::header::{ETAG, LOCATION};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use roster_scim::MEDIA_TYPE;
use serde::Serialize;

use super::failed::header;
use super::model;

/// A type of the OpenAPI document that stands for an answer.
pub(crate) trait Answered: Type {
    /// What the answer is.
    const DESCRIPTION: &'static str;

    /// The headers that come with it.
    fn headers() -> Vec<MetaHeader> {
        Vec::new()
    }
}

impl Answered for model::User {
    const DESCRIPTION: &'static str = "The user.";

    fn headers() -> Vec<MetaHeader> {
        vec![
            header(
                "ETag",
                "The version of the user, weak.",
                String::schema_ref(),
            ),
            header("Location", "The URL of the user.", String::schema_ref()),
        ]
    }
}

macro_rules! answered {
    ($($model:ident: $description:literal,)+) => {$(
        impl Answered for model::$model {
            const DESCRIPTION: &'static str = $description;
        }
    )+};
}

answered! {
    UserList: "The users that match, as a ListResponse; none is an empty list.",
    ServiceProviderConfig: "What the service supports.",
    ResourceType: "The resource type.",
    ResourceTypeList: "Every resource type, as a ListResponse.",
    Schema: "The schema.",
    SchemaList: "Every schema, as a ListResponse.",
}

/// An answer that the OpenAPI document describes as `T`.
pub(crate) struct Answer<T> {
    status: StatusCode,
    content: Option<String>,
    headers: Vec<(HeaderName, String)>,
    documented: PhantomData<fn() -> T>,
}

impl<T> Answer<T> {
    /// 200 with a resource or a message.
    pub(crate) fn of(content: &impl Serialize) -> Self {
        // What is written here has texts for keys and nothing that JSON can't hold.
        let content = serde_json::to_string(content).unwrap_or_default();
        Self {
            status: StatusCode::OK,
            content: Some(content),
            headers: Vec::new(),
            documented: PhantomData,
        }
    }

    /// 304.
    pub(crate) fn not_modified(etag: String) -> Self {
        let status = StatusCode::NOT_MODIFIED;
        Self {
            status,
            content: None,
            headers: vec![(ETAG, etag)],
            documented: PhantomData,
        }
    }

    /// Adds the version and the URL of the resource.
    pub(crate) fn of_version(mut self, etag: String, location: String) -> Self {
        self.headers.extend([(ETAG, etag), (LOCATION, location)]);
        self
    }
}

impl<T> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut answer = match self.content {
            Some(content) => Response::builder()
                .status(self.status)
                .content_type(MEDIA_TYPE)
                .body(content),
            None => Response::builder().status(self.status).finish(),
        };
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                answer.headers_mut().insert(name, value);
            }
        }
        answer
    }
}

impl<T: Answered> ApiResponse for Answer<T> {
    fn meta() -> MetaResponses {
        let success = MetaResponse {
            description: T::DESCRIPTION,
            status: Some(StatusCode::OK.as_u16()),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: MEDIA_TYPE,
                schema: T::schema_ref(),
            }],
            headers: T::headers(),
        };
        MetaResponses {
            responses: vec![success],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}
