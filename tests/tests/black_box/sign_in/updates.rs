//! A later sign-in brings names and e-mail up to date, and is audited as a change only if it was one.

use roster_tests::idp::{Person, Value as Attribute};
use roster_tests::on_both_stores;
use serde_json::json;

use super::{Organisation, changes, user_id};

on_both_stores! {
    async fn names_and_e_mail_follow_the_assertion(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let first = org.sign_in(&ada).await;
        let id = user_id(&first).await;
        let later = ada.names("Augusta Ada", "King").email("ada.king@example.com");
        org.sign_in(&later).await;
        let user = org.only_user().await;
        for (field, value) in [
            ("id", json!(id)),
            ("givenName", json!("Augusta Ada")),
            ("familyName", json!("King")),
            ("email", json!("ada.king@example.com")),
            ("userName", json!("ada@example.com")),
            ("version", json!(2)),
        ] {
            assert_eq!(user[field], value, "{field}: {user}");
        }
        let updated = org.tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        let [updated] = updated.as_slice() else { panic!("{updated:#?}") };
        assert_eq!(updated["description"], "User updated automatically by SAML.");
        assert_eq!(updated["actor"]["type"], "SYSTEM");
        assert_eq!(updated["target"]["id"], id.as_str());
        assert_eq!(changes(updated), [
            "email: ada@example.com → ada.king@example.com",
            "familyName: Byron → King",
            "givenName: Ada → Augusta Ada",
        ]);
        // The session from before is the same person's, who has changed.
        assert_eq!(first.session().await.api(200)["displayName"], "Augusta Ada King");
    }

    async fn a_sign_in_that_changes_nothing_is_a_sign_in_alone(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada").role("Analyst");
        org.sign_in(&ada).await;
        let before = org.only_user().await;
        for _ in 0..2 {
            org.sign_in(&ada).await;
        }
        assert_eq!(org.only_user().await, before, "not even the version changed");
        assert!(org.tenant.audit("UPDATE_USER", "SUCCEEDED").await.is_empty());
        assert_eq!(org.tenant.audit("CREATE_USER", "SUCCEEDED").await.len(), 1);
        assert_eq!(org.tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 3, "always audited");
    }

    async fn a_name_of_which_nothing_is_said_stays(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("ada")).await;
        let before = org.only_user().await;
        for unset in Attribute::UNSET {
            org.sign_in(&Person::new("ada").names(unset.clone(), unset)).await;
            assert_eq!(org.only_user().await, before);
        }
    }

    async fn what_scim_and_the_assertion_say_differently_the_last_one_says(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let id = user_id(&org.sign_in(&ada).await).await;
        let path = format!("/Users/{id}");
        let wish = json!({ "name": { "givenName": "Augusta" }, "externalId": "00u1" });
        org.tenant.scim().put(&path, &wish).await.scim(200);
        assert_eq!(org.only_user().await["givenName"], "Augusta", "SCIM's change holds at once");
        org.sign_in(&ada).await;
        let user = org.only_user().await;
        assert_eq!((&user["givenName"], &user["externalId"]), (&json!("Ada"), &json!("00u1")));
    }

    async fn a_refused_sign_in_changes_nothing_of_a_person_who_is_known(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada");
        let browser = org.sign_in(&ada).await;
        let changed = ada.names("Eve", "Mallory").email("eve@example.com").role("Nonsense");
        org.refuses(&changed, &["\"Nonsense\"", "AnalystReadOnly"]).await;
        assert!(browser.is_signed_in().await, "the session of before has nothing to do with it");
        assert_eq!(org.tenant.audit("SIGN_IN", "FAILED").await.len(), 1);
    }
}
