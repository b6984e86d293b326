//! Where a request enters the console: whose it is, what it sends, and whether it may change
//! anything. Every form is checked here, before any page hears of it.

use std::sync::Arc;

use poem::http::header::ALLOW;
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Endpoint, Request, Response};
use roster_application::Application;
use roster_application::sessions::SignedIn;
use roster_web_kit::address::{PublicAddress, origin_of};
use roster_web_kit::cross_site::check_origin;
use roster_web_kit::form::Form;

use crate::desk::Desk;
use crate::fault;
use crate::routes::{Verb, route};

const NO_SUCH_PAGE: &str = "There is no page at this address.";

/// The field of every form that proves that the session was shown it.
pub(crate) const CSRF_FIELD: &str = "csrf_token";

/// The endpoint of the console.
pub(crate) struct Entrance {
    application: Application,
    address: Arc<PublicAddress>,
}

impl Entrance {
    pub(crate) fn new(application: Application, address: Arc<PublicAddress>) -> Self {
        Self {
            application,
            address,
        }
    }
}

impl Endpoint for Entrance {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let Some(signed_in) = request.data::<SignedIn>().cloned() else {
            // Whoever put the server together forgot the door.
            return Err(poem::Error::from_status(StatusCode::UNAUTHORIZED));
        };
        let leads_to = match self.application.logout_destination(&signed_in).await {
            Ok(destination) => destination.as_deref().and_then(origin_of),
            Err(error) => {
                let desk = self.desk(signed_in, &request, None);
                return Ok(fault::page(&desk, &error.into()));
            }
        };
        let desk = self.desk(signed_in, &request, leads_to);
        let path = request.uri().path().to_owned();
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (verb, form) = match *request.method() {
            Method::GET | Method::HEAD => (Some(Verb::Get), Form::default()),
            Method::POST if route(Verb::Post, &path, &desk, &Form::default()).is_none() => {
                return Ok(elsewhere(&path, &desk));
            }
            Method::POST => match received(&mut request, &desk).await {
                Ok(form) => (Some(Verb::Post), form),
                Err(refusal) => return Ok(refusal),
            },
            _ => (None, Form::default()),
        };
        let found = verb.and_then(|verb| route(verb, &path, &desk, &form));
        Ok(match found {
            Some(page) => page
                .await
                .unwrap_or_else(|error| fault::page(&desk, &error)),
            None => elsewhere(&path, &desk),
        })
    }
}

impl Entrance {
    fn desk(&self, signed_in: SignedIn, request: &Request, leads_to: Option<String>) -> Desk {
        Desk {
            application: self.application.clone(),
            address: self.address.clone(),
            signed_in,
            query: Form::of_query(request),
            leads_to,
        }
    }
}

/// The form, if it may change something.
async fn received(request: &mut Request, desk: &Desk) -> Result<Form, Response> {
    if let Err(text) = check_origin(request.headers(), &desk.address) {
        return Err(fault::refused(desk, StatusCode::FORBIDDEN, text));
    }
    let form = Form::read_with_files(request).await;
    let form = form.map_err(|fault| fault::refused(desk, fault.status(), &fault.to_string()))?;
    if desk.signed_in.may_write(form.field(CSRF_FIELD)) {
        Ok(form)
    } else {
        let path = request.uri().path();
        Err(fault::other_session(desk, path, &form))
    }
}

/// 405 where another method would do, else 404.
fn elsewhere(path: &[&str], desk: &Desk) -> Response {
    let form = Form::default();
    let may = |verb| route(verb, path, desk, &form).is_some();
    let allowed = match (may(Verb::Get), may(Verb::Post)) {
        (true, true) => "GET, HEAD, POST",
        (true, false) => "GET, HEAD",
        (false, true) => "POST",
        (false, false) => return fault::refused(desk, StatusCode::NOT_FOUND, NO_SUCH_PAGE),
    };
    let text = "This page can't be used that way. Open it from the menu, and use its buttons.";
    let mut answer = fault::refused(desk, StatusCode::METHOD_NOT_ALLOWED, text);
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
