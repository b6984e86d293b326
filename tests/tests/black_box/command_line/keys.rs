//! The keys that sign session tokens: made, published, rotated, given in files.

use std::fs;

use roster_tests::browser::Browser;
use roster_tests::client::Client;
use roster_tests::idp::{Identity, OktaIdp, Person};
use roster_tests::jwt;
use roster_tests::postgres::shared_cluster;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use roster_tests::{Backend, on_both_stores};
use serde_json::Value;

use super::{eventually, refused};

/// The ids of the published keys, in their order.
async fn published(server: &Server) -> Vec<String> {
    let keys = jwt::key_set(server).await;
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// Somebody who has just signed in at the tenant.
async fn signed_in(tenant: &Tenant) -> Browser {
    let idp = OktaIdp::new();
    idp.connect(tenant).await;
    let browser = Browser::new(tenant);
    let _ = browser.sign_in(&idp, &Person::new("ada")).await.signed_in();
    browser
}

/// The id of the key that signed a token.
fn signer(token: &str) -> String {
    jwt::header(token)["kid"].as_str().unwrap().to_owned()
}

/// Each key's id and state, as the command line lists them.
fn listed(server: &Server) -> Vec<(String, String)> {
    let list: Value = serde_json::from_str(&server.run(&["keys", "list", "--json"])).unwrap();
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let list = list.as_array().unwrap().iter();
    list.map(|key| (text(key, "id"), text(key, "state")))
        .collect()
}

on_both_stores! {
    async fn a_new_key_is_published_at_once_and_the_old_one_signs_until_its_time(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let browser = signed_in(&tenant).await;
        let [old] = published(&server).await.try_into().unwrap();
        assert_eq!(signer(&browser.token().await), old);
        assert_eq!(listed(&server), [(old.clone(), "signing".to_owned())]);

        let new = server.run(&["keys", "rotate"]);
        assert_ne!(new, old);
        eventually(vec![old.clone(), new.clone()], async || published(&server).await).await;
        let token = browser.token().await;
        assert_eq!(signer(&token), old);
        assert!(jwt::verify(&token, &jwt::key_set(&server).await, &tenant).is_ok());
        assert_eq!(listed(&server), [(old, "signing".to_owned()), (new.clone(), "ahead".to_owned())]);
        let table = server.run(&["keys", "list"]);
        assert!(table.contains("SIGNS FROM") && table.contains(&new), "{table}");

        let token = server.run(&["token", "create", "--name", "auditor", "--permission", "AuditLogRead"]);
        let api = Client::new(format!("{}/t/default/api/v1", server.url())).with_token(&token);
        let audit = api.query("/audit-log", &[("action", "ROTATE_SIGNING_KEY")]).await.api(200);
        let [rotated, made] = audit["items"].as_array().unwrap().as_slice() else { panic!("{audit}") };
        assert_eq!((&rotated["actor"]["type"], &made["actor"]["type"]), (&"OPERATOR".into(), &"SYSTEM".into()));
        assert_eq!(rotated["target"]["name"], new.as_str());
    }

    async fn keys_outlive_the_process(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let browser = signed_in(&tenant).await;
        let token = browser.token().await;
        server.restart();
        assert_eq!(published(&server).await, [signer(&token)]);
        assert!(jwt::verify(&token, &jwt::key_set(&server).await, &tenant).is_ok());
        assert_eq!(signer(&browser.token().await), signer(&token));
    }

    async fn keys_of_files_sign_in_their_order_and_are_not_rotated_here(backend: Backend) {
        let directory = tempfile::tempdir().unwrap();
        let paths = ["one.pem", "other.pem"].map(|name| directory.path().join(name));
        let pems = ["one", "other"].map(|name| Identity::ec(name).key_pem.clone());
        let write = |order: [usize; 2]| {
            for (path, index) in paths.iter().zip(order) {
                fs::write(path, &pems[index]).unwrap();
            }
        };
        write([0, 1]);
        let files = paths.each_ref().map(|path| path.to_str().unwrap()).join(",");
        let server = Server::start_with(backend, &[("ROSTER_SESSION_KEY_FILES", &files)]);
        let tenant = Tenant::on(&server);
        let browser = signed_in(&tenant).await;
        let [one, other] = published(&server).await.try_into().unwrap();
        let token = browser.token().await;
        assert_eq!(signer(&token), one);
        for command in ["rotate", "list"] {
            let said = refused(&server, &["keys", command]);
            assert!(said.contains("ROSTER_SESSION_KEY_FILES") && said.contains("To rotate"), "{said}");
        }
        // As the operator rotates them.
        write([1, 0]);
        server.restart();
        assert_eq!(published(&server).await, [other.clone(), one]);
        assert_eq!(signer(&browser.token().await), other);
        assert!(jwt::verify(&token, &jwt::key_set(&server).await, &tenant).is_ok());
        let left = server.database_content() + &server.logs();
        for line in pems.iter().flat_map(|pem| pem.lines()).filter(|line| !line.starts_with('-')) {
            assert!(!left.contains(line), "a private key was left");
        }
    }
}

#[tokio::test]
async fn when_its_time_has_come_the_new_key_signs_on_every_replica() {
    let server = Server::start(Backend::Postgres);
    let replica = server.replica();
    let tenant = Tenant::on(&server);
    let browser = signed_in(&tenant).await;
    let before = browser.token().await;
    let new = replica.run(&["keys", "rotate"]);
    eventually(vec![signer(&before), new.clone()], async || {
        published(&server).await
    })
    .await;
    let url = server.database_url().unwrap();
    let later = "UPDATE signing_keys SET signs_from = signs_from - interval '11 minutes'";
    shared_cluster().sql(url, later).unwrap();
    eventually(new.clone(), async || signer(&browser.token().await)).await;
    let elsewhere = browser.clone().through(&replica);
    eventually(new.clone(), async || signer(&elsewhere.token().await)).await;
    // The tokens of the old key still hold, by either server's keys.
    for server in [&server, &replica] {
        let keys = jwt::key_set(server).await;
        assert!(jwt::verify(&before, &keys, &tenant).is_ok());
        assert!(jwt::verify(&elsewhere.token().await, &keys, &tenant).is_ok());
    }
    let states: Vec<_> = listed(&server)
        .into_iter()
        .map(|(_, state)| state)
        .collect();
    assert_eq!(states, ["published", "signing"]);

    // Until the last of them has expired.
    let much_later = "UPDATE signing_keys SET signs_from = signs_from - interval '66 minutes'";
    shared_cluster().sql(url, much_later).unwrap();
    eventually(vec![new], async || published(&server).await).await;
    let keys = jwt::key_set(&server).await;
    assert!(jwt::verify(&before, &keys, &tenant).is_err());
}
