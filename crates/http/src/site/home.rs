//! The tenant's page, and where people are after signing out.

use poem::Response;
use roster_application::administration::saml_settings::SsoState;
use roster_web_kit::address::origin_of;
use roster_web_kit::cross_site::is_safe;

use super::saml::parameter;
use super::{Arrival, Site};
use crate::failure::Api;
use crate::pages::home::RETURN_TO;
use crate::pages::{home, signed_out};
use roster_web_kit::visitor::{Visitor, visitor};

impl Site {
    /// `GET /t/{slug}/`
    pub(super) async fn home(&self, arrival: &Arrival) -> Response {
        let cookies = match self.cookies(arrival) {
            Ok(cookies) => cookies,
            Err(page) => return *page,
        };
        let headers = arrival.request.headers();
        let (tenant, origin) = (&arrival.tenant, arrival.origin.clone());
        let request_id = arrival.origin.request_id.as_deref();
        let visitor = visitor(&self.application, Some(cookies), tenant, headers, origin).await;
        let (root, slug) = (self.address.root(), arrival.slug());
        match visitor {
            Ok(Visitor::Known(signed_in)) => {
                arrival.visit.admitted(&signed_in.caller);
                let leads_to = match self.application.logout_destination(&signed_in).await {
                    Ok(destination) => destination.as_deref().and_then(origin_of),
                    Err(error) => return Api::Pages.store_failed(&error, request_id),
                };
                self.show(home::signed_in(root, &signed_in, leads_to))
            }
            // Sending such a browser away would bring it back here for ever.
            Ok(Visitor::Ambiguous) => self.show(home::ambiguous(root, slug)),
            Ok(Visitor::Stranger | Visitor::Over) => {
                // Checked where a sign-in begins; here it is only handed on.
                let return_to = parameter(&arrival.request, RETURN_TO);
                let return_to = return_to.as_deref();
                match self.application.sso_state(tenant).await {
                    Ok(SsoState::Enforced) => {
                        let login = self.address_of(arrival, "/saml/login");
                        self.see_other(&home::returning(login, return_to))
                    }
                    Ok(sso) => self.show(home::sign_in(root, slug, sso, return_to)),
                    Err(error) => self.failed(&error, request_id),
                }
            }
            Err(error) => Api::Pages.store_failed(&error, request_id),
        }
    }

    /// For whoever asks for the console without a session: the way to sign in, and back there.
    pub(crate) fn sign_in_first(&self, arrival: &Arrival) -> Response {
        let (root, slug) = (self.address.root(), arrival.slug());
        if let Err(page) = self.cookies(arrival) {
            return *page;
        }
        if !is_safe(arrival.request.method()) {
            return self.show(home::session_over(root, slug));
        }
        let uri = arrival.request.uri();
        let wanted = uri.path_and_query().map_or("", |path| path.as_str());
        let home = self.address_of(arrival, "/");
        self.see_other(&home::returning(home, Some(wanted)))
    }

    /// `GET /t/{slug}/signed-out`
    pub(super) fn signed_out(&self, arrival: &Arrival) -> Response {
        self.show(signed_out::page(self.address.root(), arrival.slug()))
    }
}
