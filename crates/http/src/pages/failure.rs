//! Whatever goes wrong with a page itself: nothing is there, the database is away, a fault of ours.
//! (A refused sign-in has its own page, [`super::refused`].)

use maud::html;
use poem::Response;
use poem::http::StatusCode;

use roster_web_kit::address::PublicAddress;
use roster_web_kit::page::Page;

/// What people read of a fault of ours; the log has the rest.
pub(crate) const INTERNAL: &str = "Something failed inside Roster; it is not your fault. Try again later, and if it stays so, \
    tell your administrator the request number below.";

/// What people read when the database is away.
pub(crate) const UNAVAILABLE: &str =
    "Roster can't reach its database at the moment. Wait a few seconds and try again.";

/// What people read when it took too long.
pub(crate) const TOO_SLOW: &str =
    "Roster did not finish in time. Wait a few seconds, then start again.";

/// What a page of this kind says; the layout comes when the request's id is known.
#[derive(Debug, Clone)]
struct Said {
    status: StatusCode,
    text: String,
}

/// The answer, still without the page around it; [`rendered`] adds that.
pub(crate) fn response(status: StatusCode, text: &str) -> Response {
    let mut answer = Response::builder().status(status).finish();
    answer.set_data(Said {
        status,
        text: text.to_owned(),
    });
    answer
}

/// The answer with its page, if it is one of [`response`]; any other as it is.
pub(crate) fn rendered(
    mut answer: Response,
    request_id: &str,
    address: &PublicAddress,
) -> Response {
    let Some(said) = answer.data::<Said>().cloned() else {
        return answer;
    };
    let content = html! {
        p { (said.text) }
        @if said.status.is_server_error() {
            p.reference { "Request number: " code { (request_id) } }
        }
    };
    let page = Page::new(title(said.status), content)
        .with_status(said.status)
        .into_response(address);
    let (parts, body) = page.into_parts();
    answer.headers_mut().extend(parts.headers);
    answer.set_body(body);
    answer
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "This page can't be used that way",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "Roster can't answer right now",
        _ if status.is_server_error() => "Something went wrong",
        _ => "The request can't be understood",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    async fn page(status: StatusCode, text: &str) -> (StatusCode, String) {
        let address = PublicAddress::of(&Options::default().public_url);
        let answer = rendered(response(status, text), "request-1", &address);
        assert!(answer.header("content-security-policy").is_some());
        let status = answer.status();
        (status, answer.into_body().into_string().await.unwrap())
    }

    #[tokio::test]
    async fn a_fault_of_ours_is_shown_with_the_number_of_its_request() {
        let (status, text) = page(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(text.contains("<code>request-1</code>"), "{text}");
        let (status, text) = page(StatusCode::NOT_FOUND, "<b>").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(text.contains("<p>&lt;b&gt;</p>") && !text.contains("request-1"));
    }

    #[test]
    fn what_is_no_such_answer_stays_as_it_is() {
        let address = PublicAddress::of(&Options::default().public_url);
        let other = Response::builder().content_type("text/plain").body("x");
        let answer = rendered(other, "request-1", &address);
        assert_eq!(answer.content_type(), Some("text/plain"));
    }
}
