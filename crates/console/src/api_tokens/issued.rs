//! A token's value, shown this once: after its creation and after a rotation.

use maud::html;
use poem::Response;
use roster_application::administration::tokens::IssuedToken;
use roster_domain::permission::Permission;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;

use super::way_back;
use crate::desk::Desk;
use crate::parts::copy;

/// The page. Reloading it leads to the token, not to another one.
pub(super) fn page(desk: &Desk, issued: &IssuedToken, title: &str) -> Response {
    let token = &issued.token;
    let path = desk.to(&format!("/api-tokens/{}", token.id));
    let content = html! {
        section.card.value data-address=(path) aria-label="API token" {
            p { "The value of " strong { bdi { (token.name) } } ":" }
            p { (copy::secret("token-value", "the API token", issued.value.reveal())) }
            p.note.warning {
                strong { "You will not be shown this token again after leaving this page." }
                " Copy it now, and keep it in a secure place. Roster itself keeps only a hash of it."
            }
            @if let Some(old) = &token.previous {
                p { "The old value still works until " (moment(old.valid_until)) "." }
            }
        }
        @if token.permissions.contains(&Permission::USER_MODIFY) {
            section {
                h2 { "Next, in Okta" }
                p {
                    "Paste it under " b { "Provisioning › Integration › HTTP Header › Authorization" } ". The "
                    b { "SCIM connector base URL" } " is your Tenant URL:"
                }
                p { (copy::value("tenant-url", "the Tenant URL", &desk.tenant_url())) }
            }
        }
        p { a.button href=(desk.to("/api-tokens")) { "Done" } }
    };
    desk.show(Page::new(title, content).below(way_back(desk)))
}
