//! The console as a browser without scripts uses it: it reads pages, follows links, fills in forms
//! and sends them, and knows nothing that the pages don't say.
//!
//! ```text
//! let console = Console::operator(&tenant).await;        // by a break-glass link
//! let page = console.open("/users").await.is_fine();
//! let saved = page.form("/users/…").set("email", "new@example.com").send(&console).await;
//! assert!(saved.is_fine().says("Saved."));
//! ```

mod page;

use crate::browser::Browser;
use crate::browser::cookies::From;
use crate::idp::{OktaIdp, Person};
use crate::tenant::Tenant;

pub use page::{Form, Page};

/// Somebody at the console of one tenant.
#[derive(Debug)]
pub struct Console {
    /// The browser, with its session.
    pub browser: Browser,
    origin: String,
    base: String,
}

impl Console {
    /// An operator, who came by a break-glass link.
    ///
    /// # Panics
    /// When the link opens nothing.
    pub async fn operator(tenant: &Tenant) -> Self {
        let link = admin_link(tenant);
        let secret = link.split_once("?link=").expect("a link").1;
        let browser = Browser::new(tenant);
        let form = [("link", secret)];
        let answer = browser
            .post_form("/admin-link", &form, From::SameSite)
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        Self::of(browser, tenant)
    }

    /// A person who signs in through that provider.
    pub async fn person(tenant: &Tenant, idp: &OktaIdp, person: &Person) -> Self {
        let browser = Browser::new(tenant);
        let _ = browser.sign_in(idp, person).await.signed_in();
        Self::of(browser, tenant)
    }

    /// Whoever has that browser.
    #[must_use]
    pub fn of(browser: Browser, tenant: &Tenant) -> Self {
        Self {
            browser,
            origin: tenant.server.public_url().to_owned(),
            base: format!("/t/{}/console", tenant.slug),
        }
    }

    /// The page at a path below the console's.
    pub async fn open(&self, path: &str) -> Page {
        self.visit(&format!("{}{path}", self.base)).await
    }

    /// The page at an address; redirects are followed.
    ///
    /// # Panics
    /// When it is sent around in circles.
    pub async fn visit(&self, address: &str) -> Page {
        let mut address = address.to_owned();
        for _ in 0..5 {
            let answer = self.browser.visit(&address).await;
            match answer.header("location") {
                Some(location) => location.clone_into(&mut address),
                None => return Page::new(&address, &answer),
            }
        }
        panic!("no end at {address}")
    }

    /// Sends fields to a path below the console's, whether or not a page has such a form. The CSRF token
    /// is added. Redirects are not followed.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.browser.csrf().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf_token", &csrf));
        self.post_as_is(&format!("/console{path}"), &fields).await
    }

    /// Sends exactly these fields to a path below the tenant's.
    pub async fn post_as_is(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.browser.post_form(path, fields, From::SameSite).await;
        Page::new(path, &answer)
    }

    /// Sends a form, as an upload if it says so, and follows where that leads.
    async fn send(&self, action: &str, upload: bool, fields: &[(String, String)]) -> Page {
        let (_, path) = action
            .split_once(self.base.trim_end_matches("/console"))
            .unwrap_or_else(|| panic!("{action} is not below {}", self.base));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = if upload {
            self.browser.post_upload(path, &fields).await
        } else {
            self.browser.post_form(path, &fields, From::SameSite).await
        };
        match answer.header("location") {
            Some(location) => {
                assert_eq!(answer.status, 303, "a form leads to a page by GET");
                self.visit(location).await
            }
            None => Page::new(path, &answer),
        }
    }

    /// Where browsers reach the server.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// A new break-glass link to a tenant.
#[must_use]
pub fn admin_link(tenant: &Tenant) -> String {
    let arguments = ["admin", "link", "--tenant", &tenant.slug];
    tenant.server.run(&arguments)
}
