//! The list tells what each token may do, whose it is, since when, and when it was last used.

use std::time::Duration;

use roster_tests::on_both_stores;
use serde_json::json;

use super::super::people::{Company, user_id};
use super::{day_in, row, scim};

on_both_stores! {
    async fn the_list_tells_what_whose_since_when_and_when_last(backend: Backend) {
        let company = Company::new(backend).await;
        let admin = company.person("ada", "Admin").await;
        let form = admin.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let form = form.set("name", "okta").tick("permission.UserModify").tick("permission.AuditLogRead").tick("permission.AlertRead");
        let value = form.set("expires", "365").send(&admin).await.is_fine().value("token-value");
        let record = company.latest("CREATE_API_TOKEN").await;
        assert_eq!(record["actor"], json!({ "type": "USER", "id": user_id(&admin).await, "name": "ada@example.com" }));

        let before = row(&admin, "okta").await;
        for said in ["Manage Users", "Read Audit Log", "1 permission of the application", "by ada@example.com", "Never"] {
            assert!(before.contains(said), "no {said:?} in: {before}");
        }
        assert!(!before.contains("Read User Info"), "inherent, so not worth a line: {before}");
        let (created, expires) = (day_in(0).1, day_in(365).1);
        assert!(before.contains(&created) && before.contains(&expires), "{created}, {expires}: {before}");

        scim(&company.tenant, &value).await.scim(200);
        // The last use is written down every few seconds.
        let mut tries = 0;
        while !row(&admin, "okta").await.contains("from 127.0.0.1") {
            tries += 1;
            assert!(tries < 120, "{}", row(&admin, "okta").await);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        assert!(!row(&admin, "okta").await.contains("Never"));
    }
}
