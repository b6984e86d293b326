//! What a sign-in makes of somebody.

use roster_tests::browser::Browser;
use roster_tests::idp::{Person, Value};
use roster_tests::on_both_stores;
use serde_json::json;

use super::{connected, signed_in, users, who};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

on_both_stores! {
    async fn the_user_name_is_the_name_id_or_the_email_where_that_is_a_pseudonym(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        for (name_id, format, email, user_name) in [
            ("Ada.Byron", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "ada@example.com", "Ada.Byron"),
            ("g7s8d9f0", PERSISTENT, "grace@example.com", "grace@example.com"),
            ("_once", TRANSIENT, "joan@example.com", "joan@example.com"),
        ] {
            let person = Person::new("x").name_id(name_id).name_id_format(format).email(email);
            let (browser, _) = signed_in(&tenant, &idp, &person).await;
            assert_eq!(who(&browser).await["userName"], user_name);
        }
        // A transient name is another one each time, and the same person.
        let again = Person::new("x").name_id("_twice").name_id_format(TRANSIENT).email("joan@example.com");
        let _ = signed_in(&tenant, &idp, &again).await;
        assert_eq!(users(&tenant).await.len(), 3);
    }

    async fn an_email_is_required_and_names_may_be_empty(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        for email in [Value::Absent, Value::NoValue, Value::Empty, "not an address".into()] {
            let person = Person::new("ada").email(email);
            let refused = Browser::new(&tenant).sign_in(&idp, &person).await.refused();
            assert_eq!(refused.status, 403);
            assert!(refused.reason(&tenant).await.contains("PantherEmail"));
        }
        assert!(users(&tenant).await.is_empty());
        let nameless = Person::new("ada").names(Value::Absent, Value::Empty);
        let (browser, _) = signed_in(&tenant, &idp, &nameless).await;
        assert_eq!(who(&browser).await["displayName"], "ada@example.com");
    }

    async fn a_role_in_the_assertion_holds_at_once_and_an_absent_one_never_demotes(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let ada = Person::new("ada");
        let (_, id) = signed_in(&tenant, &idp, &ada.clone().role(" admin ")).await;
        assert_eq!(tenant.record(&id).await["role"]["name"], "Admin");
        for unset in Value::UNSET {
            let (browser, same) = signed_in(&tenant, &idp, &ada.clone().role(unset.clone())).await;
            assert_eq!((same.as_str(), &who(&browser).await["role"]), (id.as_str(), &json!("Admin")), "{unset:?}");
        }
    }

    async fn the_assertions_role_goes_before_the_pending_one(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let ada = Person::new("ada");
        let (_, id) = signed_in(&tenant, &idp, &ada).await;
        tenant.scim().operations(&format!("/Users/{id}"), json!([{"op": "replace", "path": "pantherRole", "value": "Admin"}])).await.scim(200);
        let (browser, _) = signed_in(&tenant, &idp, &ada.role("Analyst")).await;
        let user = who(&browser).await;
        assert_eq!((&user["role"], user.get("pendingRole")), (&json!("Analyst"), None));
    }

    async fn an_unknown_role_is_refused_and_named_with_the_valid_ones(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let refused = Browser::new(&tenant).sign_in(&idp, &Person::new("ada").role("Anlyst")).await.refused();
        for text in [&refused.page, &refused.reason(&tenant).await] {
            for part in ["Anlyst", "Admin", "Analyst", "AnalystReadOnly"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert!(users(&tenant).await.is_empty());
        // Nor is anybody changed.
        let (_, id) = signed_in(&tenant, &idp, &Person::new("ada").role("Analyst")).await;
        let before = tenant.record(&id).await;
        let renamed = Person::new("ada").names("Augusta", "King").role("Nonsense");
        let _ = Browser::new(&tenant).sign_in(&idp, &renamed).await.refused();
        assert_eq!(tenant.record(&id).await, before);
    }

    async fn names_and_email_follow_and_only_changes_are_audited(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let ada = Person::new("ada");
        let (_, id) = signed_in(&tenant, &idp, &ada).await;
        let _ = signed_in(&tenant, &idp, &ada).await;
        assert!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.is_empty());
        let married = ada.names("Ada", "Lovelace").email("lovelace@example.com");
        let _ = signed_in(&tenant, &idp, &married).await;
        let user = tenant.record(&id).await;
        assert_eq!((&user["familyName"], &user["email"]), (&json!("Lovelace"), &json!("lovelace@example.com")));
        assert_eq!(user["userName"], "ada@example.com");
        let updated = tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        assert_eq!(updated.len(), 1);
        assert_eq!(updated[0]["description"], "User updated automatically by SAML.");
        assert_eq!(updated[0]["actor"]["type"], "SYSTEM");
        assert_eq!(tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 3);
    }

    async fn somebody_whom_the_operator_has_made_is_bound_once(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let id = tenant.user_of("legacy-name", "Ada@Example.com", "Admin");
        let (browser, same) = signed_in(&tenant, &idp, &Person::new("ada").name_id("00uA")).await;
        assert_eq!(same, id);
        assert_eq!(who(&browser).await["role"], "Admin");
        let identity = tenant.record(&id).await["identity"].clone();
        assert_eq!((&identity["provider"], &identity["nameId"]), (&json!(idp.entity_id), &json!("00uA")));
        // Somebody else with that e-mail, and the same NameID in other letters, stay outside.
        for name_id in ["00uB", "00ua"] {
            let refused = Browser::new(&tenant).sign_in(&idp, &Person::new("ada").name_id(name_id)).await.refused();
            assert!(refused.reason(&tenant).await.contains("belongs to another user"));
        }
        assert_eq!(users(&tenant).await.len(), 1);
        assert_eq!(tenant.record(&id).await["identity"], identity);
    }

    async fn the_last_admin_is_not_demoted_by_an_assertion(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        let (_, id) = signed_in(&tenant, &idp, &Person::new("ada").role("Admin")).await;
        let refused = Browser::new(&tenant).sign_in(&idp, &Person::new("ada").role("Analyst")).await.refused();
        assert!(refused.reason(&tenant).await.contains("last active Admin"));
        assert_eq!(tenant.record(&id).await["role"]["name"], "Admin");
        let _ = signed_in(&tenant, &idp, &Person::new("grace").role("Admin")).await;
        let (browser, _) = signed_in(&tenant, &idp, &Person::new("ada").role("Analyst")).await;
        assert_eq!(who(&browser).await["role"], "Analyst");
    }

    async fn the_browser_goes_where_it_wanted_if_that_is_ours_or_listed(backend: Backend) {
        let (tenant, idp) = connected(backend).await;
        tenant.set_saml(&json!({ "returnUrls": ["https://app.example/start"] })).await;
        let browser = Browser::new(&tenant);
        let own = format!("/t/{}/api/v1/users", tenant.slug);
        for (wanted, expected) in [
            (own.as_str(), format!("{}{own}", tenant.server.public_url())),
            ("https://app.example/start", "https://app.example/start".to_owned()),
        ] {
            let request = browser.request_sign_in(Some(wanted)).await;
            let response = idp.respond(&request, &Person::new("ada"), &roster_tests::idp::Shape::okta());
            let landed = browser.post_response(&response, request.relay_state.as_deref()).await.signed_in();
            assert_eq!(landed.location, expected);
        }
        for evil in ["https://evil.example/", "//evil.example/", "https://app.example/other"] {
            let escaped: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
            let answer = browser.get(&format!("/saml/login?return_to={escaped}")).await;
            assert_eq!((answer.status, answer.header("location")), (400, None), "{evil}");
        }
    }
}
