//! A whole Roster on a database of its own, called without a network.

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::{HeaderMap, Method, Uri};
use poem::{Endpoint, EndpointExt, Request, Response};
use roster_application::administration::tokens::TokenRequest;
use roster_application::caller::Caller;
use roster_application::operation::UserRequest;
use roster_application::sessions::SignedIn;
use roster_application::{Application, Settings};
use roster_domain::permission::Permission;
use roster_domain::text::{EmailAddress, PersonName, TenantSlug, TokenName, UserName};
use roster_http::options::Options;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::world::World;

/// The server, a user, and tokens.
pub(crate) struct House {
    pub(crate) application: Application,
    pub(crate) world: World,
    server: BoxEndpoint<'static>,
    _directory: TempDir,
    /// A token that may change users.
    pub(crate) token: String,
    /// The user's id.
    pub(crate) user: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The values of every header of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }

    /// Checks that it is a page of that status, with the headers that every page has.
    #[track_caller]
    pub(crate) fn is_page(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        let policy = self.header("content-security-policy");
        let strict = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'";
        assert!(policy.starts_with(strict), "{self:?}");
        assert!(
            policy.ends_with("; base-uri 'none'; frame-ancestors 'none'"),
            "{self:?}"
        );
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(self.header(name), value, "{name}: {self:?}");
        }
        for needed in [
            "<!DOCTYPE html><html lang=\"en\">",
            "<title>",
            "<main id=\"content\">",
            "<h1>",
        ] {
            assert!(self.text.contains(needed), "{needed}: {self:?}");
        }
        // Whoever is signed in has our own script, as a file, and no more.
        let own = "<script defer src=\"";
        assert!(self.text.matches(own).count() <= 1, "{self:?}");
        assert_eq!(
            self.text.contains(own),
            policy.contains("; script-src 'self'; "),
            "{self:?}"
        );
        let text = self.text.replace(own, "");
        for odd in ["<script", "<style", "style=\"", "onclick", "javascript:"] {
            assert!(!text.contains(odd), "{odd}: {self:?}");
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn detail(&self) -> String {
        self.json()["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Checks that it is a well-formed SCIM Error of that status.
    pub(crate) fn is_scim_error(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/scim+json",
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(
            body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error",
            "{self:?}"
        );
        assert_eq!(body["status"], status.to_string(), "{self:?}");
        assert!(!self.detail().is_empty(), "{self:?}");
    }

    /// Checks that it is a well-formed problem of that status.
    pub(crate) fn is_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        assert_eq!(self.json()["status"], status, "{self:?}");
        assert!(!self.detail().is_empty(), "{self:?}");
    }
}

/// Stands for the console: says whom the door let in, and to which path.
fn console() -> BoxEndpoint<'static> {
    make_sync(|request: Request| {
        let signed_in = request.data::<SignedIn>();
        let signed_in = signed_in.unwrap_or_else(|| panic!("the door has let nobody in"));
        format!("{} at {}", signed_in.caller.actor.name(), request.uri())
    })
    .map_to_response()
    .boxed()
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let world = World::default();
        let adapters = world.adapters(&directory.path().join("roster.db")).await;
        let settings = Settings {
            public_url: options.public_url.clone(),
            ..Settings::default()
        };
        let application = Application::new(adapters, settings);
        application.ensure_default_tenant().await.unwrap();
        application.ensure_signing_key().await.unwrap();
        let server = roster_http::routes(application.clone(), options, console());
        let user = UserRequest {
            user_name: UserName::new("ada@example.com").unwrap(),
            email: EmailAddress::new("ada@example.com").unwrap(),
            given_name: PersonName::new("Ada").unwrap(),
            family_name: PersonName::new("Byron").unwrap(),
            role: None,
        };
        let operator = operator(&application, "default").await;
        let user = application
            .add_user(&operator, &user)
            .await
            .unwrap()
            .id
            .to_string();
        let token = issue(&application, &operator, &[Permission::USER_MODIFY], &[]).await;
        Self {
            application,
            world,
            server,
            _directory: directory,
            token,
            user,
        }
    }

    /// A server at that public URL.
    pub(crate) async fn at(public_url: &str) -> Self {
        Self::with(Options {
            public_url: public_url.to_owned(),
            ..Options::default()
        })
        .await
    }

    /// Another user, whose userName and e-mail are the same.
    pub(crate) async fn add_user(&self, email: &str) {
        let user = UserRequest {
            user_name: UserName::new(email).unwrap(),
            email: EmailAddress::new(email).unwrap(),
            given_name: PersonName::new("").unwrap(),
            family_name: PersonName::new("").unwrap(),
            role: None,
        };
        self.application
            .add_user(&self.operator().await, &user)
            .await
            .unwrap();
    }

    /// Whoever runs it, with every permission.
    pub(crate) async fn operator(&self) -> Caller {
        operator(&self.application, "default").await
    }

    /// A token of the default tenant.
    pub(crate) async fn token_for(&self, permissions: &[Permission], networks: &[&str]) -> String {
        let operator = operator(&self.application, "default").await;
        issue(&self.application, &operator, permissions, networks).await
    }

    /// A token of another tenant.
    pub(crate) async fn foreign_token(&self) -> String {
        let slug = TenantSlug::new("other").unwrap();
        let actor = roster_domain::context::Actor::System;
        self.application.create_tenant(&slug, &actor).await.unwrap();
        let operator = operator(&self.application, "other").await;
        issue(
            &self.application,
            &operator,
            &[Permission::USER_MODIFY],
            &[],
        )
        .await
    }

    /// Sends a request with exactly these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &[u8])],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(path.parse::<Uri>().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self
            .server
            .call(request.body(body.to_owned()))
            .await
            .unwrap();
        read(answer).await
    }

    /// Sends a GET with the token `token`; the body of the answer is still to be read.
    pub(crate) async fn begin(&self, path: &str, token: &str) -> Response {
        let request = Request::builder().uri(path.parse::<Uri>().unwrap());
        let request = request.header("x-api-key", token).finish();
        self.server.call(request).await.unwrap()
    }

    /// Sends a SCIM request of the default tenant with the token.
    pub(crate) async fn scim(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all: Vec<(&str, &[u8])> = vec![("authorization", bearer.as_bytes())];
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, value.as_bytes())),
        );
        self.send(method, &format!("/t/default/scim/v2{path}"), &all, body)
            .await
    }

    /// Reads with the token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.scim("GET", path, &[], "").await
    }

    /// The path of the user.
    pub(crate) fn user_path(&self) -> String {
        format!("/Users/{}", self.user)
    }
}

/// Reads an answer to its end.
pub(crate) async fn read(answer: Response) -> Answer {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.into_body().into_string().await.unwrap();
    Answer {
        status,
        headers,
        text,
    }
}

async fn operator(application: &Application, slug: &str) -> Caller {
    let tenant = application.tenant(slug).await.unwrap().unwrap();
    application.operator(tenant, "tests")
}

async fn issue(
    application: &Application,
    operator: &Caller,
    permissions: &[Permission],
    networks: &[&str],
) -> String {
    let request = TokenRequest {
        name: TokenName::new(&format!("token {}", Uuid::new_v4())).unwrap(),
        permissions: permissions.iter().cloned().collect(),
        allowed_networks: networks
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
        expires_at: None,
    };
    let issued = application.create_token(operator, request).await.unwrap();
    issued.value.reveal().to_owned()
}
