//! Access is taken away after a question, and at once; and given back to the same account.

use roster_tests::browser::Browser;
use roster_tests::idp::Person;
use roster_tests::on_both_stores;

use super::super::people::{Company, text, user_id};
use super::{fact, user};

on_both_stores! {
    async fn deactivating_asks_first_and_ends_every_session_at_once(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let (first, second) = (company.person("ada", "Analyst").await, company.person("ada", "Analyst").await);
        let id = user_id(&first).await;
        let page = user(&console, &id).await;
        let question = console.visit(&page.link("Deactivate")).await.is_fine();
        let question = question.saying("Ada Byron").saying("loses access at once, in every browser");
        assert!(first.browser.is_signed_in().await);

        let done = question.form(&format!("/users/{id}/deactivate")).send(&console).await.is_fine();
        let done = done.saying("The user is deactivated, and every session of theirs has ended.").saying("Not signed in anywhere.");
        assert_eq!(fact(&done, "Status"), "deactivated");
        assert!(!first.browser.is_signed_in().await && !second.browser.is_signed_in().await);
        let person = Person::new("ada").role("Analyst");
        let _ = Browser::new(&company.tenant).sign_in(&company.idp, &person).await.refused();
        let record = company.latest("UPDATE_USER").await;
        assert_eq!((&record["actor"]["type"], &record["description"]), (&"OPERATOR".into(), &"User deactivated.".into()));

        let active = done.form(&format!("/users/{id}/reactivate")).send(&console).await.is_fine();
        let active = active.saying("The user is active again: the same account, with the same role.");
        assert_eq!((fact(&active, "Status"), fact(&active, "Role")), ("active".to_owned(), "Analyst".to_owned()));
        assert!(!first.browser.is_signed_in().await, "an ended session stays so");
        let again = company.person("ada", "Analyst").await;
        assert_eq!(user_id(&again).await, id);
    }

    async fn all_sessions_end_and_the_account_stays(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let (first, second) = (company.person("ada", "Analyst").await, company.person("ada", "Analyst").await);
        let other = company.person("grace", "Analyst").await;
        let id = user_id(&first).await;
        let page = user(&console, &id).await;
        assert_eq!(page.all("#sessions ~ div tbody tr").len(), 2);
        let ended = page.form(&format!("/users/{id}/sessions/end")).send(&console).await.is_fine();
        let ended = ended.saying("Every session of the user has ended.").saying("Not signed in anywhere.");
        assert!(!ended.offers("End all sessions"));
        assert_eq!(fact(&ended, "Status"), "active");
        assert!(!first.browser.is_signed_in().await && !second.browser.is_signed_in().await);
        assert!(other.browser.is_signed_in().await);
    }

    async fn an_unbound_user_is_bound_anew_by_the_e_mail(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let before = company.person("ada", "Analyst").await;
        let id = user_id(&before).await;
        let renamed = Person::new("ada").name_id("00u-new");
        let sign_in = async || Browser::new(&company.tenant).sign_in(&company.idp, &renamed).await;
        let _ = sign_in().await.refused();

        let page = user(&console, &id).await;
        let question = console.visit(&page.link("Unbind")).await.is_fine().saying("is taken for this user");
        let done = question.form(&format!("/users/{id}/unbind")).send(&console).await.is_fine();
        let done = done.saying("The user is unbound.").saying("Not bound yet").saying("Not signed in anywhere.");
        assert!(!done.offers("Unbind"));
        assert!(!before.browser.is_signed_in().await);
        let _ = sign_in().await.signed_in();
        let page = user(&console, &id).await;
        assert_eq!(page.all("#identity ~ dl dd"), [company.idp.entity_id.as_str(), "00u-new"]);
        let people = company.tenant.api().get("/users").await.api(200);
        assert_eq!(text(&people["items"][0]["id"]), id);
        assert_eq!(people["items"].as_array().unwrap().len(), 1);
    }
}
