//! A browser without a screen: it keeps cookies as Chromium does, says where its requests come from
//! as Chromium does, and never follows a redirect unless told. What it needs of a sign-in:
//! [`Browser::request_sign_in`] (the way to the provider), [`Browser::post_response`] (the way back),
//! and both with a provider's answer in between, [`Browser::sign_in`].
//!
//! ```text
//! let browser = Browser::new(&tenant);
//! let landed = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();
//! assert_eq!(landed.location, format!("{}/", tenant.public_url()));
//! let who = browser.session().await.api(200);           // GET /t/{slug}/session
//! let claims = jwt::claims(&browser.token().await);      // POST /t/{slug}/session/token
//! browser.write(Method::PATCH, "/api/v1/users/…", &json!({…})).await; // with X-CSRF-Token
//! browser.sign_out().await;
//!
//! let refused = browser.sign_in(&idp, &stranger).await.refused();
//! assert!(refused.reason(&tenant).await.contains("the role"));  // the audit record, by reference
//! assert!(refused.cookies.is_empty());                          // no session
//! ```
//!
//! The server is asked at its socket's address, whatever its public URL says, with the host, the
//! cookies and the origin of the public URL: as a reverse proxy in front of it would pass them on.
//! [`Browser::through`] asks another replica, with the same cookies.

pub mod cookies;
mod outcome;

use std::sync::Mutex;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::client::{Answer, http};
use crate::idp::{AuthnRequest, OktaIdp, Person, Shape};
use crate::server::Server;
use crate::tenant::Tenant;
use cookies::{Cookie, From, Jar};

pub use outcome::{Refused, SignIn, SignedIn};

/// The media type of a posted form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A browser that visits one tenant.
#[derive(Debug)]
pub struct Browser {
    http: reqwest::Client,
    /// Where the server listens, as `http://127.0.0.1:1234`.
    server: String,
    /// What it says where it is.
    origin: String,
    /// The path of the tenant's pages, as `/t/acme`.
    base: String,
    jar: Mutex<Jar>,
}

impl Clone for Browser {
    /// A browser with the same cookies, and a jar of its own: a backup, or a thief.
    fn clone(&self) -> Self {
        Self {
            http: self.http.clone(),
            server: self.server.clone(),
            origin: self.origin.clone(),
            base: self.base.clone(),
            jar: Mutex::new(self.jar.lock().unwrap().clone()),
        }
    }
}

impl Browser {
    /// A new browser, without cookies, for a tenant.
    #[must_use]
    pub fn new(tenant: &Tenant) -> Self {
        let http = http()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            server: tenant.server.url(),
            origin: tenant.server.public_url().to_owned(),
            base: format!("/t/{}", tenant.slug),
            jar: Mutex::default(),
        }
    }

    /// The same browser, cookies and all, whose requests reach another replica of the server.
    #[must_use]
    pub fn through(self, replica: &Server) -> Self {
        assert_eq!(
            self.origin,
            replica.public_url(),
            "replicas share their public URL"
        );
        Self {
            server: replica.url(),
            ..self
        }
    }

    /// The same browser, cookies and all, at the pages of another tenant of the same server.
    #[must_use]
    pub fn at(self, tenant: &Tenant) -> Self {
        Self {
            base: format!("/t/{}", tenant.slug),
            ..self
        }
    }

    // --- signing in ---------------------------------------------------------------------------

    /// Goes to the login URL, and answers the request with which the browser is sent away.
    ///
    /// # Panics
    /// When it is not sent away with a request.
    #[track_caller]
    pub fn request_sign_in(
        &self,
        return_to: Option<&str>,
    ) -> impl Future<Output = AuthnRequest> + '_ {
        let mut path = "/saml/login".to_owned();
        if let Some(wanted) = return_to {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            path = format!("{path}?{}", query.append_pair("return_to", wanted).finish());
        }
        async move {
            let answer = self.get(&path).await;
            let location = answer.header("location").unwrap_or_default();
            assert!(
                matches!(answer.status, 302 | 303) && location.contains("SAMLRequest="),
                "{path}: no redirect to the identity provider: {} {location} {}",
                answer.status,
                answer.text()
            );
            AuthnRequest::of_url(location)
        }
    }

    /// Posts a response to the ACS, from the provider's page.
    pub async fn post_response(&self, saml_response: &str, relay_state: Option<&str>) -> SignIn {
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("SAMLResponse", saml_response);
            if let Some(relay_state) = relay_state {
                form.append_pair("RelayState", relay_state);
            }
            form.finish()
        };
        self.post_to_acs(&form).await
    }

    /// Posts any form to the ACS, from the provider's page.
    pub async fn post_to_acs(&self, form: &str) -> SignIn {
        let (answer, cookies) = self.acs_answer(FORM, form.as_bytes().to_vec()).await;
        SignIn::of(&answer, cookies)
    }

    /// Posts any bytes to the ACS, from the provider's page, for an answer that need not be one to
    /// a sign-in: the answer, and the cookies that it set.
    pub async fn acs_answer(&self, media_type: &str, body: Vec<u8>) -> (Answer, Vec<Cookie>) {
        let path = format!("{}/saml/acs", self.base);
        let request = self
            .request(&Method::POST, &path, From::ForeignForm)
            .header("Content-Type", media_type)
            .body(body);
        self.send(request, &path).await
    }

    /// Signs in as that person, from the login URL on.
    pub async fn sign_in(&self, idp: &OktaIdp, person: &Person) -> SignIn {
        self.sign_in_with(idp, person, &Shape::okta()).await
    }

    /// As [`Browser::sign_in`], with a response of that shape.
    pub async fn sign_in_with(&self, idp: &OktaIdp, person: &Person, shape: &Shape) -> SignIn {
        let request = self.request_sign_in(None).await;
        let response = idp.respond(&request, person, shape);
        self.post_response(&response, request.relay_state.as_deref())
            .await
    }

    // --- being signed in ------------------------------------------------------------------------

    /// `GET /t/{slug}/session`.
    pub async fn session(&self) -> Answer {
        self.get("/session").await
    }

    /// Whether there is a session, by what the server says.
    pub async fn is_signed_in(&self) -> bool {
        let answer = self.session().await;
        match answer.status {
            200 => true,
            401 => false,
            status => panic!("GET /session: {status} {}", answer.text()),
        }
    }

    /// The token that a write by cookie has to show.
    ///
    /// # Panics
    /// When there is no session.
    pub async fn csrf(&self) -> String {
        let session = self.session().await.api(200);
        let token = session["csrfToken"].as_str();
        token.expect("a session has a csrfToken").to_owned()
    }

    /// A new JWT.
    ///
    /// # Panics
    /// When there is no session, or the answer has no token.
    pub async fn token(&self) -> String {
        let answer = self
            .write(Method::POST, "/session/token", &Value::Null)
            .await;
        let answer = answer.api(200);
        let token = answer["token"].as_str();
        token
            .unwrap_or_else(|| panic!("no token in {answer}"))
            .to_owned()
    }

    /// `DELETE /t/{slug}/session`.
    pub async fn sign_out(&self) -> Answer {
        self.write(Method::DELETE, "/session", &Value::Null).await
    }

    // --- any request ------------------------------------------------------------------------------

    /// GET of a path below the tenant's, as by the address bar.
    pub async fn get(&self, path: &str) -> Answer {
        self.visit(&format!("{}{path}", self.base)).await
    }

    /// GET of a path of the server, or of an absolute URL that begins with its public URL.
    pub async fn visit(&self, address: &str) -> Answer {
        let path = address.strip_prefix(&self.origin).unwrap_or(address);
        assert!(path.starts_with('/'), "{address} is not at {}", self.origin);
        let request = self.request(&Method::GET, path, From::SameSite);
        self.send(request, path).await.0
    }

    /// A request with cookies from a page of ours, with the CSRF token; `null` is no body.
    pub async fn write(&self, method: Method, path: &str, body: &Value) -> Answer {
        let csrf = self.csrf().await;
        self.write_with(method, path, body, Some(&csrf), From::SameSite)
            .await
    }

    /// A request with cookies from somewhere, with some CSRF token or none; `null` is no body.
    pub async fn write_with(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        csrf: Option<&str>,
        from: From,
    ) -> Answer {
        let path = format!("{}{path}", self.base);
        let mut request = self.request(&method, &path, from);
        if let Some(csrf) = csrf {
            request = request.header("X-CSRF-Token", csrf);
        }
        if !body.is_null() {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        self.send(request, &path).await.0
    }

    /// Sends a form from somewhere, to a path below the tenant's.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)], from: From) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let body = form.finish().into_bytes();
        self.post_body(path, FORM, body, from).await
    }

    /// Sends a form from a page of ours, with the CSRF token in the header that programs send.
    pub async fn post_form_with(&self, path: &str, fields: &[(&str, &str)], csrf: &str) -> Answer {
        let path = format!("{}{path}", self.base);
        let request = self.request(&Method::POST, &path, From::SameSite);
        let request = request.header("X-CSRF-Token", csrf).form(fields);
        self.send(request, &path).await.0
    }

    /// Sends a form that may hold files (RFC 7578), from a page of ours.
    pub async fn post_upload(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        const BOUNDARY: &str = "----a-boundary-that-no-field-of-a-test-holds";
        let parts = fields.iter().map(|(name, value)| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        });
        let body = format!("{}--{BOUNDARY}--\r\n", parts.collect::<String>());
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.post_body(path, &media_type, body.into_bytes(), From::SameSite)
            .await
    }

    /// Sends any bytes from somewhere, to a path below the tenant's.
    pub async fn post_body(
        &self,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
        from: From,
    ) -> Answer {
        let path = format!("{}{path}", self.base);
        let request = self
            .request(&Method::POST, &path, from)
            .header("Content-Type", media_type)
            .body(body);
        self.send(request, &path).await.0
    }

    /// The cookies it keeps.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie> {
        self.jar.lock().unwrap().cookies().to_vec()
    }

    /// Changes the cookies by hand.
    pub fn edit_cookies(&self, edit: impl FnOnce(&mut Jar)) {
        edit(&mut self.jar.lock().unwrap());
    }

    /// A request for a path of the server, with the headers by which a browser tells where it comes
    /// from.
    fn request(&self, method: &Method, path: &str, from: From) -> reqwest::RequestBuilder {
        let url = Url::parse(&self.origin).unwrap();
        let authority = url.authority().to_owned();
        let foreign = from != From::SameSite;
        let site = if foreign { "cross-site" } else { "same-origin" };
        let cookies = self.jar.lock().unwrap().header(path_of(path), from);
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.server))
            .header("Host", authority)
            .header("Sec-Fetch-Site", site);
        if *method != Method::GET {
            let origin = if foreign {
                "https://acme.okta.example"
            } else {
                &self.origin
            };
            request = request.header("Origin", origin);
        }
        match cookies {
            Some(cookies) => request.header("Cookie", cookies),
            None => request,
        }
    }

    /// The answer, and the cookies that it set.
    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> (Answer, Vec<Cookie>) {
        let answer = Answer::of(request).await;
        let mut jar = self.jar.lock().unwrap();
        let set = answer.headers("set-cookie").into_iter();
        let cookies = set
            .filter_map(|header| jar.take(header, &self.origin, path_of(path)))
            .collect();
        (answer, cookies)
    }
}

fn path_of(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or_default()
}
