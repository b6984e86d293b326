//! `/t/{slug}/admin-link`: the operator's way in. Looking at the link changes nothing.

use poem::Response;
use poem::http::StatusCode;
use roster_application::break_glass::LINK_PARAMETER;
use roster_application::error::Error;
use roster_domain::refusal::Refusal;
use roster_domain::secret::Secret;

use super::saml::parameter;
use super::{Arrival, Site, with_cookie};
use crate::failure::Api;
use crate::observed::SignInOutcome;
use crate::pages::admin_link;
use crate::rate_limit::Entrance;
use roster_web_kit::cross_site::check_origin;
use roster_web_kit::form::Form;

impl Site {
    /// `GET`: says what the link does, whether or not it still does it.
    pub(super) fn show_admin_link(&self, arrival: &Arrival) -> Response {
        if let Err(page) = self.cookies(arrival) {
            return *page;
        }
        let link = parameter(&arrival.request, LINK_PARAMETER);
        let slug = arrival.slug();
        match link.as_deref().and_then(Secret::parse) {
            Some(link) => self.show(admin_link::page(self.address.root(), slug, &link)),
            None => self.show(admin_link::spent(
                slug,
                &Refusal::AdminLinkSpent.to_string(),
            )),
        }
    }

    /// `POST`: opens the session, and uses the link up.
    pub(super) async fn redeem_admin_link(&self, mut arrival: Arrival) -> Response {
        if let Some(page) = self.too_many(Entrance::AdminLink, &arrival) {
            return page;
        }
        if let Err(text) = check_origin(arrival.request.headers(), &self.address) {
            return Api::Pages.refuse(StatusCode::FORBIDDEN, text);
        }
        let form = match Form::read(&mut arrival.request).await {
            Ok(form) => form,
            Err(fault) => return Api::Pages.refuse(fault.status(), &fault.to_string()),
        };
        let cookies = match self.cookies(&arrival) {
            Ok(cookies) => cookies,
            Err(page) => return *page,
        };
        let link = form.field(LINK_PARAMETER);
        let redeemed = self
            .application
            .redeem_admin_link(&arrival.tenant, link, &arrival.origin)
            .await;
        match redeemed {
            Ok((secret, _)) => {
                let mut answer = self.see_other(&self.address_of(&arrival, "/"));
                answer.set_data(SignInOutcome("break_glass"));
                with_cookie(answer, cookies.set_session(&secret))
            }
            Err(Error::Refused(refusal)) => {
                self.show(admin_link::spent(arrival.slug(), &refusal.to_string()))
            }
            Err(error) => self.failed(&error, arrival.origin.request_id.as_deref()),
        }
    }
}
