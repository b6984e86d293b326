//! Profile changes, which custom apps send as our own body with mapped values overwritten.

use roster_tests::okta::App;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn a_profile_change_holds_at_once_and_the_stale_formatted_name_does_not(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let before = okta.read(&id).await;
        let answered = okta.send_about("put-profile", &before).await.scim(200);
        let name = json!({ "givenName": "Augusta", "familyName": "King", "formatted": "Augusta King" });
        assert_eq!(answered["name"], name);
        assert_eq!(answered["displayName"], "Augusta King");
        assert_eq!(answered["meta"]["created"], before["meta"]["created"]);
        assert_eq!(okta.read(&id).await, answered);
        let record = tenant.record(&id).await;
        assert_eq!((&record["givenName"], &record["familyName"]), (&json!("Augusta"), &json!("King")));
    }

    async fn an_email_and_a_user_name_can_change_and_the_id_stays(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let mapped = json!({
            "userName": "countess@example.com",
            "emails": [{ "primary": true, "type": "work", "value": "countess@example.com" }],
        });
        let changed = okta.push(&id, &mapped).await.scim(200);
        assert_eq!(changed["id"], id.as_str());
        assert_eq!(changed["userName"], "countess@example.com");
        assert_eq!(changed["emails"][0]["value"], "countess@example.com");
        assert_eq!(okta.send("lookup").await.scim(200)["totalResults"], 0, "the old name finds nobody");
    }

    async fn a_push_that_repeats_everything_is_no_change(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        okta.send_about("put-link", &okta.read(&id).await).await.scim(200);
        let before = okta.read(&id).await;
        for _ in 0..3 {
            assert_eq!(okta.push(&id, &json!({})).await.scim(200), before);
        }
        assert_eq!(tenant.audit("UPDATE_USER", "SUCCEEDED").await.len(), 1, "only the first is a change");
    }

    async fn the_next_push_wins_over_a_change_made_in_roster(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let changed = tenant.api().patch(&format!("/users/{id}"), &json!({ "familyName": "Lovelace" })).await.api(200);
        assert_eq!(changed["familyName"], "Lovelace");
        let okta = tenant.okta(App::Custom);
        okta.push(&id, &json!({ "name": { "givenName": "Ada", "familyName": "Byron" } })).await.scim(200);
        assert_eq!(tenant.record(&id).await["familyName"], "Byron");
    }

    async fn the_specification_test_may_put_plain_json(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let answered = okta.send_about("spec-test-content-type", &okta.read(&id).await).await.scim(200);
        assert_eq!(answered["externalId"], "00u6a15d23T9AeHhF5d7");
    }

    async fn each_change_is_in_the_audit_log_with_its_before_and_after(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        okta.push(&id, &json!({ "name": { "familyName": "King" } })).await.scim(200);
        let records = tenant.audit("UPDATE_USER", "SUCCEEDED").await;
        let [record] = records.as_slice() else { panic!("one change, one record: {records:?}") };
        let change = json!([{ "attribute": "familyName", "before": "Byron", "after": "King" }]);
        assert_eq!(record["changes"], change);
        assert_eq!(record["target"]["id"], id.as_str());
        assert_eq!(record["target"]["name"], "ada@example.com");
        assert_eq!(record["actor"]["type"], "TOKEN");
        assert_eq!(record["actor"]["name"], "a test's token");
        assert_eq!(record["userAgent"], "Okta SCIM Client 1.0.0");
        assert_eq!(record["sourceIp"], "127.0.0.1");
    }
}
