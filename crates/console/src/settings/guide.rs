//! The setup in Okta, step by step, with this tenant's own values filled in.

use maud::{Markup, html};
use roster_domain::permission::Permission;

use super::identity::Shown;
use crate::desk::Desk;

/// The guide beside the forms.
pub(super) fn aside(desk: &Desk, shown: &Shown) -> Markup {
    let addresses = &shown.saml.addresses;
    let names = &shown.saml.settings.attributes;
    let role = &shown.general.scim_role_attribute;
    let tenant_url = desk
        .address
        .absolute(&format!("/t/{}/scim/v2", desk.slug()));
    html! {
        aside.guide aria-labelledby="guide" {
            h2 #guide { "Set up Okta" }
            details open {
                summary { "Single sign-on (SAML)" }
                ol {
                    li { "In Okta: " b { "Applications › Create App Integration › SAML 2.0" } "." }
                    li { b { "Single sign-on URL" } ": " code { (addresses.acs_url) } }
                    li { b { "Audience URI (SP Entity ID)" } ": " code { (addresses.audience) } }
                    li {
                        b { "Attribute Statements" } ":"
                        ul {
                            li { code { (names.email) } " = " code { "user.email" } }
                            li { code { (names.first_name) } " = " code { "user.firstName" } }
                            li { code { (names.last_name) } " = " code { "user.lastName" } }
                        }
                    }
                    li { "Copy Okta's " b { "Metadata URL" } " into " b { "Import metadata" } " here, check it, and use it." }
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
                            li { b { "SCIM connector base URL" } ": " code { (tenant_url) } }
                            li { b { "Unique identifier field for users" } ": " code { "userName" } ", or " code { "email" } }
                            li { b { "Supported provisioning actions" } ": " b { "Push Profile Updates" } " alone" }
                            li { b { "Authentication Mode" } ": " b { "HTTP Header" } "; " b { "Authorization" } ": the token" }
                        }
                        "The line under the Tenant URL here shows when Okta has tested it."
                    }
                    li { b { "Provisioning › To App › Edit" } ": enable " b { "Update User Attributes" } " and " b { "Deactivate Users" } "." }
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
                            li { b { "Variable name" } ": " code { (role) } }
                            li { b { "External name" } ": " code { (role) } }
                            li { b { "External namespace" } ": " code.long { "urn:ietf:params:scim:schemas:core:2.0:User" } }
                        }
                    }
                    li {
                        "A fourth attribute statement of the SAML settings: " code { (names.role) } " = "
                        code { "appuser." (role) }
                    }
                    li {
                        "Give people or groups one of the "
                        @if desk.may(&Permission::USER_READ) { a href=(desk.to("/roles")) { "roles" } } @else { "roles" }
                        " by name. A new role takes effect at the next sign-in."
                    }
                }
            }
        }
    }
}
