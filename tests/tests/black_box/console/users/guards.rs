//! The last active Admin, and oneself: explained before anybody tries, and refused whoever tries.

use roster_tests::console::{Console, Page};
use roster_tests::on_both_stores;

use super::super::people::{Company, user_id};
use super::{fact, user};

const LAST: &str = "This is the last active Admin, who can't be deactivated or given another role";
const YOURSELF: &str = "This is you. Nobody can deactivate themselves or give up the Admin role";

/// Tries to deactivate a user, by all that is offered and by all that is not. Answers the refusal.
async fn cannot_deactivate(console: &Console, id: &str, why: &str) -> Page {
    let page = user(console, id).await.saying(why);
    assert!(!page.offers("Deactivate"), "{}", page.text());
    let path = format!("/users/{id}/deactivate");
    let question = console.open(&path).await.is(409).saying(why);
    assert!(!question.offers("Deactivate user"), "{}", question.text());
    let refused = console.post(&path, &[]).await.is(409);
    assert_eq!(fact(&user(console, id).await, "Status"), "active");
    refused
}

/// Tries to give a user another role. Answers what stands beside the field.
async fn cannot_demote(console: &Console, id: &str) -> String {
    let path = format!("/users/{id}");
    let form = user(console, id).await.form(&path).set("role", "Analyst");
    let page = form.set("given_name", "Kept").send(console).await.is(422);
    let form = page.form(&path);
    assert_eq!(form.value("role"), Some("Analyst"), "kept");
    assert_eq!(form.value("given_name"), Some("Kept"));
    assert_eq!(fact(&page, "Role"), "Admin");
    page.problem("role").unwrap_or_default()
}

on_both_stores! {
    async fn the_last_admin_stays_whoever_asks(backend: Backend) {
        let company = Company::new(backend).await;
        let ada = company.tenant.user("ada", "Admin");
        let clerk = company.person_with("clerk", &["UserModify"]).await;
        for console in [company.operator().await, clerk] {
            let refused = cannot_deactivate(&console, &ada, LAST).await;
            let _ = refused.saying("This user is the last active Admin of the tenant and can't be deactivated");
            assert!(cannot_demote(&console, &ada).await.contains("last active Admin"));
        }
        assert_eq!(company.tenant.audit("UPDATE_USER", "FAILED").await.len(), 4);

        // A deactivated Admin, or one who only waits for the role, is not another one.
        let grace = company.tenant.user("grace", "Admin");
        let operator = company.operator().await;
        assert!(!user(&operator, &ada).await.says(LAST));
        let press = async |what: &str| operator.post(&format!("/users/{grace}/{what}"), &[]).await.status;
        assert_eq!(press("deactivate").await, 303);
        let _ = cannot_deactivate(&operator, &ada, LAST).await;
        assert_eq!(press("reactivate").await, 303);
        let page = operator.open(&format!("/users/{ada}/deactivate")).await.is_fine();
        let _ = page.form(&format!("/users/{ada}/deactivate")).send(&operator).await.is_fine().saying("The user is deactivated");
        let _ = cannot_deactivate(&operator, &grace, LAST).await;
    }

    async fn nobody_demotes_or_deactivates_themselves(backend: Backend) {
        let company = Company::new(backend).await;
        let _ = company.tenant.user("grace", "Admin");
        let admin = company.person("ada", "Admin").await;
        let id = user_id(&admin).await;
        let refused = cannot_deactivate(&admin, &id, YOURSELF).await;
        let _ = refused.saying("Nobody can be deactivated by themselves. Ask another Admin to do it.");
        assert!(cannot_demote(&admin, &id).await.contains("by themselves"));
        // Anything else about themselves they may change.
        let path = format!("/users/{id}");
        let form = user(&admin, &id).await.form(&path).set("given_name", "Augusta");
        assert_eq!(form.send(&admin).await.is_fine().saying("Saved.").all("h1"), ["Augusta Byron"]);
        // To the operator it is somebody like others.
        let operator = company.operator().await;
        let page = user(&operator, &id).await;
        assert!(!page.says(YOURSELF) && page.offers("Deactivate"), "{}", page.text());

        let clerk = company.person_with("clerk", &["UserModify"]).await;
        let _ = cannot_deactivate(&clerk, &user_id(&clerk).await, YOURSELF).await;
    }
}
