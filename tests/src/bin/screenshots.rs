//! `make screenshots`: a picture of each page of the console, as README.md shows them, of a server
//! with an organization that has been running for a while.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for developers: what goes wrong ends it"
)]

use std::path::{Path, PathBuf};

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::chromium::Chromium;
use roster_tests::console::admin_link;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::{App, Okta};
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::json;

const PEOPLE: [(&str, &str, &str); 8] = [
    ("ada", "Lovelace", "Admin"),
    ("alan", "Turing", "Analyst"),
    ("barbara", "Liskov", "Analyst"),
    ("edsger", "Dijkstra", "AnalystReadOnly"),
    ("grace", "Hopper", "Admin"),
    ("katherine", "Johnson", "Detection Engineer"),
    ("radia", "Perlman", "Analyst"),
    ("tony", "Hoare", "AnalystReadOnly"),
];

struct Album {
    directory: PathBuf,
    chromium: Chromium,
    tenant: Tenant,
}

#[tokio::main]
async fn main() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots");
    std::fs::create_dir_all(&directory).unwrap();
    let server = Server::start_reachable(Backend::Sqlite, &[]);
    let tenant = Tenant::existing(&server, "default");
    let okta = furnish(&tenant).await;
    let chromium = Chromium::start().await;
    chromium.resize(1200, 760).await;
    let album = Album {
        directory,
        chromium,
        tenant,
    };
    album.sign_in().await;
    album.tokens().await;
    album.settings(&okta).await;
    album.people().await;
    album.rest().await;
}

/// An organization with people, a token and a history. Answers Okta's connector.
async fn furnish(tenant: &Tenant) -> Okta {
    let idp = OktaIdp::new();
    let settings = json!({ "returnUrls": ["https://app.example.com/"] });
    let _ = idp.connect_with(tenant, settings).await;
    let role = json!({ "name": "Detection Engineer", "permissions": ["RuleModify", "RuleRead", "AlertRead"] });
    tenant.api().post("/roles", &role).await.api(201);
    for (name, family_name, role) in PEOPLE {
        let mut person = Person::new(name).role(role);
        person.last_name = family_name.into();
        let browser = Browser::new(tenant);
        let _ = browser.sign_in(&idp, &person).await.signed_in();
        if name != "ada" {
            let _ = browser.sign_out().await;
        }
    }
    let token = tenant.server.run(&[
        "token",
        "create",
        "--tenant",
        &tenant.slug,
        "--name",
        "Okta-SCIM",
        "--permission",
        "UserModify",
    ]);
    let okta = Okta::new(tenant.scim_url(), App::Custom, &token);
    let id = async |name: &str| {
        let email = format!("{name}@example.com");
        let found = tenant
            .api()
            .query("/users", &[("email", &email)])
            .await
            .api(200);
        found["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let (alan, tony) = (id("alan").await, id("tony").await);
    okta.push(&alan, &json!({ "pantherRole": "ReadOnlyAnalyst" }))
        .await
        .scim_error(400, Some("invalidValue"));
    okta.push(&alan, &json!({ "pantherRole": "Detection Engineer" }))
        .await
        .scim(200);
    okta.push(&tony, &json!({ "active": false }))
        .await
        .scim(200);
    okta
}

impl Album {
    async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.tenant.public_url());
        self.chromium.open(&url).await;
    }

    async fn take(&self, name: &str) {
        let file = self.directory.join(format!("{name}.png"));
        std::fs::write(&file, self.chromium.picture().await).unwrap();
        println!("{}", file.file_name().unwrap().to_string_lossy());
    }

    async fn take_whole(&self, name: &str) {
        let file = self.directory.join(format!("{name}.png"));
        std::fs::write(&file, self.chromium.whole_picture().await).unwrap();
        println!("{}", file.file_name().unwrap().to_string_lossy());
    }

    async fn sign_in(&self) {
        self.open("/").await;
        self.take("sign-in").await;
        self.chromium.open(&admin_link(&self.tenant)).await;
        self.take("break-glass").await;
        self.chromium.press("Open the session").await;
        self.chromium.sees("Administration").await;
        self.chromium.click_on(".menu > summary").await;
        self.take("menu").await;
    }

    async fn tokens(&self) {
        self.open("/console/api-tokens/new?for=okta").await;
        self.take_whole("create-new-token").await;
        self.chromium.press("Create API Token").await;
        self.chromium
            .sees("You will not be shown this token again")
            .await;
        // Not a value that anybody could take for theirs.
        let _ = self
            .chromium
            .script(
                "document.getElementById('token-value').textContent = 'roster_' + '•'.repeat(38)",
            )
            .await;
        self.take("token-created").await;
        self.open("/console/api-tokens").await;
        self.take("api-tokens").await;
        self.chromium.follow("Okta-SCIM").await;
        self.chromium.follow("Revoke").await;
        self.take("revoke-token").await;
    }

    async fn settings(&self, okta: &Okta) {
        self.open("/console/settings").await;
        self.take("general-settings").await;
        self.open("/console/settings/identity").await;
        okta.send("connector-test").await.scim(200);
        self.chromium.sees("Connected: last request").await;
        self.take_whole("identity-and-access").await;
    }

    async fn people(&self) {
        self.open("/console/users").await;
        self.take("users").await;
        self.chromium.follow("Alan Turing").await;
        self.take_whole("user").await;
        self.open("/console/roles").await;
        self.take("roles").await;
        self.chromium.follow("Detection Engineer").await;
        self.take_whole("role").await;
    }

    async fn rest(&self) {
        self.open("/console/audit-log?result=FAILED").await;
        self.take("audit-log").await;
        self.chromium.prefer_dark(true).await;
        self.open("/console/users").await;
        self.take("users-dark").await;
        self.chromium.prefer_dark(false).await;
        self.chromium.resize(390, 760).await;
        self.open("/console/users").await;
        self.take("users-narrow").await;
    }
}
