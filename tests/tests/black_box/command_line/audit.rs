//! `roster audit`: exporting the log, and deleting what was kept for long enough.

use std::process::Stdio;

use roster_tests::binary::text;
use roster_tests::on_both_stores;
use roster_tests::past::add_records;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::refused;

const AGE: Duration = Duration::days(500);

/// The log as the command line exports it.
fn exported(tenant: &Tenant, further: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["audit", "export", "--tenant", &tenant.slug];
    arguments.extend(further);
    let text = tenant.server.run(&arguments);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The number in the last column of the tenant's line.
fn number_of(tenant: &Tenant, said: &str) -> u64 {
    let line = said
        .lines()
        .find(|line| line.starts_with(&format!("{} ", tenant.slug)));
    let number = line.and_then(|line| line.split_whitespace().last());
    number.unwrap_or_else(|| panic!("{said}")).parse().unwrap()
}

on_both_stores! {
    async fn an_export_has_the_very_records_of_the_management_api(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("ada", "Analyst");
        add_records(&tenant.server, &tenant.slug, 210, AGE).await;
        // The token that reads it has to be there before.
        let _ = tenant.administrator_token();
        let by_api = tenant.api().get("/audit-log/export").await.text();
        let by_command = tenant.server.run(&["audit", "export", "--tenant", &tenant.slug]);
        assert_eq!(by_command, by_api.trim_end());
        assert_eq!(exported(&tenant, &["--before", "400d"]).len(), 210);
        assert_eq!(exported(&tenant, &["--from", "400d"]).len(), by_api.lines().count() - 210);
        assert_eq!(exported(&tenant, &["--from", "2999-01-01"]), Vec::<Value>::new());
        let said = refused(&tenant.server, &["audit", "export", "--tenant", "nobody-has-this"]);
        assert!(said.contains("nobody-has-this"), "{said}");
    }

    async fn old_records_are_deleted_beside_the_server_and_the_log_says_so(backend: Backend) {
        // Not where others write: so many records keep them waiting.
        let server = &Server::start(backend);
        let (tenant, other) = (Tenant::on(server), Tenant::on(server));
        // More than one commit deletes.
        let old = 5_050;
        add_records(server, &tenant.slug, old, AGE).await;
        add_records(server, &other.slug, 3, AGE).await;
        let young = exported(&tenant, &["--from", "400d"]);
        let prune = ["audit", "prune", "--tenant", &tenant.slug, "--before", "400d"];
        let said = server.run(&[&prune[..], &["--dry-run"]].concat());
        assert_eq!(number_of(&tenant, &said), u64::from(old), "{said}");
        assert_eq!(exported(&tenant, &["--before", "400d"]).len(), 5_050, "nothing was deleted");

        let said = server.run(&prune);
        assert_eq!(number_of(&tenant, &said), u64::from(old), "{said}");
        let left = exported(&tenant, &[]);
        let (recorded, before) = left.split_at(left.len() - young.len());
        assert_eq!(before, young, "what is younger stays");
        let counts: Vec<_> = recorded.iter().map(|record| {
            assert_eq!((&record["actionName"], &record["actor"]["type"]), (&"PRUNE_AUDIT_LOG".into(), &"OPERATOR".into()));
            let changes = record["changes"].as_array().unwrap();
            let counted = changes.iter().find(|change| change["attribute"] == "deletedRecords");
            counted.unwrap()["after"].as_str().unwrap().parse::<u32>().unwrap()
        }).collect();
        assert_eq!(counts, [50, 5_000], "each commit says what it has deleted");
        assert_eq!(exported(&other, &["--before", "400d"]).len(), 3);
        assert_eq!(number_of(&tenant, &server.run(&prune)), 0);
        assert_eq!(exported(&tenant, &[]), left, "nothing to delete is nothing to record");
        tenant.scim().get("/Users").await.scim(200);
    }

    async fn two_who_delete_at_once_delete_each_record_once(backend: Backend) {
        let tenant = Tenant::on(&Server::start(backend));
        add_records(&tenant.server, &tenant.slug, 6_000, AGE).await;
        let prune = ["audit", "prune", "--tenant", &tenant.slug, "--before", "400d"];
        let both = [(); 2].map(|()| {
            let mut command = tenant.server.command();
            command.args(prune).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        let deleted: u64 = both.into_iter().map(|process| {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
            number_of(&tenant, &text(&output.stdout))
        }).sum();
        assert_eq!(deleted, 6_000);
        assert_eq!(exported(&tenant, &["--before", "400d"]), Vec::<Value>::new());
    }

    async fn what_is_young_or_mistyped_is_refused(backend: Backend) {
        let tenant = Tenant::new(backend);
        let log = exported(&tenant, &[]);
        for time in ["400m", "23h", "2999-01-01", "2999-01-01T00:00:00+02:00"] {
            for further in [vec![], vec!["--dry-run"]] {
                let prune = ["audit", "prune", "--tenant", &tenant.slug, "--before", time];
                let said = refused(&tenant.server, &[&prune[..], &further].concat());
                assert!(said.contains("24 hours"), "{time}: {said}");
            }
        }
        for arguments in [
            &["audit", "prune", "--all-tenants", "--before", "a while"][..],
            &["audit", "prune", "--all-tenants", "--before", "01.02.2025"],
            &["audit", "prune", "--before", "400d"],
            &["audit", "prune", "--all-tenants"],
            &["audit", "prune", "--all-tenants", "--tenant", "default", "--before", "400d"],
        ] {
            assert_eq!(tenant.server.cli(arguments).status.code(), Some(2), "{arguments:?}");
        }
        assert_eq!(exported(&tenant, &[]), log);
    }

    async fn every_tenant_at_once_is_a_line_each(backend: Backend) {
        let server = Server::start(backend);
        let tenants = [Tenant::on(&server), Tenant::on(&server)];
        for (tenant, count) in tenants.iter().zip([2, 3]) {
            add_records(&server, &tenant.slug, count, AGE).await;
        }
        let day = (OffsetDateTime::now_utc() - Duration::days(400)).date();
        let before = format!("{day}T12:00:00+02:00");
        let prune = ["audit", "prune", "--all-tenants", "--before", &before];
        let said = server.run(&prune);
        assert_eq!(tenants.each_ref().map(|tenant| number_of(tenant, &said)), [2, 3], "{said}");
        assert!(said.contains(&format!("{day}T10:00:00Z")) && said.contains("\ndefault "), "{said}");
    }
}
