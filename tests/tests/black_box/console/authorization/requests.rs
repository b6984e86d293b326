//! For each row a request that succeeds if the visitor may make it.

use std::sync::atomic::{AtomicU32, Ordering};

use roster_tests::browser::cookies::From;
use roster_tests::client::Answer;
use roster_tests::console::Console;

use super::super::people::{Company, provider};
use super::Row;

/// Whoever visits, and the CSRF token that goes with forms.
pub(super) struct Visitor {
    pub(super) console: Console,
    pub(super) csrf: Option<String>,
}

/// Makes the requests, and what each needs to find.
pub(super) struct Requests<'a> {
    company: &'a Company,
    user: String,
    metadata: String,
}

impl<'a> Requests<'a> {
    pub(super) fn new(company: &'a Company) -> Self {
        Self {
            company,
            user: company.tenant.user("grace", "Analyst"),
            metadata: provider().metadata_xml(),
        }
    }

    pub(super) async fn send(&self, row: &Row, visitor: &Visitor) -> Answer {
        let (_, template) = row.page.split_once(' ').unwrap();
        let path = format!("/console{}", self.path(template).await);
        if !row.is_form() {
            return visitor.console.browser.get(&path).await;
        }
        let name = unique();
        let mut fields = self.fields(template, row.form, &name);
        fields.extend(
            visitor
                .csrf
                .iter()
                .map(|csrf| ("csrf_token", csrf.as_str())),
        );
        let browser = &visitor.console.browser;
        browser.post_form(&path, &fields, From::SameSite).await
    }

    async fn path(&self, template: &str) -> String {
        if !template.contains("{id}") {
            return template.to_owned();
        }
        let id = match template.split('/').nth(1).unwrap() {
            "users" => self.user.clone(),
            // Each of its own, since a request may take it away.
            "roles" => self.company.role(&unique(), &[]).await,
            "api-tokens" => {
                let permissions = ["OrganizationAPITokenRead"];
                self.company.token("victim", &permissions).await.0
            }
            other => panic!("what is an id of {other}?"),
        };
        template.replace("{id}", &id)
    }

    /// A well-formed form.
    fn fields<'f>(&'f self, template: &str, form: &str, name: &'f str) -> Vec<(&'f str, &'f str)> {
        match (template, form) {
            ("/settings/identity/saml", _) => vec![
                ("email_attribute", "PantherEmail"),
                ("first_name_attribute", "PantherFirstName"),
                ("last_name_attribute", "PantherLastName"),
                ("role_attribute", "PantherRole"),
                ("return_urls", "https://app.example.com/"),
            ],
            ("/settings/identity/metadata", "(check)") => vec![("metadata_file", &self.metadata)],
            ("/settings/identity/metadata", _) => {
                vec![("metadata_document", &self.metadata), ("intent", "save")]
            }
            ("/settings/identity/default-role", _) => vec![("role", "Analyst")],
            ("/settings/identity/keys", _) => vec![("remove_signing_key", "on")],
            ("/settings/identity/scim", _) => vec![("scim_role_attribute", "pantherRole")],
            ("/api-tokens/new" | "/api-tokens/{id}", _) => {
                vec![
                    ("name", name),
                    ("permission.OrganizationAPITokenRead", "on"),
                ]
            }
            ("/api-tokens/{id}/rotate", _) => vec![("overlap", "0")],
            ("/users/{id}", _) => vec![
                ("user_name", "grace@example.com"),
                ("email", "grace@example.com"),
                ("given_name", name),
                ("family_name", "Hopper"),
                ("role", "Analyst"),
            ],
            ("/roles/new" | "/roles/{id}", _) => vec![("name", name)],
            // The others ask nothing but whether it is meant.
            _ => Vec::new(),
        }
    }
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("name {}", COUNT.fetch_add(1, Ordering::Relaxed))
}
