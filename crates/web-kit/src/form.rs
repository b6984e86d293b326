//! A posted form: application/x-www-form-urlencoded or, where a file may come along,
//! multipart/form-data (RFC 7578).

use std::collections::HashMap;

use poem::error::ReadBodyError;
use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use poem::web::Multipart;
use poem::{Body, FromRequest, Request, RequestBody};
use url::form_urlencoded;

/// The most bytes that are read.
const LIMIT: usize = 1024 * 1024;

/// The most bytes of a form with a file: one of 1 MiB, and what is around it.
const UPLOAD_LIMIT: usize = LIMIT + 64 * 1024;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";
const UPLOAD: &str = "multipart/form-data";

/// The fields of a form, each sent once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(HashMap<String, String>);

/// A form that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// Something else was sent.
    #[error("This address takes forms only (application/x-www-form-urlencoded).")]
    MediaType,
    /// It is too long.
    #[error(
        "The form, or the file in it, is larger than 1 MiB, which is the most that is accepted."
    )]
    TooLarge,
    /// The connection broke.
    #[error("The form did not arrive whole. Send it again.")]
    Interrupted,
    /// A field came more than once: who reads which would be anybody's guess.
    #[error("The form has a field twice. Go back to where you came from, and start again.")]
    Twice,
    /// A field of a multipart form is no text, or has no name.
    #[error(
        "The form, or the file in it, can't be read as text (UTF-8). Choose another file, and send it again."
    )]
    NoText,
}

impl FormFault {
    /// The status of a refusal.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Interrupted | Self::Twice | Self::NoText => StatusCode::BAD_REQUEST,
        }
    }
}

impl Form {
    /// Reads a request's form.
    ///
    /// # Errors
    /// [`FormFault`] when it is none.
    pub async fn read(request: &mut Request) -> Result<Self, FormFault> {
        if !is(request, MEDIA_TYPE) {
            return Err(FormFault::MediaType);
        }
        Self::parse(&body(request, LIMIT).await?)
    }

    /// Reads a form in which a file may come along; its content is the field's value.
    ///
    /// # Errors
    /// [`FormFault`] when it is none.
    pub async fn read_with_files(request: &mut Request) -> Result<Self, FormFault> {
        if !is(request, UPLOAD) {
            return Self::read(request).await;
        }
        let mut body = RequestBody::new(Body::from(body(request, UPLOAD_LIMIT).await?));
        let parts = Multipart::from_request(request, &mut body).await;
        let mut parts = parts.map_err(|_| FormFault::NoText)?;
        let mut fields = HashMap::new();
        while let Some(part) = parts.next_field().await.map_err(|_| FormFault::NoText)? {
            let name = part.name().ok_or(FormFault::NoText)?.to_owned();
            let value = part.text().await.map_err(|_| FormFault::NoText)?;
            if fields.insert(name, value).is_some() {
                return Err(FormFault::Twice);
            }
        }
        Ok(Self(fields))
    }

    fn parse(body: &[u8]) -> Result<Self, FormFault> {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            let before = fields.insert(name.into_owned(), value.into_owned());
            if before.is_some() {
                return Err(FormFault::Twice);
            }
        }
        Ok(Self(fields))
    }

    /// A field; empty if it is absent.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The parameters in a request's query; of one that came twice, the first.
    #[must_use]
    pub fn of_query(request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            fields
                .entry(name.into_owned())
                .or_insert(value.into_owned());
        }
        Self(fields)
    }

    /// Every field, in no order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a field came along, as that of a ticked box does.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Whether a request's body is said to be of that type, whatever its parameters.
fn is(request: &Request, media_type: &str) -> bool {
    let sent = request.headers().get(CONTENT_TYPE);
    let sent = sent.and_then(|value| value.to_str().ok());
    let essence = sent.unwrap_or_default().split(';').next().map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case(media_type))
}

async fn body(request: &mut Request, limit: usize) -> Result<Vec<u8>, FormFault> {
    let body = request.take_body().into_bytes_limit(limit).await;
    body.map(Into::into).map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => FormFault::TooLarge,
        _ => FormFault::Interrupted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(content_type: &str, body: &str) -> Result<Form, FormFault> {
        let mut request = Request::builder()
            .header(CONTENT_TYPE, content_type)
            .body(body.to_owned());
        Form::read(&mut request).await
    }

    #[tokio::test]
    async fn a_form_is_read_whatever_its_charset_is_called() {
        for content_type in [
            MEDIA_TYPE,
            "Application/X-WWW-Form-URLencoded; charset=ISO-8859-1",
        ] {
            let form = read(content_type, "a=1%2B1&b=x+y&c").await.unwrap();
            let fields = ["a", "b", "c", "d"].map(|name| form.field(name));
            assert_eq!(fields, ["1+1", "x y", "", ""], "{content_type}");
        }
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for content_type in ["", "text/plain", "multipart/form-data", "application/json"] {
            let fault = read(content_type, "a=1").await.err();
            assert_eq!(fault, Some(FormFault::MediaType), "{content_type}");
        }
        let twice = read(MEDIA_TYPE, "a=1&b=2&a=1").await.err();
        assert_eq!(twice, Some(FormFault::Twice));
        let long = read(MEDIA_TYPE, &"a".repeat(LIMIT + 1)).await.err();
        assert_eq!(long, Some(FormFault::TooLarge));
        assert!(read(MEDIA_TYPE, &"a".repeat(LIMIT)).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_comes_along_as_the_value_of_its_field() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\nt\r\n\
            --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"m.xml\"\r\n\
            Content-Type: text/xml\r\n\r\n<m>ü</m>\r\n--x--\r\n";
        let upload = |body: &str| {
            Request::builder()
                .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
                .body(body.to_owned())
        };
        let form = Form::read_with_files(&mut upload(body)).await.unwrap();
        assert_eq!(form.field("csrf_token"), "t");
        assert_eq!(form.field("file"), "<m>ü</m>");
        let twice = body.replacen("\"file\"; filename=\"m.xml\"", "\"csrf_token\"", 1);
        let fault = Form::read_with_files(&mut upload(&twice)).await.err();
        assert_eq!(fault, Some(FormFault::Twice));
        let large = |size| body.replace("<m>ü</m>", &"m".repeat(size));
        let form = Form::read_with_files(&mut upload(&large(LIMIT))).await;
        assert_eq!(form.unwrap().field("file").len(), LIMIT);
        let fault = Form::read_with_files(&mut upload(&large(UPLOAD_LIMIT))).await;
        assert_eq!(fault.err(), Some(FormFault::TooLarge));
        let broken = Form::read_with_files(&mut upload("--x\r\nnonsense")).await;
        assert_eq!(broken.err(), Some(FormFault::NoText));
        let mut plain = Request::builder()
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body("a=1");
        let form = Form::read_with_files(&mut plain).await.unwrap();
        assert!(form.has("a") && !form.has("b"));
    }
}
