//! `roster admin link`: the way in that needs nobody but the operator.

use std::sync::Arc;

use roster_tests::binary::text;
use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::client::Answer;
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::{GOVERNING, Tenant};
use tokio::task::{JoinSet, LocalSet};

use super::refused;

/// A new link: the secret in it, and its whole.
fn link(tenant: &Tenant) -> (String, String) {
    let printed = tenant
        .server
        .run(&["admin", "link", "--tenant", &tenant.slug]);
    let before = format!("{}/admin-link?link=", tenant.public_url());
    let secret = printed.strip_prefix(&before);
    let secret = secret.unwrap_or_else(|| panic!("{printed} does not begin with {before}"));
    (secret.to_owned(), printed.clone())
}

/// Presses the button of the link's page.
async fn redeem(browser: &Browser, secret: &str) -> Answer {
    browser
        .post_form("/admin-link", &[("link", secret)], From::SameSite)
        .await
}

on_both_stores! {
    async fn the_link_alone_is_printed(backend: Backend) {
        let tenant = Tenant::new(backend);
        let output = tenant.server.cli(&["admin", "link", "--tenant", &tenant.slug]);
        let (printed, said) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{said}");
        assert_eq!(printed.lines().count(), 1, "{printed}");
        assert_eq!(said.lines().count(), 1, "{said}");
        for told in ["10 minutes", "once", "every permission"] {
            assert!(said.contains(told), "{said}");
        }
        assert!(!said.contains(printed.trim()), "{said}");
        let said = refused(&tenant.server, &["admin", "link", "--tenant", "nobody-has-this"]);
        assert!(said.contains("nobody-has-this"), "{said}");
    }

    async fn it_signs_in_once_with_every_permission(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (secret, whole) = link(&tenant);
        let browser = Browser::new(&tenant);
        // Whoever only looks, as a mail program does, uses nothing up.
        for _ in 0..2 {
            let page = browser.visit(&whole).await;
            assert_eq!(page.status, 200, "{}", page.text());
            assert!(browser.cookies().is_empty());
        }
        let answer = redeem(&browser, &secret).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let session = browser.session().await.api(200);
        assert_eq!(session["kind"], "breakGlass", "{session}");
        let permissions: Vec<_> = session["permissions"].as_array().unwrap().iter().filter_map(|p| p.as_str()).collect();
        assert!(GOVERNING.iter().all(|permission| permissions.contains(permission)), "{permissions:?}");
        browser.get("/api/v1/users").await.api(200);

        let late = Browser::new(&tenant);
        let answer = redeem(&late, &secret).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.text().contains("roster admin link"), "{}", answer.text());
        assert!(!late.is_signed_in().await);
        assert!(browser.is_signed_in().await);
    }

    async fn of_many_who_press_the_button_one_gets_in(backend: Backend) {
        let tenant = Arc::new(Tenant::new(backend));
        let (secret, _) = link(&tenant);
        let mut presses = JoinSet::new();
        let at_once = LocalSet::new();
        for _ in 0..8 {
            let (tenant, secret) = (tenant.clone(), secret.clone());
            let press = async move { redeem(&Browser::new(&tenant), &secret).await.status };
            presses.spawn_local_on(press, &at_once);
        }
        let mut statuses = at_once.run_until(presses.join_all()).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403, 403, 403, 403, 403, 403, 403]);
        assert_eq!(tenant.audit("SIGN_IN", "SUCCEEDED").await.len(), 1);
    }

    async fn it_works_at_its_own_tenant_alone(backend: Backend) {
        let (tenant, other) = (Tenant::new(backend), Tenant::new(backend));
        let (secret, _) = link(&tenant);
        let stranger = Browser::new(&other);
        assert_eq!(redeem(&stranger, &secret).await.status, 403);
        assert!(!stranger.is_signed_in().await);
        let browser = Browser::new(&tenant);
        for wrong in ["", "x", &secret[1..], &secret.replace(|c: char| c.is_ascii_digit(), "a")] {
            assert_eq!(redeem(&browser, wrong).await.status, 403, "{wrong}");
        }
        assert_eq!(redeem(&browser, &secret).await.status, 303);
        let elsewhere = browser.at(&other);
        assert!(!elsewhere.is_signed_in().await);
    }

    async fn everything_about_it_is_audited(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (secret, _) = link(&tenant);
        let made = tenant.audit("CREATE_ADMIN_LINK", "SUCCEEDED").await;
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["actor"]["type"], "OPERATOR");
        let operator = made[0]["actor"]["name"].as_str().unwrap();
        assert!(operator.starts_with("operator@"), "{operator}");
        redeem(&Browser::new(&tenant), &secret).await;
        let used = tenant.audit("SIGN_IN", "SUCCEEDED").await;
        assert_eq!(used.len(), 1);
        assert_eq!(used[0]["actor"]["type"], "OPERATOR");
        assert!(used[0]["actor"]["name"].as_str().unwrap().contains(operator), "{}", used[0]);
        assert!(used[0]["description"].as_str().unwrap().contains("break-glass"), "{}", used[0]);
        redeem(&Browser::new(&tenant), &secret).await;
        assert_eq!(tenant.audit("SIGN_IN", "FAILED").await.len(), 1);
    }

    async fn its_secret_is_left_nowhere(backend: Backend) {
        let server = Server::start_with(backend, &[("ROSTER_LOG", "debug"), ("ROSTER_LOG_FORMAT", "json")]);
        let tenant = Tenant::on(&server);
        let (secret, whole) = link(&tenant);
        let browser = Browser::new(&tenant);
        browser.visit(&whole).await;
        assert_eq!(redeem(&browser, &secret).await.status, 303);
        browser.session().await.api(200);
        let cookies = browser.cookies();
        assert_eq!(cookies.len(), 1);
        let audit = tenant.api().get("/audit-log").await.text();
        let (logs, content) = (server.logs(), server.database_content());
        assert!(logs.contains("/admin-link") && audit.contains("CREATE_ADMIN_LINK"));
        assert!(content.contains("CREATE_ADMIN_LINK"), "the database was read");
        for secret in [secret.as_str(), &cookies[0].value] {
            for (place, text) in [("logs", &logs), ("database", &content), ("audit log", &audit)] {
                assert!(!text.contains(secret), "a secret is in the {place}");
            }
        }
    }

    async fn it_is_made_though_the_rest_of_the_settings_is_wrong(backend: Backend) {
        let tenant = Tenant::new(backend);
        let mut command = tenant.server.command();
        command.args(["admin", "link", "--tenant", &tenant.slug]);
        command.env_remove("ROSTER_SECRET_KEY").env("ROSTER_SECRET_KEY_FILE", "/nowhere/secret.key");
        command.env("ROSTER_SESSION_KEY_FILES", "/nowhere/key.pem");
        command.env("ROSTER_METADATA_CA_FILE", "/nowhere/authorities.pem");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        let (_, secret) = printed.trim().split_once("?link=").unwrap();
        assert_eq!(redeem(&Browser::new(&tenant), secret).await.status, 303);
    }
}
