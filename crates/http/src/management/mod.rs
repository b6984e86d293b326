//! The management API: what administrators and their programs do at `/t/{tenant}/api/v1`.
//!
//! One folder or file for each resource, named as its path is: [`users`], [`roles`] (and the
//! vocabulary of permissions), [`tokens`], [`settings`], [`saml_settings`], [`audit_log`]. In each,
//! the operations stand in `mod.rs`, what is shown and what is sent beside it. An operation checks the shape of
//! what was sent, calls one use case of `roster-application`, and shows what came out; it decides
//! nothing. What they share is in [`wire`]; how failures are answered, in [`problem`].
//!
//! [`service`] puts it together. To add an operation, write it into its resource's `impl`, with
//! the documentation that it shall have in the OpenAPI document.

mod actor;
pub(crate) mod audit_log;
pub(crate) mod parameters;
pub mod problem;
mod roles;
mod saml_settings;
mod settings;
mod tokens;
mod users;
mod wire;

use std::fmt::Display;

use poem_openapi::{ContactObject, LicenseObject, OpenApi, OpenApiService, ServerObject, Tags};
use roster_application::caller::Caller;

use crate::options::Options;

/// The groups of operations in the OpenAPI document.
#[derive(Tags)]
enum Tag {
    /// The people of the tenant. They come into being at their first sign-in, and Okta keeps them
    /// in step over SCIM; here administrators see and change them.
    Users,
    /// Roles are named sets of permissions; every user has one.
    Roles,
    /// API tokens are named secrets with permissions, for Okta's SCIM connector and other programs.
    #[oai(rename = "API tokens")]
    ApiTokens,
    /// The settings of the tenant.
    Settings,
    /// How people sign in: the identity provider that the tenant trusts, and on which terms.
    #[oai(rename = "SAML settings")]
    SamlSettings,
    /// Who changed what, and what was refused. Written in the same commit as the change.
    #[oai(rename = "Audit log")]
    AuditLog,
}

const INTRODUCTION: &str = "\
Administrators and their programs manage one tenant with this API: its users, roles, API tokens and settings, and \
its audit log. (Okta talks to the SCIM API, which is documented on its own.)

**Authentication.** Programs send an API token with every request: `Authorization: Bearer <token>`, or \
`X-API-Key: <token>`. Whoever runs Roster makes the first one with `roster token create`. Browsers of signed-in people \
send the cookie of their session, which may do what the person's role permits; every request but `GET` must then also \
carry the header `X-CSRF-Token` with the `csrfToken` that `GET /t/{tenant}/session` answers. If both are sent, the API \
token alone counts. Each operation names the permission that it needs.

**Bodies** are JSON objects (`Content-Type: application/json`). Unknown fields are refused, and everything that is \
wrong with a body is told at once. In a `PATCH`, what is left out keeps its value. Query parameters that an operation \
does not know are refused as well, so that a mistyped filter can't answer everything.

**Pages.** Long lists answer `nextCursor` as long as there is more; send it as `cursor` to go on. Cursors are opaque, \
and stay valid while the list changes.

**Failures** are problem details (RFC 9457, `application/problem+json`). `type` tells programs which one it is, \
`detail` tells people what to do, `errors` names every field that can't be accepted, and `instance` the request in \
the server's log. The types never change; more may come:

";

/// The management API and its document. It is to be mounted behind authentication, at
/// `/t/{tenant}/api/v1`, with the application and the options as request data.
pub fn service() -> OpenApiService<impl OpenApi, ()> {
    let api = (
        users::Users,
        roles::Roles,
        tokens::ApiTokens,
        settings::SettingsOperations,
        saml_settings::SamlSettingsOperations,
        audit_log::AuditLog,
    );
    let server = ServerObject::new("{publicUrl}/t/{tenant}/api/v1")
        .description("A tenant of this server")
        .variable(
            "publicUrl",
            "The URL under which Roster is reached",
            "http://localhost:8080",
        )
        .variable("tenant", "The tenant's name", "default");
    OpenApiService::new(api, "Roster management API", env!("CARGO_PKG_VERSION"))
        .description(format!("{INTRODUCTION}{}", problem::kind::table()))
        .contact(ContactObject::new().name("The Roster maintainers"))
        .license(
            LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"),
        )
        .server(server)
}

/// The URL of the thing with `id` in `collection`.
fn location(options: &Options, caller: &Caller, collection: &str, id: &impl Display) -> String {
    let base = options.management_url(caller.tenant.tenant().slug.as_str());
    format!("{base}/{collection}/{id}")
}

#[cfg(test)]
mod tests;
