//! The tenant's page, and where people are after signing out.

use poem::Response;
use roster_application::administration::saml_settings::SsoState;
use url::Url;

use super::{Arrival, Site};
use crate::authentication::{Visitor, visitor};
use crate::failure::Api;
use crate::pages::{home, signed_out};

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
                match self.application.sso_state(tenant).await {
                    Ok(SsoState::Enforced) => {
                        self.see_other(&self.address_of(arrival, "/saml/login"))
                    }
                    Ok(sso) => self.show(home::sign_in(root, slug, sso)),
                    Err(error) => self.failed(&error, request_id),
                }
            }
            Err(error) => Api::Pages.store_failed(&error, request_id),
        }
    }

    /// `GET /t/{slug}/signed-out`
    pub(super) fn signed_out(&self, arrival: &Arrival) -> Response {
        self.show(signed_out::page(self.address.root(), arrival.slug()))
    }
}

/// The origin of an address as a policy names it.
fn origin_of(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::origin_of;

    #[test]
    fn an_origin_has_no_path_and_no_way_out_of_a_policy() {
        for (url, origin) in [
            (
                "https://idp.example.com/slo?x=1",
                Some("https://idp.example.com"),
            ),
            (
                "https://idp.example.com:8443/;'none'",
                Some("https://idp.example.com:8443"),
            ),
            ("http://localhost:7000/slo", Some("http://localhost:7000")),
            ("data:text/html,x", None),
            ("nonsense", None),
        ] {
            assert_eq!(origin_of(url).as_deref(), origin, "{url}");
        }
    }
}
