//! Whoever calls, by the name of a column of the table: an API token, or a browser with a session.

use reqwest::Method;
use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::client::{Answer, Client};
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::tenant::{GOVERNING, Tenant};
use serde_json::{Value, json};

use super::requests::Api;

/// The columns whose caller is a browser.
pub(super) const SESSIONS: [&str; 5] = [
    "session Admin",
    "session no permission",
    "session without CSRF",
    "session ended",
    "break-glass",
];

/// A caller.
pub(super) enum Caller {
    /// Somebody with these headers on every request, at any API.
    Token(Option<String>),
    /// A browser, and the CSRF token that it sends with writes.
    Browser(Box<Browser>, Option<String>),
}

/// Makes callers of a tenant.
pub(super) struct Callers<'a> {
    tenant: &'a Tenant,
    other: &'a Tenant,
    idp: OktaIdp,
}

impl<'a> Callers<'a> {
    pub(super) async fn new(tenant: &'a Tenant, other: &'a Tenant) -> Self {
        let idp = OktaIdp::new();
        let _ = idp.connect(tenant).await;
        let guest = json!({ "name": "Guest", "permissions": ["SummaryRead"] });
        tenant.api().post("/roles", &guest).await.api(201);
        Self { tenant, other, idp }
    }

    /// A new caller for that column.
    pub(super) async fn of(&self, column: &str) -> Caller {
        if SESSIONS.contains(&column) {
            return self.browser(column).await;
        }
        Caller::Token(match column {
            "no token" => None,
            "unknown" => Some("roster_0123456789abcdefghijABCDEFGHIJ01000000".to_owned()),
            "expired" => {
                let token = self.tenant.token_with(&GOVERNING, &["--expires-in", "2s"]);
                tokio::time::sleep(std::time::Duration::from_secs(2)).await;
                Some(token)
            }
            "other tenant" => Some(self.other.administrator_token().to_owned()),
            "outside CIDR" => Some(
                self.tenant
                    .token_with(&GOVERNING, &["--cidr", "192.0.2.0/24"]),
            ),
            "no permission" => Some(self.tenant.token(&["SummaryRead"])),
            "Admin" => Some(self.tenant.token(&GOVERNING)),
            permission => Some(self.tenant.token(&[permission])),
        })
    }

    async fn browser(&self, column: &str) -> Caller {
        let browser = Browser::new(self.tenant);
        if column == "break-glass" {
            let link = ["admin", "link", "--tenant", &self.tenant.slug];
            let link = self.tenant.server.run(&link);
            let secret = link.split_once("?link=").expect("a link").1.to_owned();
            let fields = [("link", secret.as_str())];
            let answer = browser
                .post_form("/admin-link", &fields, From::SameSite)
                .await;
            assert_eq!(answer.status, 303, "{}", answer.text());
        } else {
            let person = match column {
                "session no permission" => Person::new("guest").role("Guest"),
                _ => Person::new("ada").role("Admin"),
            };
            let _ = browser.sign_in(&self.idp, &person).await.signed_in();
        }
        let csrf = browser.csrf().await;
        if column == "session ended" {
            let thief = browser.clone();
            browser.sign_out().await.api(200);
            return Caller::Browser(Box::new(thief), Some(csrf));
        }
        let csrf = (column != "session without CSRF").then_some(csrf);
        Caller::Browser(Box::new(browser), csrf)
    }
}

impl Caller {
    /// Sends a request to a path below the API's address.
    pub(super) async fn send(
        &self,
        tenant: &Tenant,
        api: Api,
        (method, path, body): (Method, String, Option<Value>),
    ) -> Answer {
        let path = format!("{}{path}", api.base());
        match self {
            Self::Token(token) => {
                let base = format!("{}/t/{}", tenant.server.url(), tenant.slug);
                let client = Client::new(base);
                let client = match token {
                    Some(token) => client.with_token(token),
                    None => client,
                };
                client.send(method, &path, body.as_ref()).await
            }
            Self::Browser(browser, _) if method == Method::GET => browser.get(&path).await,
            Self::Browser(browser, csrf) => {
                let (body, csrf) = (body.unwrap_or_default(), csrf.as_deref());
                let from = From::SameSite;
                browser.write_with(method, &path, &body, csrf, from).await
            }
        }
    }
}
