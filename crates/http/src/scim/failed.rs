//! What an operation answers when it was not carried out: always a SCIM Error. The type parameter
//! says which statuses the operation can answer, for the OpenAPI document.

use std::marker::PhantomData;

use poem_openapi::ApiResponse;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry,
};
use poem_openapi::types::Type;
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_scim::{MEDIA_TYPE, ScimError};

use super::error::{self, Failure};
use super::model;
use crate::observed::ScimReason;

/// The failures that one sort of operation can answer.
pub(crate) trait Statuses: Send + Sync + 'static {
    /// Their statuses.
    const ALL: &'static [u16];
}

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = [$($status:literal),+];)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl Statuses for $name {
            const ALL: &'static [u16] = &[$($status),+];
        }
    )+};
}

statuses! {
    /// Of a discovery document.
    OfDiscovery = [401, 403, 404, 429, 500, 503];
    /// Of a list or lookup.
    OfList = [400, 401, 403, 404, 429, 500, 503];
    /// Of reading one user.
    OfRead = [304, 400, 401, 403, 404, 412, 429, 500, 503];
    /// Of changing a user.
    OfWrite = [400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503];
    /// Of creating a user.
    OfCreate = [400, 401, 403, 404, 409, 413, 415, 429, 500, 501, 503];
    /// Of deleting a user.
    OfDelete = [401, 403, 404, 429, 500, 501, 503];
}

const fn description(status: u16) -> &'static str {
    match status {
        304 => "The user still has the version in `If-None-Match`.",
        400 => {
            "The request is malformed, or a value can't be accepted. `scimType` tells which kind of mistake it is, `detail` what is allowed. Nothing was changed."
        }
        401 => {
            "No API token was sent, or it is unknown, expired or revoked, or belongs to another tenant."
        }
        403 => {
            "The API token lacks the permission, or is used from an address outside its allowed networks."
        }
        404 => {
            "There is no such resource, or no such tenant. A malformed id is answered like an unknown one."
        }
        409 => {
            "Another user of the tenant has that userName or e-mail (`scimType` is `uniqueness`). Nothing was changed."
        }
        412 => "The user has another version than the one in `If-Match`. Nothing was changed.",
        413 => "The body is larger than 1 MiB.",
        415 => "The body is neither `application/scim+json` nor `application/json`.",
        429 => "The tenant sends more requests than it may; `Retry-After` says when to try again.",
        501 => "The service does not offer this; `detail` says what to do instead.",
        503 => "The service can't answer at the moment; `Retry-After` says when to try again.",
        _ => "The service failed; the fault is not in the request.",
    }
}

/// A failure of an operation whose failures are `K`.
#[derive(Debug)]
pub(crate) struct Failed<K> {
    failure: Failure,
    operation: PhantomData<K>,
}

impl<K> Failed<K> {
    /// What a use case refused `caller`.
    pub(crate) fn of(error: Error, caller: &Caller) -> Self {
        error::of_application(error, caller.origin.request_id.as_deref()).into()
    }
}

impl<K> From<Failure> for Failed<K> {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            operation: PhantomData,
        }
    }
}

impl<K> From<ScimError> for Failed<K> {
    fn from(error: ScimError) -> Self {
        Failure::from(error).into()
    }
}

impl<K> From<Failed<K>> for poem::Error {
    fn from(failed: Failed<K>) -> Self {
        let scim_type = failed.failure.error.scim_type;
        let mut error = Self::from_response(failed.failure.into_response());
        // What goes along with a response is lost in an error of the framework's.
        if let Some(scim_type) = scim_type {
            error.set_data(ScimReason(scim_type.as_str()));
        }
        error
    }
}

impl<K: Statuses> ApiResponse for Failed<K> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: K::ALL.iter().map(|status| documented(*status)).collect(),
        }
    }

    fn register(registry: &mut Registry) {
        model::ScimError::register(registry);
    }
}

fn documented(status: u16) -> MetaResponse {
    let body = || MetaMediaType {
        content_type: MEDIA_TYPE,
        schema: model::ScimError::schema_ref(),
    };
    let headers = match status {
        304 => vec![header(
            "ETag",
            "The version of the user.",
            String::schema_ref(),
        )],
        401 => vec![header(
            "WWW-Authenticate",
            "How to authenticate (RFC 6750).",
            String::schema_ref(),
        )],
        429 | 503 => vec![header(
            "Retry-After",
            "Seconds to wait before the next try.",
            i64::schema_ref(),
        )],
        _ => Vec::new(),
    };
    MetaResponse {
        description: description(status),
        status: Some(status),
        status_range: None,
        content: if status == 304 {
            Vec::new()
        } else {
            vec![body()]
        },
        headers,
    }
}

/// The description of a response header that is always there.
pub(crate) fn header(name: &str, description: &str, schema: MetaSchemaRef) -> MetaHeader {
    MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        schema,
    }
}

/// Stands for the success of an operation that this profile does not offer: there is none.
pub(crate) enum Unoffered {}

impl poem::IntoResponse for Unoffered {
    fn into_response(self) -> poem::Response {
        match self {}
    }
}

impl ApiResponse for Unoffered {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: Vec::new(),
        }
    }

    fn register(_: &mut Registry) {}
}
