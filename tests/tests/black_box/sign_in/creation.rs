//! The first sign-in of somebody who isn't known makes a user of them.

use roster_tests::idp::{Person, Shape, Value as Attribute};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

use super::{Organisation, changes, user_id};

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

on_both_stores! {
    async fn whoever_comes_first_is_created_as_the_assertion_says(backend: Backend) {
        let org = Organisation::new(backend).await;
        let ada = Person::new("ada").name_id("Ada.Byron").email("Ada@Example.com").role("Analyst");
        let browser = org.sign_in(&ada).await;
        let user = org.only_user().await;
        for (field, value) in [
            ("userName", json!("Ada.Byron")),
            ("email", json!("Ada@Example.com")),
            ("givenName", json!("Ada")),
            ("familyName", json!("Byron")),
            ("active", json!(true)),
            ("identity", json!({ "provider": org.idp.entity_id, "nameId": "Ada.Byron" })),
            ("version", json!(1)),
        ] {
            assert_eq!(user[field], value, "{field}: {user}");
        }
        assert_eq!(user["role"]["name"], "Analyst");
        assert_eq!((user.get("pendingRole"), user.get("externalId")), (None, None), "{user}");
        assert_eq!(user_id(&browser).await, user["id"].as_str().unwrap());
        // SCIM knows them at once, without regard to case.
        let filter = [("filter", "userName eq \"ADA.byron\"")];
        let found = org.tenant.scim().query("/Users", &filter).await.scim(200);
        assert_eq!(found["Resources"][0]["id"], user["id"], "{found}");
    }

    async fn a_creation_is_audited_as_the_systems_and_the_sign_in_as_the_persons(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.sign_in(&Person::new("ada")).await;
        let user = org.only_user().await;
        let created = org.tenant.audit("CREATE_USER", "SUCCEEDED").await;
        let [created] = created.as_slice() else { panic!("{created:#?}") };
        assert_eq!(created["description"], "User created automatically by SAML.");
        assert_eq!(created["actor"], json!({ "type": "SYSTEM", "name": "System" }));
        assert_eq!(created["target"], json!({ "type": "USER", "id": user["id"], "name": "ada@example.com" }));
        assert_eq!(changes(created), [
            "active:  → true".to_owned(),
            "email:  → ada@example.com".to_owned(),
            "familyName:  → Byron".to_owned(),
            "givenName:  → Ada".to_owned(),
            format!("identityProvider:  → {}", org.idp.entity_id),
            "nameId:  → ada@example.com".to_owned(),
            "role:  → AnalystReadOnly".to_owned(),
            "userName:  → ada@example.com".to_owned(),
        ]);
        let signed_in = org.tenant.audit("SIGN_IN", "SUCCEEDED").await;
        let [signed_in] = signed_in.as_slice() else { panic!("{signed_in:#?}") };
        assert_eq!(signed_in["actor"], json!({ "type": "USER", "id": user["id"], "name": "ada@example.com" }));
        assert_eq!(signed_in["target"]["id"], user["id"]);
        for record in [created, signed_in] {
            assert_eq!(record["sourceIp"], "127.0.0.1", "{record}");
        }
        assert!(org.tenant.audit("UPDATE_USER", "SUCCEEDED").await.is_empty());
    }

    async fn a_role_that_is_unset_in_any_form_is_the_default_role(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.role("Guest", &[]).await;
        org.tenant.api().patch("/settings", &json!({ "defaultRole": "Guest" })).await.api(200);
        for (name, unset) in ["ada", "grace", "hedy"].into_iter().zip(Attribute::UNSET) {
            let browser = org.sign_in(&Person::new(name).role(unset.clone())).await;
            let session = browser.session().await.api(200);
            assert_eq!((&session["role"], &session["permissions"]), (&json!("Guest"), &json!([])), "{unset:?}");
        }
    }

    async fn a_role_is_found_in_any_letter_case_and_spacing(backend: Backend) {
        let org = Organisation::new(backend).await;
        for (name, role) in [("ada", "analyst"), ("grace", "ANALYST"), ("hedy", "  Analyst ")] {
            let browser = org.sign_in(&Person::new(name).role(role)).await;
            assert_eq!(browser.session().await.api(200)["role"], "Analyst", "{role:?}");
        }
    }

    async fn names_may_be_missing_and_of_any_script(backend: Backend) {
        let org = Organisation::new(backend).await;
        let nameless = Person::new("ada").names(Attribute::Absent, Attribute::Empty);
        let session = org.sign_in(&nameless).await.session().await.api(200);
        assert_eq!((&session["givenName"], &session["familyName"]), (&json!(""), &json!("")));
        assert_eq!(session["displayName"], "ada@example.com", "{session}");

        let named = Person::new("zofia").names("Žofia 🦀", "O'Brien-<b>Núñez</b> & 山田");
        let browser = org.sign_in(&named).await;
        let session = browser.session().await.api(200);
        assert_eq!(session["displayName"], "Žofia 🦀 O'Brien-<b>Núñez</b> & 山田", "{session}");
        let page = browser.get("/").await.text();
        assert!(!page.contains("<b>Núñez") && page.contains("&lt;b&gt;Núñez&lt;/b&gt; &amp; 山田"), "{page}");
    }

    async fn without_a_usable_e_mail_nobody_is_created(backend: Backend) {
        let org = Organisation::new(backend).await;
        let unusable = ["ada", "ada@", "@example.com", "ada byron@example.com"].map(Attribute::from);
        for email in Attribute::UNSET.into_iter().chain(unusable) {
            org.refuses(&Person::new("ada").email(email.clone()), &["PantherEmail"]).await;
        }
        assert!(org.users().await.is_empty());
        assert!(org.tenant.audit("CREATE_USER", "SUCCEEDED").await.is_empty());
    }

    async fn a_name_that_is_no_name_makes_the_e_mail_the_user_name(backend: Backend) {
        let org = Organisation::new(backend).await;
        for (name, format, user_name) in [
            ("ada", TRANSIENT, "ada@example.com"),
            ("grace", PERSISTENT, "grace@example.com"),
            ("hedy", EMAIL, "hedy-at-okta"),
        ] {
            let person = Person::new(name).name_id(&format!("{name}-at-okta")).name_id_format(format);
            let session = org.sign_in(&person).await.session().await.api(200);
            assert_eq!(session["userName"], user_name, "{format}");
        }
    }

    async fn an_unknown_role_creates_nobody_and_names_the_valid_ones(backend: Backend) {
        let org = Organisation::new(backend).await;
        org.role("Responder", &[]).await;
        let words = ["\"ReadOnlyAnalyst\"", "Did you mean \"AnalystReadOnly\"?", "Admin", "Analyst", "AnalystReadOnly", "Responder"];
        org.refuses(&Person::new("ada").role("ReadOnlyAnalyst"), &words).await;
        assert!(org.users().await.is_empty());
        // It may be made meanwhile.
        org.role("ReadOnlyAnalyst", &[]).await;
        org.sign_in(&Person::new("ada").role("ReadOnlyAnalyst")).await;
    }

    async fn a_user_name_that_somebody_else_has_is_refused(backend: Backend) {
        let org = Organisation::new(backend).await;
        let other = org.tenant.user_of("ADA@example.com", "other@example.com", "Analyst");
        org.refuses(&Person::new("ada"), &["userName", "ada@example.com"]).await;
        assert_eq!(org.only_user().await["id"], other.as_str());
    }

    async fn the_names_of_the_attributes_are_settings(backend: Backend) {
        let names = json!({
            "emailAttribute": "mail",
            "firstNameAttribute": "urn:oid:2.5.4.42",
            "lastNameAttribute": "sn",
            "roleAttribute": "Group",
        });
        let org = Organisation::of(Tenant::new(backend), names).await;
        let grace = Person::new("grace").names("Grace", "Hopper").role("Analyst");
        // What the old names say is not read any more.
        org.refuses(&grace, &["mail"]).await;
        let shape = Shape::okta().facts(|facts| {
            for (old, new) in [
                ("PantherEmail", "mail"),
                ("PantherFirstName", "urn:oid:2.5.4.42"),
                ("PantherLastName", "sn"),
                ("PantherRole", "Group"),
            ] {
                for (name, _) in facts.attributes.iter_mut().filter(|(name, _)| name == old) {
                    new.clone_into(name);
                }
            }
        });
        let browser = org.browser();
        let _ = browser.sign_in_with(&org.idp, &grace, &shape).await.signed_in();
        let session = browser.session().await.api(200);
        for (field, value) in [("email", "grace@example.com"), ("displayName", "Grace Hopper"), ("role", "Analyst")] {
            assert_eq!(session[field], value, "{session}");
        }
    }

    async fn one_person_of_two_tenants_is_two_users(backend: Backend) {
        let (org, other) = (Organisation::new(backend).await, Tenant::new(backend));
        let other = Organisation { idp: org.idp.clone(), tenant: other };
        other.idp.connect(&other.tenant).await;
        let ada = Person::new("ada");
        let (here, there) = (org.sign_in(&ada).await, other.sign_in(&ada.clone().role("Admin")).await);
        assert_ne!(user_id(&here).await, user_id(&there).await);
        assert_eq!(org.only_user().await["role"]["name"], "AnalystReadOnly");
        assert_eq!(other.only_user().await["role"]["name"], "Admin");
    }
}
