//! Deactivation and reactivation, by both apps, and the last active Admin.

use roster_tests::okta::App;
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::json;

on_both_stores! {
    async fn a_custom_app_deactivates_and_reactivates_by_put(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Custom);
        let before = okta.read(&id).await;

        let left = okta.send_about("put-deactivate", &before).await.scim(200);
        assert_eq!((&left["active"], &left["pantherRole"]), (&json!(false), &json!("Analyst")));
        assert_eq!(okta.read(&id).await, left);
        let found = okta.send("lookup").await.scim(200);
        assert_eq!(found["Resources"], json!([left]), "whoever is deactivated must be found, to come back");

        let returned = okta.send_about("put-reactivate", &left).await.scim(200);
        assert_eq!(okta.read(&id).await, returned, "visible on the very next read");
        assert_eq!((&returned["id"], &returned["active"]), (&before["id"], &json!(true)));
        assert_eq!(returned["pantherRole"], "Analyst");
        assert_eq!(returned["meta"]["created"], before["meta"]["created"]);
        assert_eq!(tenant.record(&id).await["role"]["name"], "Analyst");
        // Okta puts twice within seconds.
        assert_eq!(okta.send_about("put-reactivate", &returned).await.scim(200), returned);
    }

    async fn a_catalogue_app_deactivates_and_reactivates_by_patch(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Catalogue);
        let before = okta.read(&id).await;
        let left = okta.send_about("patch-deactivate", &before).await.scim(200);
        assert_eq!(left["active"], false);
        assert_eq!(okta.send_about("patch-deactivate", &left).await.scim(200), left, "once is enough");
        let returned = okta.send_about("patch-reactivate", &left).await.scim(200);
        assert_eq!(okta.read(&id).await, returned);
        for same in ["id", "userName", "name", "emails", "active", "pantherRole"] {
            assert_eq!(returned[same], before[same], "{same}");
        }
    }

    async fn a_pending_role_survives_a_leave(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Catalogue);
        okta.push(&id, &json!({ "pantherRole": "Admin" })).await.scim(200);
        let user = okta.read(&id).await;
        okta.send_about("patch-deactivate", &user).await.scim(200);
        okta.send_about("patch-reactivate", &user).await.scim(200);
        let record = tenant.record(&id).await;
        assert_eq!((&record["role"]["name"], &record["pendingRole"]["name"]), (&json!("Analyst"), &json!("Admin")));
    }

    async fn a_password_is_accepted_and_goes_nowhere(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Analyst");
        let okta = tenant.okta(App::Catalogue);
        let before = okta.read(&id).await;
        let answer = okta.send_about("patch-password", &before).await;
        assert_eq!(answer.scim(200), before, "no change, not even of the version");
        assert!(!answer.text().contains("1mz050nq"));
    }

    async fn the_last_active_admin_can_not_be_deactivated(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Admin");
        tenant.user("grace", "Analyst");
        let okta = tenant.okta(App::Catalogue);
        let before = okta.read(&id).await;
        for request in ["patch-deactivate", "put-deactivate"] {
            let detail = okta.send_about(request, &before).await.scim_error(400, Some("mutability"));
            assert!(detail.contains("last active Admin"), "{detail}");
        }
        // Neither does an unknown role beside it open the way.
        let answer = okta.push(&id, &json!({ "active": false, "pantherRole": "Nobody's role" })).await;
        answer.scim_error(400, Some("mutability"));
        assert_eq!(okta.read(&id).await, before);
        let refused = tenant.audit("UPDATE_USER", "FAILED").await;
        assert_eq!(refused.len(), 3, "{refused:?}");
    }

    async fn the_last_active_admin_can_not_be_given_another_role(backend: Backend) {
        let tenant = Tenant::new(backend);
        let id = tenant.user("ada", "Admin");
        let okta = tenant.okta(App::Custom);
        let before = okta.read(&id).await;
        let answer = okta.push(&id, &json!({ "pantherRole": "Analyst" })).await;
        let detail = answer.scim_error(400, Some("mutability"));
        assert!(detail.contains("last active Admin"), "{detail}");
        assert_eq!(okta.read(&id).await, before);
        // Somebody who waits to become one is none yet.
        let other = tenant.user("grace", "Analyst");
        okta.push(&other, &json!({ "pantherRole": "Admin" })).await.scim(200);
        okta.push(&id, &json!({ "pantherRole": "Analyst" })).await.scim_error(400, Some("mutability"));
    }

    async fn one_of_two_admins_may_leave(backend: Backend) {
        let tenant = Tenant::new(backend);
        let ada = tenant.user("ada", "Admin");
        let grace = tenant.user("grace", "Admin");
        let okta = tenant.okta(App::Custom);
        okta.push(&ada, &json!({ "active": false })).await.scim(200);
        okta.push(&grace, &json!({ "active": false })).await.scim_error(400, Some("mutability"));
        okta.push(&ada, &json!({ "active": true })).await.scim(200);
        okta.push(&grace, &json!({ "active": false })).await.scim(200);
    }
}
