//! `POST /t/{slug}/sign-out`: the button on the tenant's page.

use poem::Response;
use poem::http::StatusCode;

use super::{Arrival, Site, with_cookie};
use crate::failure::Api;
use roster_web_kit::cross_site::check_origin;
use roster_web_kit::form::Form;
use roster_web_kit::visitor::{Visitor, visitor};

const STALE: &str = "This form is not of your present session, so nothing was changed. Open the page of your organization \
    again, and use the button there.";

impl Site {
    pub(super) async fn sign_out(&self, mut arrival: Arrival) -> Response {
        let form = match Form::read(&mut arrival.request).await {
            Ok(form) => form,
            Err(fault) => return Api::Pages.refuse(fault.status(), &fault.to_string()),
        };
        let cookies = match self.cookies(&arrival) {
            Ok(cookies) => cookies,
            Err(page) => return *page,
        };
        let headers = arrival.request.headers();
        let (tenant, origin) = (&arrival.tenant, arrival.origin.clone());
        let request_id = arrival.origin.request_id.as_deref();
        if let Err(text) = check_origin(headers, &self.address) {
            return Api::Pages.refuse(StatusCode::FORBIDDEN, text);
        }
        let mut destination = None;
        match visitor(&self.application, Some(cookies), tenant, headers, origin).await {
            Ok(Visitor::Known(signed_in)) => {
                arrival.visit.admitted(&signed_in.caller);
                if !signed_in.may_write(form.field("csrf_token")) {
                    return Api::Pages.refuse(StatusCode::FORBIDDEN, STALE);
                }
                match self.application.sign_out(&signed_in).await {
                    Ok(logout) => destination = logout,
                    Err(error) => return self.failed(&error, request_id),
                }
            }
            // Nothing to end but what the browser holds.
            Ok(Visitor::Stranger | Visitor::Over | Visitor::Ambiguous) => {}
            Err(error) => return Api::Pages.store_failed(&error, request_id),
        }
        let destination = destination.unwrap_or_else(|| self.address_of(&arrival, "/signed-out"));
        with_cookie(self.see_other(&destination), cookies.clear_session())
    }
}
