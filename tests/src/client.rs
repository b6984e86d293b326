//! Requests as any HTTP client sends them, and the assertions on their answers: each knows what a
//! well-formed answer of the product looks like, so that no story forgets to check it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

const SCIM: &str = "application/scim+json";
const SCIM_ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const SCIM_TYPES: &[&str] = &[
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
];

/// A client of one of a tenant's two APIs.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

/// What every HTTP client of these tests is made of; they speak to this machine alone.
pub fn http() -> reqwest::ClientBuilder {
    // Built together with the rest of the workspace, reqwest is ready for TLS, and asks for whoever
    // does the cryptography even where nobody wants any.
    let _ = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider().install_default();
    // A server that was started again must not meet connections of its former life.
    reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
}

impl Client {
    /// A client of the API at `base`, without a token.
    #[must_use]
    pub fn new(base: String) -> Self {
        let http = http()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            base,
            authorization: None,
        }
    }

    /// The same client with that value of the `Authorization` header.
    #[must_use]
    pub fn with_authorization(&self, value: &str) -> Self {
        Self {
            authorization: Some(value.to_owned()),
            ..self.clone()
        }
    }

    /// The same client with that token, as a bearer.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_authorization(&format!("Bearer {token}"))
    }

    /// The API's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request for `path` below the API's address, to be given headers and a body.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.authorization {
            Some(value) => request.header("Authorization", value),
            None => request,
        }
    }

    /// Sends a request of any method, with a JSON body if there is one.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        let media_type = if self.base.contains("/scim/") {
            SCIM
        } else {
            "application/json"
        };
        Answer::of(match body {
            Some(body) => request
                .header("Content-Type", media_type)
                .body(body.to_string()),
            None => request,
        })
        .await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// GET with one query parameter, escaped.
    pub async fn query(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        Answer::of(self.request(Method::GET, path).query(parameters)).await
    }

    /// A PATCH of SCIM operations.
    pub async fn operations(&self, path: &str, operations: Value) -> Answer {
        self.patch(path, &patch_of(operations)).await
    }
}

/// A SCIM PatchOp message.
#[must_use]
pub fn patch_of(operations: Value) -> Value {
    let mut patch =
        serde_json::json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] });
    patch["Operations"] = operations;
    patch
}

/// An answer, with what it answers for the message of a failed assertion.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    request: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Sends a request and reads the whole answer.
    ///
    /// # Panics
    /// When there is none.
    pub async fn of(request: RequestBuilder) -> Self {
        Self::try_of(request).await.unwrap()
    }

    /// As [`Answer::of`], for a server that may be gone.
    ///
    /// # Errors
    /// When there is no answer, or only a part of it.
    pub async fn try_of(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let (http, request) = request.build_split();
        let request = request?;
        let what = format!("{} {}", request.method(), request.url());
        let response = http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self {
            status,
            request: what,
            headers,
            body: response.bytes().await?.to_vec(),
        })
    }

    /// The value of a header, if it is there and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers
            .get(name)
            .map(HeaderValue::to_str)
            .and_then(Result::ok)
    }

    /// The values of all headers of that name.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).collect()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!(
                "{}: {} no JSON ({error}): {}",
                self.request,
                self.status,
                self.text()
            )
        })
    }

    #[track_caller]
    fn has_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}: {}", self.request, self.text());
    }

    #[track_caller]
    fn has_media_type(&self, media_type: &str) {
        let given = self.header("content-type").unwrap_or_default();
        assert_eq!(
            given.split(';').next(),
            Some(media_type),
            "{}: {}",
            self.request,
            self.text()
        );
    }

    /// Asserts a success of the SCIM API with a body, and answers the body.
    #[track_caller]
    pub fn scim(&self, status: u16) -> Value {
        self.has_status(status);
        self.has_media_type(SCIM);
        self.json()
    }

    /// Asserts a success of the management API, and answers the body; `null` for none.
    #[track_caller]
    pub fn api(&self, status: u16) -> Value {
        self.has_status(status);
        if self.body.is_empty() {
            return Value::Null;
        }
        self.has_media_type("application/json");
        self.json()
    }

    /// Asserts a well-formed SCIM Error (RFC 7644 section 3.12) of that status and type, and
    /// answers its detail.
    #[track_caller]
    pub fn scim_error(&self, status: u16, scim_type: Option<&str>) -> String {
        self.has_status(status);
        self.has_media_type(SCIM);
        let error = self.json();
        assert_scim_error(&error, status);
        assert_eq!(
            error["scimType"].as_str(),
            scim_type,
            "{}: {error}",
            self.request
        );
        error["detail"].as_str().unwrap().to_owned()
    }

    /// Asserts a well-formed problem (RFC 9457) of that status, and answers it.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        self.has_status(status);
        self.has_media_type("application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status, "{}: {problem}", self.request);
        for member in ["type", "title", "detail"] {
            let text = problem[member].as_str().unwrap_or_default();
            assert!(
                !text.is_empty(),
                "{}: {member} is missing or empty: {problem}",
                self.request
            );
        }
        problem
    }
}

/// Asserts the form of a SCIM Error, whatever its type.
#[track_caller]
pub fn assert_scim_error(error: &Value, status: u16) {
    assert_eq!(error["schemas"], serde_json::json!([SCIM_ERROR]), "{error}");
    assert_eq!(
        error["status"],
        status.to_string(),
        "the status must be a string: {error}"
    );
    let detail = error["detail"].as_str().unwrap_or_default();
    assert!(
        detail.len() > 10,
        "the detail must tell the administrator something: {error}"
    );
    if let Some(scim_type) = error.get("scimType") {
        assert!(
            SCIM_TYPES.contains(&scim_type.as_str().unwrap_or_default()),
            "{error}"
        );
    }
}
