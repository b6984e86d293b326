//! The User (RFC 7643 section 4.1), with exactly the attributes that the service keeps, and the
//! common attributes of every resource (section 3.1).

use super::build::{boolean, complex, date_time, reference, string};
use super::{Attribute, Schema};
use crate::urn;

/// The User schema of a tenant whose role attribute is called `role_attribute` (`pantherRole`
/// unless the tenant chose another name). An attribute of that name in the core schema gives way
/// to it.
#[must_use]
pub fn user_schema(role_attribute: &str) -> Schema {
    let role = string(
        role_attribute,
        "The name of one of the tenant's roles, in any letter case. A change takes effect at the \
         user's next sign-in through the identity provider; an unknown name is refused.",
    );
    let mut attributes = vec![
        user_name(),
        name(),
        display_name(),
        emails(),
        active(),
        roles(),
    ];
    attributes.retain(|attribute| !attribute.name.eq_ignore_ascii_case(role_attribute));
    attributes.push(role);
    Schema {
        id: urn::USER.to_owned(),
        name: "User".to_owned(),
        description: "A person of the tenant.".to_owned(),
        attributes,
        common: common_attributes(),
    }
}

fn user_name() -> Attribute {
    string(
        "userName",
        "The name by which the identity provider knows the user, usually an e-mail address. \
         Unique in the tenant without regard to letter case; kept in the letter case that was \
         sent.",
    )
    .required()
    .unique()
}

fn name() -> Attribute {
    complex(
        "name",
        "The parts of the user's name.",
        vec![
            string(
                "formatted",
                "The full name. Composed by the service from givenName and familyName; a value \
                 that is sent is accepted and not kept.",
            ),
            string("familyName", "The family name."),
            string("givenName", "The given name."),
        ],
    )
}

fn display_name() -> Attribute {
    string(
        "displayName",
        "The name to show. Composed by the service from givenName and familyName; a value that is \
         sent is accepted and not kept.",
    )
}

fn emails() -> Attribute {
    complex(
        "emails",
        "The user's e-mail address. One is kept: the value with primary true, else the one of \
         type work, else the first.",
        vec![
            string(
                "value",
                "The address. Unique in the tenant without regard to letter case.",
            )
            .unique(),
            string("type", "What the address is for; always work in responses.")
                .canonical(&["work"]),
            boolean("primary", "Whether this is the address that is kept."),
        ],
    )
    .multi_valued()
}

fn active() -> Attribute {
    boolean(
        "active",
        "Whether the user may sign in. Setting it to false ends all of the user's sessions at \
         once; setting it to true brings the same user back, with the same id and role.",
    )
}

fn roles() -> Attribute {
    complex(
        "roles",
        "Another way to send the user's role: the value with primary true, else the first. \
         Responses show the role in the tenant's role attribute alone.",
        vec![
            string(
                "value",
                "The name of one of the tenant's roles, in any letter case.",
            ),
            string("type", "Accepted and not kept."),
            boolean("primary", "Whether this is the role to assign."),
        ],
    )
    .multi_valued()
    .write_only()
}

/// `schemas`, `id`, `externalId` and `meta`.
#[must_use]
pub fn common_attributes() -> Vec<Attribute> {
    vec![
        reference(
            "schemas",
            "The URNs of the schemas of this resource.",
            &["uri"],
        )
        .multi_valued()
        .required()
        .read_only()
        .always_returned(),
        string(
            "id",
            "The identifier that the service gave to the resource; it never changes.",
        )
        .case_exact()
        .unique()
        .read_only()
        .always_returned(),
        string(
            "externalId",
            "The identifier that the client has for the resource.",
        )
        .case_exact(),
        complex(
            "meta",
            "What the service records about the resource.",
            vec![
                string("resourceType", "The name of the resource type.").case_exact(),
                date_time("created", "When the resource was created."),
                date_time("lastModified", "When the resource was last changed."),
                reference("location", "The URI of the resource.", &["uri"]),
                string("version", "The version, as it stands in ETag.").case_exact(),
            ],
        )
        .read_only(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::AttributePath;

    #[test]
    fn names_are_found_in_any_letter_case_and_with_the_core_urn() {
        let schema = user_schema("pantherRole");
        for path in [
            "USERNAME",
            "urn:ietf:params:scim:schemas:CORE:2.0:user:PANTHERROLE",
            "Name.GivenName",
            "externalid",
        ] {
            assert!(
                schema
                    .resolve(&AttributePath::parse(path).unwrap())
                    .is_some(),
                "{path}"
            );
        }
        for path in [
            "nickName",
            "name.middleName",
            "urn:example:User:userName",
            "userName.x",
        ] {
            assert!(
                schema
                    .resolve(&AttributePath::parse(path).unwrap())
                    .is_none(),
                "{path}"
            );
        }
    }

    #[test]
    fn the_role_attribute_replaces_a_core_attribute_of_its_name() {
        let schema = user_schema("Roles");
        let roles = schema.attribute("roles").unwrap();
        assert!(!roles.multi_valued);
        assert_eq!(roles.name, "Roles");
    }

    #[test]
    fn an_error_names_what_can_be_written_and_nothing_else() {
        assert_eq!(
            user_schema("pantherRole").offered(),
            "userName, name.formatted, name.familyName, name.givenName, displayName, emails, \
             active, roles, pantherRole, externalId"
        );
    }
}
