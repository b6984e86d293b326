//! What is shown when something can't be done.

use maud::html;
use poem::Response;
use poem::http::StatusCode;
use poem::http::header::RETRY_AFTER;
use roster_application::error::Error;
use roster_application::ports::store::StoreError;
use roster_domain::refusal::excerpt;
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;

use crate::desk::Desk;
use crate::entrance::CSRF_FIELD;
use crate::settings::keys::is_secret;

/// Seconds after which it is worth asking an unavailable database again.
const RETRY: u64 = 5;

/// The page for a use case that failed.
pub(crate) fn page(desk: &Desk, error: &Error) -> Response {
    match error {
        Error::Store(StoreError::Unavailable(_)) => {
            log(desk, error);
            let text = "Roster can't reach its database at the moment. Wait a few seconds, then reload this page. If you have \
                just sent a form, look first whether it was carried out.";
            let mut answer = refused(desk, StatusCode::SERVICE_UNAVAILABLE, text);
            answer.headers_mut().insert(RETRY_AFTER, RETRY.into());
            answer
        }
        Error::Store(_) => {
            log(desk, error);
            internal(desk)
        }
        Error::Forbidden { permission } => {
            let text = format!(
                "This takes the permission \"{}\" ({permission}), which your role does not have. Ask an administrator for it.",
                permission.label()
            );
            refused(desk, StatusCode::FORBIDDEN, &text)
        }
        Error::NotFound { thing, .. } => {
            let text = format!(
                "There is no such {} here. It may have been removed, or the address is not complete.",
                thing.name()
            );
            refused(desk, StatusCode::NOT_FOUND, &text)
        }
        Error::Invalid(_) => refused(desk, StatusCode::BAD_REQUEST, &error.to_string()),
        Error::Refused(_) | Error::VersionMismatch | Error::Contended => {
            refused(desk, StatusCode::CONFLICT, &error.to_string())
        }
        Error::Scim(error) => refused(desk, StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

/// A page that says why something was not done.
pub(crate) fn refused(desk: &Desk, status: StatusCode, text: &str) -> Response {
    let content = html! {
        p role="alert" { (text) }
        p { a href=(desk.beside("/")) { "To the start page" } }
    };
    desk.show(Page::new(title(status), content).with_status(status))
}

/// A page for a form that the present session was not shown: perhaps the one before was. What was
/// typed is kept, and can be sent in the name of this session; secrets have to be pasted again.
pub(crate) fn other_session(desk: &Desk, path: &str, form: &Form) -> Response {
    let kept = |name: &str, value: &str| name != CSRF_FIELD && !is_secret(name, value);
    let fields = form.fields().filter(|(name, value)| kept(name, value));
    let fields: Vec<(&str, &str)> = fields.collect();
    let content = html! {
        p role="alert" {
            "This form was not opened in your present session, so nothing was changed. That is so after signing in again. "
            "What was typed is kept: look at it, and send it if you mean it."
        }
        (desk.upload(path, &html! {
            @for (name, value) in &fields {
                input type="hidden" name=(name) value=(value);
            }
            div.buttons {
                button type="submit" { "Send it now" }
                a href=(desk.to(path)) { "Leave it, and open the page anew" }
            }
        }))
        details {
            summary { "What was typed" }
            dl {
                @for (name, value) in &fields {
                    dt { (excerpt(name)) } dd { bdi { (excerpt(value)) } }
                }
            }
        }
    };
    let page = Page::new("Send this form again?", content).with_status(StatusCode::FORBIDDEN);
    desk.show(page)
}

fn internal(desk: &Desk) -> Response {
    let number = desk.caller().origin.request_id.as_deref();
    let content = html! {
        p role="alert" {
            "Something failed inside Roster; it is not your fault. Try again later, and if it stays so, tell whoever "
            "runs this server the request number below."
        }
        @if let Some(number) = number {
            p.reference { "Request number: " code { (number) } }
        }
    };
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    desk.show(Page::new(title(status), content).with_status(status))
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "This page can't be used that way",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::CONFLICT => "This can't be done",
        StatusCode::SERVICE_UNAVAILABLE => "Roster can't answer right now",
        _ if status.is_server_error() => "Something went wrong",
        _ => "The request can't be understood",
    }
}

fn log(desk: &Desk, error: &Error) {
    let request_id = desk.caller().origin.request_id.as_deref();
    tracing::error!(request_id, %error, "a page of the console failed");
}
