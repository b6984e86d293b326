//! Whoever may look at settings, and not change them, is offered nothing, and refused all the same.

use roster_tests::Backend;

use super::super::people::{Company, provider};
use super::{DEFAULT_ROLE, IDENTITY, KEYS, METADATA, REMOVE, SAML, SCIM, identity, saml_settings};

#[tokio::test]
async fn a_reader_sees_every_form_locked() {
    let company = Company::new(Backend::Sqlite).await;
    let reader = company
        .person_with("reader", &["GeneralSettingsRead"])
        .await;
    let page = identity(&reader).await.saying(&company.idp.entity_id);
    let forms = "main form[method=post]";
    let locked = page.all(&format!("{forms} > fieldset[disabled]")).len();
    assert_eq!((page.all(forms).len(), locked), (3, 3), "{}", page.text());
    for offered in [
        "Check",
        "Use this identity provider",
        "Remove the identity provider",
        "Save SAML settings",
        "Save default role",
        "Save keys",
        "Save role attribute",
    ] {
        assert!(!page.offers(offered), "{offered}");
    }
    let value = page.form(SAML).value("role_attribute").map(str::to_owned);
    assert_eq!(value.as_deref(), Some("PantherRole"), "shown all the same");
    let _ = reader.open("/settings").await.is_fine();
    assert_eq!(
        page.address,
        format!("/t/{}/console{IDENTITY}", company.tenant.slug)
    );
}

#[tokio::test]
async fn a_reader_who_posts_all_the_same_is_refused() {
    let company = Company::new(Backend::Sqlite).await;
    let reader = company
        .person_with("reader", &["GeneralSettingsRead"])
        .await;
    let before = saml_settings(&company.tenant.api()).await;
    let general = company.tenant.api().get("/settings").await.api(200);
    let metadata = provider().metadata_xml();
    let attributes = [
        ("email_attribute", "a"),
        ("first_name_attribute", "b"),
        ("last_name_attribute", "c"),
        ("role_attribute", "d"),
    ];
    for (path, fields) in [
        (SAML, &attributes[..]),
        (SAML, &[("return_urls", "nonsense")]),
        (METADATA, &[("metadata_file", metadata.as_str())]),
        (METADATA, &[]),
        (
            METADATA,
            &[("metadata_document", metadata.as_str()), ("intent", "save")],
        ),
        (REMOVE, &[]),
        (DEFAULT_ROLE, &[("role", "Admin")]),
        (KEYS, &[("remove_signing_key", "on")]),
        (KEYS, &[("signing_key", "half")]),
        (SCIM, &[("scim_role_attribute", "acmeRole")]),
        (SCIM, &[("scim_role_attribute", "")]),
    ] {
        let refused = reader.post(path, fields).await.is(403);
        let _ = refused.saying("Edit Settings & SAML Preferences");
    }
    let _ = reader.open(REMOVE).await.is(403);
    assert_eq!(saml_settings(&company.tenant.api()).await, before);
    let now = company.tenant.api().get("/settings").await.api(200);
    assert_eq!(now, general);
}
