//! Okta's two personas. Each request is replayed from `fixtures/okta-requests.json` with exactly
//! its headers; a custom app sends `Bearer <token>`, a catalogue app the bare token.

use std::sync::OnceLock;

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// How the connector was made in Okta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// By the App Integration Wizard: `Bearer <token>`; updates and (de)activations by PUT.
    Custom,
    /// From the catalogue, in header mode: the bare token; (de)activations by PATCH.
    Catalogue,
}

/// A connector of Okta's.
#[derive(Debug, Clone)]
pub struct Okta {
    client: Client,
}

impl Okta {
    /// A connector for the Tenant URL.
    #[must_use]
    pub fn new(tenant_url: String, app: App, token: &str) -> Self {
        let client = Client::new(tenant_url);
        let client = match app {
            App::Custom => client.with_token(token),
            App::Catalogue => client.with_authorization(token),
        };
        Self { client }
    }

    /// Replays a recorded request that names no user.
    pub async fn send(&self, name: &str) -> Answer {
        self.replay(name, &Value::Null, |_| {}).await
    }

    /// Replays a recorded request about `user`, as it was read last.
    pub async fn send_about(&self, name: &str, user: &Value) -> Answer {
        self.replay(name, user, |_| {}).await
    }

    /// Replays a recorded request about `user` with another body.
    pub async fn replay(&self, name: &str, user: &Value, edit: impl FnOnce(&mut Value)) -> Answer {
        let recorded = recorded(name);
        let method: Method = recorded["method"].as_str().unwrap().parse().unwrap();
        let mut path = recorded["path"].clone();
        fill(&mut path, user);
        let mut request = self.client.request(method, path.as_str().unwrap());
        for (header, value) in recorded["headers"].as_object().unwrap() {
            request = request.header(header, value.as_str().unwrap());
        }
        if let Some(body) = recorded.get("body") {
            let mut body = body.clone();
            fill(&mut body, user);
            edit(&mut body);
            request = request.body(body.to_string());
        }
        Answer::of(request).await
    }

    /// The user as Okta reads it before each PUT.
    pub async fn read(&self, id: &str) -> Value {
        self.send_about("read", &json!({ "id": id }))
            .await
            .scim(200)
    }

    /// What a custom app does at every change: reads the user, overwrites what it maps in our own
    /// body, and puts the whole back, with a `name.formatted` of its own that is out of date.
    pub async fn push(&self, id: &str, mapped: &Value) -> Answer {
        let user = self.read(id).await;
        self.replay("put-profile", &user, |body| {
            *body = user.clone();
            body["groups"] = json!([]);
            body["locale"] = json!("en-US");
            body["name"]["formatted"] = json!("Stale Name");
            overwrite(body, mapped);
        })
        .await
    }
}

/// The names of all recorded requests.
#[must_use]
pub fn recorded_names() -> Vec<&'static str> {
    requests()
        .iter()
        .map(|request| request["name"].as_str().unwrap())
        .collect()
}

/// The recorded request of that name.
#[must_use]
pub fn recorded(name: &str) -> &'static Value {
    let found = requests().iter().find(|request| request["name"] == name);
    found.unwrap_or_else(|| panic!("no request named {name:?} was recorded"))
}

fn requests() -> &'static [Value] {
    static REQUESTS: OnceLock<Value> = OnceLock::new();
    let all = REQUESTS.get_or_init(|| {
        serde_json::from_str(include_str!("../fixtures/okta-requests.json")).unwrap()
    });
    all["requests"].as_array().unwrap()
}

/// Puts what is known of `user` in the place of `{…}`; somebody unknown where nothing is.
fn fill(value: &mut Value, user: &Value) {
    match value {
        Value::String(text) => {
            let of = |value: &Value| {
                value
                    .as_str()
                    .unwrap_or("01890a5d-ac96-774b-bcce-b302099a8057")
                    .to_owned()
            };
            *text = text
                .replace("{id}", &of(&user["id"]))
                .replace("{created}", &of(&user["meta"]["created"]))
                .replace("{lastModified}", &of(&user["meta"]["lastModified"]))
                .replace("{location}", &of(&user["meta"]["location"]))
                .replace("{leaver}", &of(&Value::Null))
                .replace("{joiner}", &of(&Value::Null));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| fill(element, user)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, user)),
        _ => {}
    }
}

fn overwrite(body: &mut Value, mapped: &Value) {
    for (name, value) in mapped.as_object().unwrap() {
        match (&mut body[name.as_str()], value) {
            (Value::Object(_), Value::Object(_)) => overwrite(&mut body[name.as_str()], value),
            (slot, _) => *slot = value.clone(),
        }
    }
}
