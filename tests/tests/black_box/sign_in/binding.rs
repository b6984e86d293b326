//! Who is recognised by what: first by provider and NameID, exactly; else, once, by the e-mail of
//! somebody who never signed in; and by nothing else.

use roster_tests::idp::Person;
use roster_tests::on_both_stores;
use serde_json::json;

use super::{Organisation, changes, provider, user_id};

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

on_both_stores! {
    async fn whoever_was_made_by_the_operator_is_bound_by_the_e_mail_in_any_letter_case(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = org.tenant.user_of("ada.byron", "Ada@Example.com", "Analyst");
        assert_eq!(org.tenant.record(&id).await.get("identity"), None);
        let browser = org.sign_in(&Person::new("ada").name_id("00u-ada").email("ADA@example.COM")).await;
        assert_eq!(user_id(&browser).await, id);
        let user = org.only_user().await;
        assert_eq!(user["identity"], json!({ "provider": org.idp.entity_id, "nameId": "00u-ada" }));
        assert_eq!((&user["userName"], &user["email"]), (&json!("ada.byron"), &json!("ADA@example.COM")));
        assert_eq!(user["role"]["name"], "Analyst", "nobody is demoted because the role is unset");
        let updated = org.tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        let [updated] = updated.as_slice() else { panic!("{updated:#?}") };
        assert_eq!(updated["description"], "User updated automatically by SAML.");
        assert_eq!(updated["actor"]["type"], "SYSTEM");
        let changes = changes(updated);
        assert!(changes.contains(&"nameId:  → 00u-ada".to_owned()), "{changes:?}");
    }

    async fn a_binding_happens_once(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = org.tenant.user("ada", "Analyst");
        org.sign_in(&Person::new("ada").name_id("00u-ada")).await;
        // Somebody else at the provider has got hold of the same e-mail.
        org.refuses(&Person::new("ada").name_id("00u-eve"), &["ada@example.com", "another identity (NameID)"]).await;
        assert_eq!(org.tenant.record(&id).await["identity"]["nameId"], "00u-ada");
        assert_eq!(user_id(&org.sign_in(&Person::new("ada").name_id("00u-ada")).await).await, id);
    }

    async fn a_name_id_is_compared_to_the_letter(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("ada")).await;
        let ada = Person::new("ada");
        for (name_id, email) in [
            ("Ada@example.com", "ada@example.com"),
            ("ADA@EXAMPLE.COM", "ada@example.com"),
            ("ada@example.com.", "ada@example.com"),
            // Nor is somebody with another e-mail taken for her, or given her userName.
            ("Ada@example.com", "ada2@example.com"),
        ] {
            org.refuses(&ada.clone().name_id(name_id).email(email), &[]).await;
        }
        org.sign_in(&ada).await;
    }

    async fn the_same_name_at_another_provider_is_somebody_else(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada").role("Admin");
        org.sign_in(&ada).await;
        let other = Organisation { idp: provider(), tenant: org.tenant };
        other.idp.connect(&other.tenant).await;
        other.refuses(&ada, &["another identity"]).await;
        let record = other.only_user().await;
        assert_eq!(record["identity"]["provider"], org.idp.entity_id.as_str());
        // Back at the first one, everything is as it was.
        org.idp.connect(&other.tenant).await;
        let org = Organisation { idp: org.idp, tenant: other.tenant };
        assert_eq!(user_id(&org.sign_in(&ada).await).await, record["id"].as_str().unwrap());
    }

    async fn an_e_mail_that_somebody_else_has_is_refused(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("ada")).await;
        org.sign_in(&Person::new("grace")).await;
        // Of somebody who is bound, and of somebody who isn't.
        org.tenant.user("hedy", "Analyst");
        for (sent, held) in [("GRACE@example.com", "grace@example.com"), ("hedy@example.com", "hedy@example.com")] {
            org.refuses(&Person::new("ada").email(sent), &[held, "another user"]).await;
        }
    }

    async fn the_binding_outlives_what_scim_changes(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let id = user_id(&org.sign_in(&ada).await).await;
        let wish = json!({ "userName": "augusta@example.com", "emails": [{ "value": "augusta@example.com" }] });
        org.tenant.scim().put(&format!("/Users/{id}"), &wish).await.scim(200);
        let browser = org.sign_in(&ada).await;
        let session = browser.session().await.api(200);
        assert_eq!(session["id"], id.as_str());
        assert_eq!(session["userName"], "augusta@example.com", "a sign-in renames nobody");
        assert_eq!(session["email"], "ada@example.com", "the e-mail follows the assertion");
        // The e-mail that is free again is anybody's.
        let augusta = org.sign_in(&Person::new("augusta").name_id("00u-augusta")).await;
        assert_ne!(user_id(&augusta).await, id);
    }

    async fn a_transient_name_recognises_nobody_and_the_e_mail_stands_in_for_it(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = |name: &str| Person::new("ada").name_id(name).name_id_format(TRANSIENT);
        let id = user_id(&org.sign_in(&ada("_a1")).await).await;
        assert_eq!(user_id(&org.sign_in(&ada("_b2").email("ADA@example.com")).await).await, id);
        // The name of one sign-in is worth nothing at the next.
        let grace = Person::new("grace").name_id("_a1").name_id_format(TRANSIENT);
        assert_ne!(user_id(&org.sign_in(&grace).await).await, id);
    }

    async fn a_persistent_name_recognises_whoever_changes_the_e_mail(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada").name_id("00u-ada").name_id_format(PERSISTENT);
        let id = user_id(&org.sign_in(&ada).await).await;
        let session = org.sign_in(&ada.email("augusta@example.com")).await.session().await.api(200);
        assert_eq!((&session["id"], &session["email"]), (&json!(id), &json!("augusta@example.com")));
        assert_eq!(session["userName"], "ada@example.com");
    }

    async fn nobody_comes_back_by_an_e_mail_whose_account_is_deactivated(backend: Backend) {
        let org = Organisation::new(backend).await;
        let id = org.tenant.user("ada", "Analyst");
        org.tenant.scim().put(&format!("/Users/{id}"), &json!({ "active": false })).await.scim(200);
        // Neither is the account revived, nor is a second one made.
        org.refuses(&Person::new("ada").name_id("00u-ada"), &["ada@example.com", "deactivated"]).await;
        let user = org.only_user().await;
        assert_eq!((&user["active"], user.get("identity")), (&json!(false), None));
        org.tenant.scim().put(&format!("/Users/{id}"), &json!({ "active": true })).await.scim(200);
        assert_eq!(user_id(&org.sign_in(&Person::new("ada").name_id("00u-ada")).await).await, id);
    }
}
