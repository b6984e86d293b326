//! The provider as a web site that a real browser can visit: a sign-in page with one button for
//! each assigned person, single logout, and a dashboard from which a sign-in starts.
//!
//! It is reached at `http://127.0.0.1`, and the server under test at `http://localhost`: two sites,
//! so that a browser treats the post from one to the other as it does between Okta and a customer.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use poem::endpoint::{make, make_sync};
use poem::listener::TcpAcceptor;
use poem::web::{Html, Redirect};
use poem::{Endpoint, EndpointExt, Route, Server, get};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::redirect::redirect_url;
use super::xml::{escaped, instant};
use super::{AuthnRequest, LogoutRequest, OktaIdp, Person, Shape};
use crate::client::Client;
use crate::tenant::Tenant;

/// A provider that answers at [`OktaIdp::sso_url`] and [`OktaIdp::slo_url`]. It ends when it is
/// dropped.
#[derive(Debug)]
pub struct ServedIdp {
    site: Arc<Site>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Site {
    idp: OktaIdp,
    origin: String,
    people: Mutex<Vec<Person>>,
    logouts: Mutex<Vec<LogoutRequest>>,
}

impl Deref for ServedIdp {
    type Target = OktaIdp;

    fn deref(&self) -> &OktaIdp {
        &self.site.idp
    }
}

impl OktaIdp {
    /// Serves it, on a thread of its own, with addresses that lead there.
    #[must_use]
    pub fn serve(self) -> ServedIdp {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let site = Arc::new(Site {
            idp: Self {
                sso_url: format!("{origin}/sso/saml"),
                slo_url: Some(format!("{origin}/slo/saml")),
                ..self
            },
            origin,
            people: Mutex::default(),
            logouts: Mutex::default(),
        });
        let (end, ended) = oneshot::channel();
        let routes = site.routes();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let acceptor = TcpAcceptor::from_std(listener).unwrap();
                let served = Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(
                    routes,
                    async { drop(ended.await) },
                    Some(std::time::Duration::ZERO),
                );
                served.await.unwrap();
            });
        });
        ServedIdp {
            site,
            end: Some(end),
            thread: Some(thread),
        }
    }
}

impl ServedIdp {
    /// Assigns the application to a person: the sign-in page offers the button `Sign in as` and the
    /// NameID from now on. Who has that NameID already is replaced.
    pub fn assign(&self, person: &Person) {
        let mut people = self.site.people.lock().unwrap();
        people.retain(|present| present.name_id != person.name_id);
        people.push(person.clone());
    }

    /// The label of the button that signs a person in.
    #[must_use]
    pub fn button(person: &Person) -> String {
        format!("Sign in as {}", person.name_id)
    }

    /// The address of the page from which people start the tenant's application.
    #[must_use]
    pub fn dashboard_url(&self, tenant: &Tenant) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("audience", &tenant.audience());
        query.append_pair("acs", &tenant.acs_url());
        format!("{}/dashboard?{}", self.site.origin, query.finish())
    }

    /// The requests to sign out that have arrived, oldest first.
    #[must_use]
    pub fn logouts(&self) -> Vec<LogoutRequest> {
        self.site.logouts.lock().unwrap().clone()
    }
}

impl Drop for ServedIdp {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Site {
    fn routes(self: &Arc<Self>) -> impl Endpoint + use<> {
        let page = |page: fn(&Self, &str) -> poem::Response| {
            let site = self.clone();
            get(make_sync(move |request| {
                page(&site, &site.address_of(&request))
            }))
        };
        let site = self.clone();
        let logout = make(move |request| {
            let site = site.clone();
            async move { site.log_out(&site.address_of(&request)).await }
        });
        Route::new()
            .at("/sso/saml", page(Self::sign_in))
            .at("/slo/saml", get(logout))
            .at("/dashboard", page(Self::dashboard))
            .map_to_response()
    }

    fn address_of(&self, request: &poem::Request) -> String {
        format!("{}{}", self.origin, request.original_uri())
    }

    /// The page with the buttons; each is a form that posts its answer to the ACS.
    fn sign_in(&self, url: &str) -> poem::Response {
        let request = AuthnRequest::of_url(url);
        self.page(&request)
    }

    fn dashboard(&self, url: &str) -> poem::Response {
        let url = url::Url::parse(url).unwrap();
        let field = |name: &str| {
            let mut pairs = url.query_pairs();
            let found = pairs.find(|(given, _)| given == name);
            found.map(|(_, value)| value.into_owned()).unwrap()
        };
        self.page(&AuthnRequest::unsolicited(
            &field("audience"),
            &field("acs"),
        ))
    }

    fn page(&self, request: &AuthnRequest) -> poem::Response {
        let hidden = |name: &str, value: &str| {
            format!(
                r#"<input type="hidden" name="{name}" value="{}">"#,
                escaped(value)
            )
        };
        let relay_state = request.relay_state.as_deref();
        let relay_state = relay_state.map_or_else(String::new, |text| hidden("RelayState", text));
        let form = |person: &Person| {
            let response = self.idp.respond(request, person, &Shape::okta());
            format!(
                r#"<form method="post" action="{}">{}{relay_state}<button>{}</button></form>"#,
                escaped(&request.acs_url),
                hidden("SAMLResponse", &response),
                escaped(&ServedIdp::button(person)),
            )
        };
        let forms: String = self.people.lock().unwrap().iter().map(form).collect();
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><title>Identity provider</title><h1>Identity provider</h1>{forms}"
        );
        poem::IntoResponse::into_response(Html(page))
    }

    /// Writes the request down, and sends the browser back with an answer, to the address that
    /// the service provider's metadata gives for it.
    async fn log_out(&self, url: &str) -> poem::Response {
        let request = LogoutRequest::of_url(url);
        // The service provider is named by where its metadata is.
        let metadata = Client::new(request.issuer.clone()).get("").await.text();
        let back = logout_address(&metadata);
        let xml = format!(
            r#"<saml2p:LogoutResponse Destination="{back}" ID="id{}" InResponseTo="{}" IssueInstant="{}" Version="2.0" xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"><saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">{}</saml2:Issuer><saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status></saml2p:LogoutResponse>"#,
            Uuid::new_v4().simple(),
            request.id,
            instant(time::OffsetDateTime::now_utc()),
            self.idp.entity_id,
        );
        let relay_state = request.message.relay_state.clone();
        let back = redirect_url(
            &back,
            "SAMLResponse",
            &xml,
            relay_state.as_deref(),
            &self.idp.key,
        );
        self.logouts.lock().unwrap().push(request);
        poem::IntoResponse::into_response(Redirect::see_other(back))
    }
}

/// The `Location` of the first `SingleLogoutService` in a service provider's metadata.
fn logout_address(metadata: &str) -> String {
    let document = uppsala::parse(metadata).unwrap();
    let services = document.get_elements_by_tag_name("SingleLogoutService");
    let service = services.first().copied().expect("a SingleLogoutService");
    let location = document.get_attribute(service, "Location");
    location.expect("its Location").to_owned()
}
