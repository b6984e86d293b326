//! A posted form (application/x-www-form-urlencoded).

use std::collections::HashMap;

use poem::Request;
use poem::error::ReadBodyError;
use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use url::form_urlencoded;

/// The most bytes that are read.
const LIMIT: usize = 1024 * 1024;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form, each sent once.
pub(super) struct Form(HashMap<String, String>);

/// A form that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormFault {
    /// Something else was sent.
    #[error("This address takes forms only (application/x-www-form-urlencoded).")]
    MediaType,
    /// It is too long.
    #[error("The form is larger than 1 MiB, which is the most that is accepted.")]
    TooLarge,
    /// The connection broke.
    #[error("The form did not arrive whole. Send it again.")]
    Interrupted,
    /// A field came more than once: who reads which would be anybody's guess.
    #[error("The form has a field twice. Go back to where you came from, and start again.")]
    Twice,
}

impl FormFault {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Interrupted | Self::Twice => StatusCode::BAD_REQUEST,
        }
    }
}

impl Form {
    /// Reads a request's form.
    pub(super) async fn read(request: &mut Request) -> Result<Self, FormFault> {
        let sent = request.headers().get(CONTENT_TYPE);
        let sent = sent.and_then(|value| value.to_str().ok());
        let essence = sent.unwrap_or_default().split(';').next().map(str::trim);
        if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(MEDIA_TYPE)) {
            return Err(FormFault::MediaType);
        }
        let body = request.take_body().into_bytes_limit(LIMIT).await;
        let body = body.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => FormFault::TooLarge,
            _ => FormFault::Interrupted,
        })?;
        Self::parse(&body)
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
    pub(super) fn field(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
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
}
