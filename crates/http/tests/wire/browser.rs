//! A browser: the headers that it sends, and the cookies that it keeps.

use std::cell::RefCell;
use std::collections::BTreeMap;

use roster_application::administration::saml_settings::{MetadataWish, SamlSettingsWish};
use roster_domain::return_url::ReturnUrl;
use serde_json::{Value, json};

use crate::house::{Answer, House};
use crate::world::PROVIDER;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A browser at the tenant `default`.
pub(crate) struct Browser<'a> {
    house: &'a House,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What the browser was sent to the provider with.
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) relay_state: String,
}

impl House {
    /// Switches SAML on, with single logout, and whatever else `edit` wants.
    pub(crate) async fn trust(&self, edit: impl FnOnce(&mut SamlSettingsWish)) {
        let mut wish = SamlSettingsWish {
            enabled: Some(true),
            metadata: MetadataWish::Document(PROVIDER.to_owned()),
            return_urls: Some(vec![ReturnUrl::new("https://app.example.com/in/").unwrap()]),
            ..SamlSettingsWish::default()
        };
        edit(&mut wish);
        let operator = self.operator().await;
        self.application
            .update_saml_settings(&operator, wish, None)
            .await
            .unwrap();
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookies: RefCell::default(),
        }
    }

    /// A browser in which the user of the house is signed in, as an Admin.
    pub(crate) async fn signed_in(&self) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.sign_in(&ada()).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        browser
    }
}

/// What the provider says of the user of the house.
pub(crate) fn ada() -> Value {
    json!({
        "nameId": "ada@example.com", "email": "ada@example.com",
        "firstName": "Ada", "lastName": "Lovelace", "role": "Admin",
    })
}

/// A form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish()
}

impl Browser<'_> {
    /// Sends a request with its cookies; keeps those of the answer.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let cookies = self.cookies.borrow().clone();
        let cookies: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut all: Vec<(&str, &[u8])> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        if !cookies.is_empty() {
            all.push(("cookie", cookies.as_bytes()));
        }
        let path = format!("/t/default{path}");
        let answer = self.house.send(method, &path, &all, body).await;
        for line in answer.all("set-cookie") {
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut jar = self.cookies.borrow_mut();
            if attributes.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Posts a form, without a word about where it comes from.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, &[FORM], &form(fields)).await
    }

    /// Goes to the login page.
    pub(crate) async fn request(&self, query: &str) -> Request {
        let answer = self.get(&format!("/saml/login{query}")).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let location = url::Url::parse(answer.header("location")).unwrap();
        let parameter = |name: &str| {
            let found = location.query_pairs().find(|(found, _)| found == name);
            found.unwrap().1.into_owned()
        };
        Request {
            id: parameter("SAMLRequest"),
            relay_state: parameter("RelayState"),
        }
    }

    /// Brings the provider's answer to that request.
    pub(crate) async fn bring(&self, request: &Request, person: &Value) -> Answer {
        let mut answer = person.clone();
        answer["inResponseTo"] = request.id.clone().into();
        self.post(
            "/saml/acs",
            &[
                ("SAMLResponse", &answer.to_string()),
                ("RelayState", &request.relay_state),
            ],
        )
        .await
    }

    /// From the login page to the answer of the assertion consumer service.
    pub(crate) async fn sign_in(&self, person: &Value) -> Answer {
        let request = self.request("").await;
        self.bring(&request, person).await
    }

    /// What every write has to bring along.
    pub(crate) async fn csrf(&self) -> String {
        let answer = self.get("/session").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["csrfToken"].as_str().unwrap().to_owned()
    }

    /// The cookies that it has.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.borrow().clone()
    }

    /// Changes the cookies by hand.
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut BTreeMap<String, String>)) {
        edit(&mut self.cookies.borrow_mut());
    }
}
