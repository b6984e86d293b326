//! To the identity provider and back (SAML bindings 3.4 and 3.5).

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Request, Response};
use roster_application::sign_in::failure::{Problem, SignInFailure};
use roster_application::sign_in::{Completed, Posted};
use url::form_urlencoded;

use super::{Arrival, Site, with_cookie};
use crate::failure::{Api, RETRY_UNAVAILABLE, with_retry_after};
use crate::observed::SignInOutcome;
use crate::pages::home::RETURN_TO;
use crate::pages::refused;
use crate::rate_limit::Entrance;
use roster_web_kit::form::Form;

impl Site {
    /// `GET /t/{slug}/saml/login`
    pub(super) async fn start_sign_in(&self, arrival: &Arrival) -> Response {
        let cookies = match self.cookies(arrival) {
            Ok(cookies) => cookies,
            Err(page) => return *page,
        };
        let return_to = parameter(&arrival.request, RETURN_TO);
        let started = self
            .application
            .start_sign_in(&arrival.tenant, return_to.as_deref(), &arrival.origin)
            .await;
        match started {
            Ok(started) => {
                let answer = unreferred(self.see_other(&started.redirect));
                with_cookie(answer, cookies.set_attempt(started.slot, &started.attempt))
            }
            Err(failure) => self.refused(arrival, &failure),
        }
    }

    /// `POST /t/{slug}/saml/acs`. No session is used here, so the form comes from any site.
    pub(super) async fn complete_sign_in(&self, mut arrival: Arrival) -> Response {
        if let Some(page) = self.too_many(Entrance::Saml, &arrival) {
            return page;
        }
        let form = match Form::read(&mut arrival.request).await {
            Ok(form) => form,
            Err(fault) => return Api::Pages.refuse(fault.status(), &fault.to_string()),
        };
        let cookies = match self.cookies(&arrival) {
            Ok(cookies) => cookies,
            Err(page) => return *page,
        };
        let posted = Posted {
            saml_response: form.field("SAMLResponse"),
            relay_state: form.field("RelayState"),
            attempts: &cookies.attempts(arrival.request.headers()),
        };
        let completed = self
            .application
            .complete_sign_in(&arrival.tenant, posted, &arrival.origin)
            .await;
        match completed {
            Ok(Completed {
                secret,
                target,
                slot,
                ..
            }) => {
                let location = match &target {
                    Some(target) => self.address.target(target),
                    None => self.address_of(&arrival, "/"),
                };
                let answer = unreferred(self.see_other(&location));
                let answer = with_cookie(answer, cookies.set_session(&secret));
                let answer = with_cookie(answer, slot.and_then(|slot| cookies.clear_attempt(slot)));
                let mut answer = answer;
                answer.set_data(SignInOutcome("succeeded"));
                answer
            }
            Err(failure) => self.refused(&arrival, &failure),
        }
    }

    /// `GET /t/{slug}/saml/metadata`
    pub(super) async fn sp_metadata(&self, arrival: &Arrival) -> Response {
        match self.application.sp_metadata(&arrival.tenant).await {
            Ok(document) => Response::builder()
                .content_type("application/samlmetadata+xml")
                .body(document),
            Err(error) => self.failed(&error, arrival.origin.request_id.as_deref()),
        }
    }

    /// `/t/{slug}/saml/slo`, where the identity provider sends the browser after a logout. Our own
    /// session ended before that began, so whatever it says changes nothing.
    pub(super) fn after_logout(&self, arrival: &Arrival) -> Response {
        self.see_other(&self.address_of(arrival, "/signed-out"))
    }

    fn refused(&self, arrival: &Arrival, failure: &SignInFailure) -> Response {
        let outcome = match &failure.problem {
            Problem::NotConfigured => "not_configured",
            Problem::ReturnAddress => "return_address",
            Problem::StartAgain => "start_again",
            Problem::AskAdministrator => "not_verified",
            Problem::Refused(_) => "refused",
            Problem::Unavailable => "unavailable",
        };
        let mut answer = self.show(refused::page(self.address.root(), arrival.slug(), failure));
        answer.set_data(SignInOutcome(outcome));
        match failure.problem {
            Problem::Unavailable => with_retry_after(answer, RETRY_UNAVAILABLE),
            _ => answer,
        }
    }

    /// The page for a use case that failed for no fault of the person's.
    pub(super) fn failed(
        &self,
        error: &roster_application::error::Error,
        request_id: Option<&str>,
    ) -> Response {
        match error {
            roster_application::error::Error::Store(error) => {
                Api::Pages.store_failed(error, request_id)
            }
            error => {
                crate::failure::log(error, request_id);
                let text = "The SAML settings of this tenant can't be used at the moment. An administrator finds the \
                    reason in the server's log.";
                Api::Pages.refuse(StatusCode::INTERNAL_SERVER_ERROR, text)
            }
        }
    }
}

/// The first parameter of that name in the query, decoded.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// Keeps our addresses from wherever the browser goes next.
fn unreferred(mut answer: Response) -> Response {
    answer.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    answer
}
