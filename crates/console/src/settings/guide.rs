//! The setup in Okta, step by step, with this tenant's own values filled in.

use maud::{Markup, html};
use roster_domain::permission::Permission;

use super::identity::Shown;
use crate::desk::Desk;
use crate::parts::copy;

/// The namespace in which Okta sends the role (RFC 7643 section 8.1).
const NAMESPACE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The guide beside the forms.
pub(super) fn aside(desk: &Desk, shown: &Shown) -> Markup {
    let addresses = &shown.saml.addresses;
    let names = &shown.saml.settings.attributes;
    let role = &shown.general.scim_role_attribute;
    let tenant_url = desk.tenant_url();
    html! {
        aside.guide aria-labelledby="guide" {
            h2 #guide { "Set up Okta" }
            details open {
                summary { "Single sign-on (SAML)" }
                ol {
                    li { "In Okta: " b { "Applications › Create App Integration › SAML 2.0" } "." }
                    li { b { "Single sign-on URL" } ": " (copy::value("guide-acs-url", "the ACS URL", &addresses.acs_url)) }
                    li { b { "Audience URI (SP Entity ID)" } ": " (copy::value("guide-audience", "the Audience", &addresses.audience)) }
                    li {
                        b { "Attribute Statements" } ":"
                        ul {
                            li { code { (names.email) } " = " code { "user.email" } }
                            li { code { (names.first_name) } " = " code { "user.firstName" } }
                            li { code { (names.last_name) } " = " code { "user.lastName" } }
                        }
                    }
                    li { "Finish the wizard, and copy Okta's " b { "Metadata URL" } " into " b { "Import metadata" } " here, check it, and use it." }
                    li { "Tick " b { "Enable SAML" } " here, and save." }
                }
            }
            details open {
                summary { "Provisioning (SCIM)" }
                ol {
                    li {
                        @if desk.may(&Permission::TOKEN_MODIFY) {
                            a href=(desk.to_with("/api-tokens/new", &[("for", "okta")])) { "Create an API token" }
                        } @else { "Have an API token created" }
                        " with the permission " b { "Manage Users" } "."
                    }
                    li { "In Okta: " b { "General › App Settings › Provisioning: SCIM" } "." }
                    li {
                        b { "Provisioning › Integration › Edit" } ":"
                        ul {
                            li { b { "Authentication Mode" } ": " b { "HTTP Header" } }
                            li { b { "HTTP Header › Authorization" } ": the API token" }
                            li { b { "SCIM connector base URL" } ": " (copy::value("guide-tenant-url", "the Tenant URL", &tenant_url)) }
                            li { b { "Unique identifier field for users" } ": " code { "userName" } ", or " code { "email" } }
                            li { b { "Supported provisioning actions" } ": " b { "Push Profile Updates" } " alone" }
                        }
                        b { "Save" } ". Okta tests the connection, and the line under the Tenant URL here shows it. If Okta reports "
                        "an error, compare the URL with the Tenant URL, and try again a minute later."
                    }
                    li { b { "Provisioning › To App › Edit" } ": enable " b { "Update User Attributes" } " and " b { "Deactivate Users" } ", and " b { "Save" } "." }
                    li {
                        "Assign people and groups. Each person has to sign in once before Okta can keep them up to date: "
                        "that first sign-in creates the user here."
                    }
                }
            }
            details open {
                summary { "Roles (optional)" }
                ol {
                    li {
                        b { "To App › Go to Profile Editor › Add Attribute" } ":"
                        ul {
                            li { b { "Data type" } ": " code { "string" } }
                            li { b { "Display name" } ": " code { "Panther Role" } }
                            li { b { "Variable name" } ": " code { (role) } }
                            li { b { "External name" } ": " code { (role) } }
                            li { b { "External namespace" } ": " (copy::value("guide-namespace", "the namespace", NAMESPACE)) }
                        }
                        "and " b { "Save" } "."
                    }
                    li {
                        b { "General › SAML Settings › Edit" } ": a fourth attribute statement, " code { (names.role) } " = "
                        code { "appuser." (role) } ". " b { "Continue" } ", then " b { "Save" } "."
                    }
                    li {
                        b { "Assignments" } ": assign people or groups, or edit an assignment, and fill in " b { "Panther Role" }
                        " with the name of one of the "
                        @if desk.may(&Permission::USER_READ) { a href=(desk.to("/roles")) { "roles" } } @else { "roles" }
                        ". A new role takes effect at the next sign-in."
                    }
                }
            }
        }
    }
}
