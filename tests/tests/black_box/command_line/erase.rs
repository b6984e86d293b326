//! `roster user erase`: nothing of a person is left anywhere, and what happened still is.

use reqwest::Method;
use roster_tests::binary::text;
use roster_tests::browser::Browser;
use roster_tests::client::Client;
use roster_tests::idp::{OktaIdp, Person};
use roster_tests::okta::App;
use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

use super::refused;

/// What the person is and was called; nothing else is called so.
const NAMES: [&str; 6] = [
    "zuleika@example.net",
    "zuleika",
    "quuxington",
    "z.quux@example.net",
    "00uzulu",
    "umlautowa",
];

fn assert_gone(what: &str, place: &str) {
    let what = what.to_lowercase();
    for name in NAMES {
        let found = what.match_indices(name).next();
        let around =
            found.map(|(at, _)| what.get(at.saturating_sub(200)..(at + 100).min(what.len())));
        assert!(found.is_none(), "{name} is still in {place}: {around:?}");
    }
}

fn log_of(tenant: &Tenant) -> Vec<Value> {
    let text = tenant
        .server
        .run(&["audit", "export", "--tenant", &tenant.slug]);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

on_both_stores! {
    async fn nothing_of_the_person_is_left_and_what_happened_is(backend: Backend) {
        // Alone: everything that the database holds is searched.
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let idp = OktaIdp::new();
        idp.connect(&tenant).await;
        let zuleika = Person::new("zuleika").name_id("Zuleika@Example.net").email("zuleika@example.net").names("Zuleika", "Quuxington");

        // A life: refused at first, an Admin who makes a token, renamed by Okta, refused by mistake.
        let unknown_role = zuleika.clone().role("Umlautowa");
        let _ = Browser::new(&tenant).sign_in(&idp, &unknown_role).await.refused();
        let browser = Browser::new(&tenant);
        let _ = browser.sign_in(&idp, &zuleika.clone().role("Admin")).await.signed_in();
        let session = browser.session().await.api(200);
        let id = session["id"].as_str().unwrap().to_owned();
        let body = json!({ "name": "reader", "permissions": ["UserRead"] });
        let issued = browser.write(Method::POST, "/api/v1/api-tokens", &body).await.api(201);
        let okta = tenant.okta(App::Custom);
        okta.push(&id, &json!({ "externalId": "00uZulu", "name": { "familyName": "Umlautowa" } })).await.scim(200);
        let moved = json!({ "emails": [{ "primary": true, "type": "work", "value": "Z.Quux@example.net" }] });
        okta.push(&id, &moved).await.scim(200);
        tenant.scim().patch(&format!("/Users/{id}"), &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": "pantherRole", "value": "Quuxington" }],
        })).await.scim_error(400, Some("invalidValue"));
        // Others want her names.
        let eve = tenant.user("eve", "Admin");
        tenant.api().patch(&format!("/users/{eve}"), &json!({ "email": "z.quux@example.net" })).await.problem(409);
        refused(&server, &["user", "add", "--tenant", &tenant.slug, "--user-name", "ZULEIKA@example.net", "--email", "other@example.com"]);
        let before = log_of(&tenant);

        let said = server.run(&["user", "erase", "--tenant", &tenant.slug, "--user-name", "zuleika@EXAMPLE.net"]);
        assert_eq!(said, id);
        assert_gone(&server.database_content(), "the database");

        // What happened is there, in its order, with its ids.
        let after = log_of(&tenant);
        let fixed = |record: &Value| {
            let of = |name: &str| record[name].clone();
            (of("id"), of("time"), of("actionName"), of("actionResult"), record["target"]["id"].clone(), record["actor"]["id"].clone())
        };
        let (new, old) = after.split_at(after.len() - before.len());
        let (old, before): (Vec<_>, Vec<_>) = (old.iter().map(fixed).collect(), before.iter().map(fixed).collect());
        assert_eq!(old, before);
        let new: Vec<_> = new.iter().map(|record| record["actionName"].as_str().unwrap()).collect();
        assert_eq!(new, ["ERASE_USER", "UPDATE_USER"], "erased, after the access was taken away");
        assert_eq!(after[0]["actor"]["type"], "OPERATOR");

        // Nobody is in, or comes in, with this account.
        assert!(!browser.is_signed_in().await);
        let read = okta.read(&id).await;
        assert_eq!((&read["active"], &read["emails"][0]["value"]), (&json!(false), &json!(format!("erased-{}@erased.invalid", &id[24..]))));
        let lookup = [("filter", "userName eq \"zuleika@example.net\"")];
        let found = tenant.scim().query("/Users", &lookup).await.scim(200);
        assert_eq!(found["totalResults"], 0, "{found}");
        let back = okta.push(&id, &json!({ "active": true, "userName": "zuleika@example.net" })).await;
        let detail = back.scim_error(404, None);
        assert!(detail.contains("erased") && detail.contains("assign it again"), "{detail}");
        let back = tenant.api().post(&format!("/users/{id}/reactivate"), &Value::Null).await;
        assert_eq!(back.problem(404)["type"], "urn:roster:problem:not-found");
        // The token that she made goes on; it was made by nobody.
        let reader = Client::new(tenant.scim_url()).with_token(issued["value"].as_str().unwrap());
        reader.get("/Users").await.scim(200);
        let path = format!("/api-tokens/{}", issued["token"]["id"].as_str().unwrap());
        let made_by = tenant.api().get(&path).await.api(200)["createdBy"].clone();
        assert_eq!(made_by, json!({ "type": "USER", "name": format!("erased-{}", &id[24..]) }));
        // Whoever comes back is new.
        let returned = Browser::new(&tenant);
        let _ = returned.sign_in(&idp, &zuleika).await.signed_in();
        assert_ne!(returned.session().await.api(200)["id"], id.as_str());
    }

    async fn two_who_are_in_each_others_records_are_erased_at_once(backend: Backend) {
        let server = Server::start(backend);
        let tenant = Tenant::on(&server);
        let idp = OktaIdp::new();
        idp.connect(&tenant).await;
        let mut admins = Vec::new();
        for name in ["zuleika", "umlautowa"] {
            let browser = Browser::new(&tenant);
            let _ = browser.sign_in(&idp, &Person::new(name).role("Admin")).await.signed_in();
            let id = browser.session().await.api(200)["id"].as_str().unwrap().to_owned();
            admins.push((browser, id));
        }
        tenant.user("eve", "Admin");
        for round in 0..20 {
            let [(one, _), (_, other)] = [&admins[round % 2], &admins[(round + 1) % 2]];
            let path = format!("/api/v1/users/{other}");
            let wish = json!({ "familyName": format!("Quuxington {round}") });
            one.write(Method::PATCH, &path, &wish).await.api(200);
        }
        let erasures: Vec<_> = admins.iter().map(|(_, id)| {
            let mut command = server.command();
            command.args(["user", "erase", "--tenant", &tenant.slug, "--id", id]);
            std::thread::spawn(move || command.output().unwrap())
        }).collect();
        for erasure in erasures {
            let output = erasure.join().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        assert_gone(&server.database_content(), "the database");
    }

    async fn an_erasure_is_refused_or_repeated_without_harm(backend: Backend) {
        let tenant = Tenant::new(backend);
        let server = &tenant.server;
        let erase = |by: &str, whom: &str| vec!["user".to_owned(), "erase".into(), "--tenant".into(), tenant.slug.clone(), by.into(), whom.into()];
        let run = |arguments: &[String]| server.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let refuse = |arguments: &[String]| refused(server, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let admin = tenant.user("ada", "Admin");
        let said = refuse(&erase("--id", &admin));
        assert!(said.contains("last active Admin"), "{said}");
        assert_eq!(tenant.record(&admin).await["email"], "ada@example.com");
        for (by, whom) in [("--user-name", "nobody@example.com"), ("--id", "nonsense"), ("--id", "01890a5d-ac96-774b-bcce-b302099a8057")] {
            let said = refuse(&erase(by, whom));
            assert!(said.contains(whom), "{said}");
        }
        assert_eq!(server.cli(&["user", "erase", "--tenant", &tenant.slug]).status.code(), Some(2));

        tenant.user("grace", "Admin");
        assert_eq!(run(&erase("--id", &admin)), admin);
        let once = log_of(&tenant);
        let said = run(&erase("--id", &admin));
        assert_eq!((said, log_of(&tenant)), (admin, once), "nothing was left to erase");
    }
}
