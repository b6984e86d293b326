//! Genuine assertions that are not clearly about one person.

use roster_saml::{ContentFault, SamlRefusal};

use crate::assert_refused;
use crate::support::okta::{self, PERSON};
use crate::support::verify;

#[test]
fn a_confirmation_other_than_one_bearer_is_refused() {
    let bearer = okta::element(&okta::unsigned(), "saml2:SubjectConfirmation").to_owned();
    let holder = bearer.replace("cm:bearer", "cm:holder-of-key");
    assert_refused!(
        okta::signed_with(&bearer, &holder),
        SamlRefusal::BearerConfirmations { count: 0 }
    );
    let twice = format!("{bearer}{bearer}");
    assert_refused!(
        okta::signed_with(&bearer, &twice),
        SamlRefusal::BearerConfirmations { count: 2 }
    );
}

#[test]
fn an_assertion_without_authentication_is_refused() {
    let statement = okta::element(&okta::unsigned(), "saml2:AuthnStatement").to_owned();
    let xml = okta::signed_with(&statement, "");
    assert_refused!(
        xml,
        SamlRefusal::Content(ContentFault::Missing {
            element: "AuthnStatement",
            ..
        })
    );
}

#[test]
fn a_name_id_that_identifies_nobody_is_refused() {
    let name = format!(">{PERSON}</saml2:NameID>");
    for wrong in [
        "",
        " ",
        " ada@example.com",
        "ada@example.com&#9;",
        "ada&#10;admin",
        &"x".repeat(513),
    ] {
        let xml = okta::signed_with(&name, &format!(">{wrong}</saml2:NameID>"));
        assert_refused!(xml, SamlRefusal::NameId { .. });
    }
    let element = okta::element(&okta::unsigned(), "saml2:NameID").to_owned();
    assert_refused!(
        okta::signed_with(&element, ""),
        SamlRefusal::Content(ContentFault::Missing { .. })
    );
    let twice = format!("{element}{}", element.replace(PERSON, "admin@example.com"));
    assert_refused!(
        okta::signed_with(&element, &twice),
        SamlRefusal::Content(ContentFault::Repeated { .. })
    );
    let nested = okta::signed_with(&name, ">ada<saml2:b>@</saml2:b>example.com</saml2:NameID>");
    assert_refused!(nested, SamlRefusal::Content(ContentFault::NotText { .. }));
    let hidden = okta::signed_with(&element, "<saml2:EncryptedID/>");
    assert_refused!(hidden, SamlRefusal::EncryptedPart { .. });
}

#[test]
fn two_roles_are_refused_and_one_role_twice_is_one() {
    let role = okta::attribute("PantherRole", &okta::value("Analyst"));
    let two_values = okta::attribute(
        "PantherRole",
        &format!("{}{}", okta::value("Analyst"), okta::value("Admin")),
    );
    assert_refused!(
        okta::signed_with(&role, &two_values),
        SamlRefusal::AmbiguousAttribute { .. }
    );
    let two_attributes = format!(
        "{role}{}",
        okta::attribute("PantherRole", &okta::value("Admin"))
    );
    assert_refused!(
        okta::signed_with(&role, &two_attributes),
        SamlRefusal::AmbiguousAttribute { .. }
    );
    let same = format!("{role}{role}");
    assert_eq!(
        verify(&okta::signed_with(&role, &same))
            .unwrap()
            .role
            .as_deref(),
        Some("Analyst")
    );
    let elements = okta::attribute("PantherRole", &okta::value("<x>Admin</x>"));
    assert_refused!(
        okta::signed_with(&role, &elements),
        SamlRefusal::Content(ContentFault::NotText { .. })
    );
    let long = okta::attribute("PantherRole", &okta::value(&"x".repeat(513)));
    assert_refused!(
        okta::signed_with(&role, &long),
        SamlRefusal::AttributeValue { .. }
    );
}

#[test]
fn an_attribute_that_is_encrypted_by_itself_is_refused() {
    let end = "</saml2:AttributeStatement>";
    let xml = okta::signed_with(end, &format!("<saml2:EncryptedAttribute/>{end}"));
    assert_refused!(xml, SamlRefusal::EncryptedPart { .. });
}
