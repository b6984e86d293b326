//! Nobody does with tokens what they lack the permission for, whatever they send.

use roster_tests::Backend;
use roster_tests::on_both_stores;
use serde_json::json;

use super::super::people::Company;
use super::scim;

on_both_stores! {
    async fn nobody_gives_a_token_more_than_they_have(backend: Backend) {
        let company = Company::new(backend).await;
        let maker = company.person_with("maker", &["OrganizationAPITokenModify", "AlertRead"]).await;
        let page = maker.open("/api-tokens/new").await.is_fine();
        let form = page.form("/api-tokens/new");
        for (permission, offered) in [
            ("OrganizationAPITokenModify", true), ("OrganizationAPITokenRead", true), ("AlertRead", true),
            ("UserModify", false), ("UserRead", false), ("AuditLogRead", false), ("AlertModify", false),
        ] {
            assert_eq!(form.has(&format!("permission.{permission}")), offered, "{permission}");
        }
        let forged = form.set("name", "forged").with("permission.UserModify", "on").send(&maker).await.is(422);
        let problem = forged.problem("permissions").unwrap_or_else(|| panic!("{}", forged.text()));
        assert!(problem.contains("UserModify"), "{problem}");
        assert_eq!(forged.form("/api-tokens/new").value("name"), Some("forged"));
        assert!(!maker.open("/api-tokens").await.is_fine().says("forged"));
        assert_eq!(company.tenant.audit("CREATE_API_TOKEN", "FAILED").await.len(), 1);

        // A stronger token of somebody else's is neither rotated by them nor given more.
        let (id, value) = company.token("strong", &["UserModify"]).await;
        let path = format!("/api-tokens/{id}/rotate");
        let form = maker.open(&path).await.is_fine().form(&path).set("overlap", "0");
        let _ = form.send(&maker).await.is(422).saying("UserModify");
        scim(&company.tenant, &value).await.scim(200);
        let allowed = maker.open("/api-tokens/new").await.is_fine().form("/api-tokens/new");
        let _ = allowed.set("name", "fair").tick("permission.AlertRead").send(&maker).await.is_fine();
    }

    async fn a_stronger_token_is_renamed_or_weakened_and_nothing_else(backend: Backend) {
        let company = Company::new(backend).await;
        let maker = company.person_with("maker", &["OrganizationAPITokenModify"]).await;
        let (id, value) = company.token("strong", &["UserModify", "AuditLogRead"]).await;
        let path = format!("/api-tokens/{id}");
        let form = async || maker.open(&path).await.is_fine().form(&path);
        for (field, value) in [("networks", "127.0.0.1"), ("expires", "30"), ("other_permissions", "LabUse")] {
            let page = form().await.set("name", "mine").set(field, value).send(&maker).await.is(422);
            assert!(page.problem("permissions").is_some(), "{field}: {}", page.text());
            assert_eq!(page.form(&path).value(field), Some(value), "kept");
        }
        let renamed = form().await.set("name", "Strong").send(&maker).await.is_fine().saying("Saved.");
        assert_eq!(renamed.all("h1"), ["Strong"]);
        let _ = form().await.untick("permission.AuditLogRead").send(&maker).await.is_fine().saying("Saved.");
        let token = company.tenant.api().get(&path).await.api(200);
        assert_eq!((&token["name"], &token["permissions"]), (&json!("Strong"), &json!(["UserModify", "UserRead"])));
        scim(&company.tenant, &value).await.scim(200);
        assert!(!form().await.has("permission.AuditLogRead"), "what was taken away is not theirs to give back");
    }
}

#[tokio::test]
async fn whoever_may_only_look_is_offered_nothing_else() {
    let company = Company::new(Backend::Sqlite).await;
    let (id, _) = company.token("okta", &["UserModify"]).await;
    let reader = company
        .person_with("reader", &["OrganizationAPITokenRead"])
        .await;
    let list = reader.open("/api-tokens").await.is_fine().saying("okta");
    let token = reader.open(&format!("/api-tokens/{id}")).await.is_fine();
    for page in [list, token] {
        for offered in ["Create New Token", "Rotate", "Revoke", "Save"] {
            assert!(!page.offers(offered), "{}: {offered}", page.address);
        }
    }
    let _ = reader.open("/api-tokens/new").await.is(403);
    for (path, fields) in [
        (format!("/api-tokens/{id}"), vec![("name", "mine")]),
        (format!("/api-tokens/{id}/rotate"), vec![("overlap", "0")]),
        (format!("/api-tokens/{id}/revoke"), vec![]),
        ("/api-tokens/new".to_owned(), vec![("name", "mine")]),
    ] {
        let refused = reader.post(&path, &fields).await.is(403);
        assert!(refused.says("Manage API Tokens"), "{}", refused.text());
    }
}
