//! Every command, against the database of a running server.

use roster_tests::binary::text;
use roster_tests::client::Client;
use roster_tests::on_both_stores;
use roster_tests::server::{PUBLIC_URL, Server, shared};
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::refused;

fn misused(server: &Server, arguments: &[&str]) -> String {
    let output = server.cli(arguments);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stderr)
}

on_both_stores! {
    async fn tenants_are_created_and_listed(backend: Backend) {
        let server = shared(backend);
        let tenant = Tenant::new(backend);
        let list: Value = serde_json::from_str(&server.run(&["tenant", "list", "--json"])).unwrap();
        let slugs: Vec<_> = list.as_array().unwrap().iter().map(|tenant| tenant["slug"].as_str().unwrap()).collect();
        assert!(slugs.contains(&"default") && slugs.contains(&tenant.slug.as_str()), "{slugs:?}");
        assert!(server.run(&["tenant", "list"]).contains(&format!("{PUBLIC_URL}/t/{}/scim/v2", tenant.slug)));
        assert_eq!(server.run(&["tenant", "create", "acme-eu-1"]), format!("{PUBLIC_URL}/t/acme-eu-1/scim/v2"));
        let said = refused(&server, &["tenant", "create", "acme-eu-1"]);
        assert!(said.contains("acme-eu-1"), "{said}");
        for bad in ["acme_eu", "Acme", "-acme", "acme-", "a.b", "", &"x".repeat(64)] {
            misused(&server, &["tenant", "create", bad]);
        }
    }

    async fn a_token_is_printed_alone_and_works_at_once(backend: Backend) {
        let tenant = Tenant::new(backend);
        let output = tenant.server.cli(&["token", "create", "--tenant", &tenant.slug, "--name", "okta", "--permission", "UserModify"]);
        assert!(output.status.success());
        let printed = text(&output.stdout);
        let value = printed.strip_suffix('\n').unwrap();
        assert!(value.starts_with("roster_") && !value.contains(char::is_whitespace), "{printed:?}");
        assert!(!text(&output.stderr).contains(value));
        Client::new(tenant.scim_url()).with_token(value).get("/Users").await.scim(200);

        let list = tenant.server.run(&["token", "list", "--tenant", &tenant.slug]);
        assert!(list.contains("okta") && list.contains("UserModify") && !list.contains(value), "{list}");
        let json = tenant.server.run(&["token", "list", "--tenant", &tenant.slug, "--json"]);
        assert!(!json.contains(value), "{json}");
        let json: Value = serde_json::from_str(&json).unwrap();
        let id = json[0]["id"].as_str().unwrap();
        assert_eq!(json[0]["createdBy"]["type"], "OPERATOR");
        let _ = tenant.server.run(&["token", "revoke", "--tenant", &tenant.slug, id]);
        assert_eq!(tenant.server.run(&["token", "list", "--tenant", &tenant.slug, "--json"]), "[]");
        refused(&tenant.server, &["token", "revoke", "--tenant", &tenant.slug, id]);
        refused(&tenant.server, &["token", "revoke", "--tenant", &tenant.slug, "nonsense"]);
    }

    async fn what_a_token_can_not_be_is_a_usage_error(backend: Backend) {
        let server = shared(backend);
        let create = ["token", "create", "--name", "t", "--permission", "UserRead"];
        for (further, told) in [
            (["--expires-in", "soon"], "90d"),
            (["--expires-in", "0s"], "90d"),
            (["--cidr", "10.0.0.0/33"], "10.0.0.0/8"),
            (["--cidr", "example.com"], "10.0.0.0/8"),
            (["--permission", "userRead"], "UserModify"),
            (["--colour", "red"], "--colour"),
        ] {
            let arguments: Vec<_> = create.iter().chain(&further).copied().collect();
            let said = misused(&server, &arguments);
            assert!(said.contains(told), "{further:?}: {said}");
        }
        misused(&server, &["token", "create", "--name", "t"]);
        let said = refused(&server, &["token", "create", "--tenant", "nobody-has-this", "--name", "t", "--permission", "UserRead"]);
        assert!(said.contains("nobody-has-this") && said.contains("tenant"), "{said}");
    }

    async fn users_are_added_and_listed(backend: Backend) {
        let tenant = Tenant::new(backend);
        let server = &tenant.server;
        let add = |user_name: &str, email: &str, further: &[&str]| {
            let mut arguments = vec!["user", "add", "--tenant", &tenant.slug, "--user-name", user_name, "--email", email];
            arguments.extend(further);
            server.cli(&arguments)
        };
        assert!(add("ada", "ada@example.com", &["--given-name", "Ada", "--family-name", "Byron"]).status.success());
        assert!(add("grace", "grace@example.com", &["--role", "ADMIN"]).status.success());
        let all: Value = serde_json::from_str(&server.run(&["user", "list", "--tenant", &tenant.slug, "--json"])).unwrap();
        assert_eq!((&all[0]["userName"], &all[0]["role"]["name"]), (&json!("ada"), &json!("AnalystReadOnly")));
        assert_eq!((&all[1]["userName"], &all[1]["role"]["name"]), (&json!("grace"), &json!("Admin")));
        assert_eq!(tenant.record(all[0]["id"].as_str().unwrap()).await["displayName"], "Ada Byron");
        let some = server.run(&["user", "list", "--tenant", &tenant.slug, "--contains", "byron"]);
        assert!(some.contains("ada@example.com") && !some.contains("grace"), "{some}");
        let one = server.run(&["user", "list", "--tenant", &tenant.slug, "--email", "GRACE@example.com"]);
        assert!(one.contains("grace@example.com") && !one.contains("ada"), "{one}");

        for (output, told) in [
            (add("ADA", "other@example.com", &[]), "ADA"),
            (add("other", "Ada@example.com", &[]), "Ada@example.com"),
            (add("other", "other@example.com", &["--role", "Analist"]), "Did you mean \"Analyst\"?"),
        ] {
            assert_eq!(output.status.code(), Some(1));
            assert!(text(&output.stderr).contains(told), "{}", text(&output.stderr));
        }
        assert_eq!(add("other", "no address", &[]).status.code(), Some(2));
        assert_eq!(add("", "other@example.com", &[]).status.code(), Some(2));
        assert_eq!(tenant.audit("CREATE_USER", "SUCCEEDED").await.len(), 2);
        assert_eq!(tenant.audit("CREATE_USER", "FAILED").await.len(), 3);
    }

    async fn the_schema_is_checked_and_brought_up_to_date(backend: Backend) {
        let server = shared(backend);
        for arguments in [["migrate"].as_slice(), &["migrate", "--check"], &["migrate"]] {
            let _ = server.run(arguments);
        }
    }

    async fn several_commands_at_once_do_not_disturb_each_other(backend: Backend) {
        let tenant = Tenant::new(backend);
        let (server, slug) = (tenant.server.clone(), tenant.slug.clone());
        let mut commands = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (server, slug) = (server.clone(), slug.clone());
            commands.spawn_blocking(move || {
                let name = format!("user{number}@example.com");
                server.run(&["user", "add", "--tenant", &slug, "--user-name", &name, "--email", &name])
            });
        }
        let mut ids = commands.join_all().await;
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 8);
        assert_eq!(tenant.scim().get("/Users?count=0").await.scim(200)["totalResults"], 8);
    }
}

#[test]
fn a_command_never_makes_a_database_by_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(roster_tests::binary::binary());
    let output = command
        .env_clear()
        .current_dir(directory.path())
        .args(["token", "list"])
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("roster serve") && said.contains("ROSTER_DATA_DIR"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
