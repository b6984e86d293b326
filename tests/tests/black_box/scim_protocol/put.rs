//! PUT: our own resource with mapped values overwritten.

use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

on_both_stores! {
    async fn what_is_absent_keeps_its_value(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let scim = tenant.scim();
        scim.put(&path, &json!({ "active": false, "externalId": "00uX", "pantherRole": "Admin" })).await.scim(200);
        let before = scim.get(&path).await.scim(200);
        for nothing in [json!({}), json!({ "schemas": [CORE] }), json!({ "name": {} })] {
            assert_eq!(scim.put(&path, &nothing).await.scim(200), before, "{nothing}");
        }
        let answered = scim.put(&path, &json!({ "name": { "familyName": "King" } })).await.scim(200);
        assert_eq!(answered["name"], json!({ "givenName": "Ada", "familyName": "King", "formatted": "Ada King" }));
        assert_eq!((&answered["active"], &answered["externalId"]), (&json!(false), &json!("00uX")));
    }

    async fn null_and_the_empty_text_clear_a_name_part(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for empty in [json!(null), json!("")] {
            let name = json!({ "name": { "givenName": "Ada", "familyName": "Byron" } });
            tenant.scim().put(&path, &name).await.scim(200);
            let body = json!({ "name": { "givenName": empty } });
            let answered = tenant.scim().put(&path, &body).await.scim(200);
            assert_eq!(answered["name"], json!({ "givenName": "", "familyName": "Byron", "formatted": "Byron" }));
        }
        let body = json!({ "name": { "givenName": "", "familyName": "" } });
        let nameless = tenant.scim().put(&path, &body).await.scim(200);
        assert_eq!(nameless["displayName"], "ada@example.com", "there is always something to show");
    }

    async fn a_user_name_and_an_email_can_not_be_cleared(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let before = tenant.scim().get(&path).await.scim(200);
        for (body, attribute) in [
            (json!({ "userName": null }), "userName"),
            (json!({ "userName": "" }), "userName"),
            (json!({ "userName": "   " }), "userName"),
            (json!({ "emails": null }), "emails"),
            (json!({ "emails": [] }), "emails"),
            (json!({ "emails": [{ "value": "", "primary": true }] }), "emails"),
            (json!({ "emails": [{ "type": "work" }] }), "emails"),
        ] {
            let detail = tenant.scim().put(&path, &body).await.scim_error(400, Some("invalidValue"));
            assert!(detail.contains(attribute), "{body}: {detail}");
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200), before);
    }

    async fn what_the_server_owns_and_what_it_does_not_know_is_ignored(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let before = tenant.scim().get(&path).await.scim(200);
        let body = json!({
            "id": "somebody else",
            "schemas": ["urn:example:other"],
            "meta": { "created": "1815-12-10T00:00:00Z", "version": "W/\"99\"", "resourceType": "Group" },
            "groups": [{ "value": "1" }],
            "password": "1mz050nq",
            "displayName": "Somebody Else",
            "name": { "formatted": "Somebody Else", "middleName": "King" },
            "nickName": "x", "title": 7, "locale": "en-US", "timezone": null, "phoneNumbers": [{ "value": "1" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Mathematics" },
            "entirelyUnknown": { "a": [1, 2] },
        });
        assert_eq!(tenant.scim().put(&path, &body).await.scim(200), before);
    }

    async fn names_of_attributes_match_in_any_letters_and_under_the_core_urn(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for (number, body) in [
            json!({ "NAME": { "GIVENNAME": "Given1" }, "EXTERNALID": "1", "PantherROLE": "Admin", "ACTIVE": false }),
            json!({ "Name": { "givenname": "Given2" }, "externalid": "2", "pantherrole": "admin", "Active": "False" }),
            json!({ CORE: { "name": { "givenName": "Given3" }, "externalId": "3", "pantherRole": "Admin", "active": false } }),
            json!({
                format!("{CORE}:name"): { "givenName": "Given4" },
                format!("{}:externalId", CORE.to_uppercase()): "4",
                format!("{CORE}:pantherRole"): "Admin",
                format!("{CORE}:active"): false,
            }),
        ]
        .iter()
        .enumerate()
        {
            tenant.scim().put(&path, &json!({ "active": true, "pantherRole": null })).await.scim(200);
            let number = number + 1;
            let answered = tenant.scim().put(&path, body).await.scim(200);
            assert_eq!(answered["name"]["givenName"], format!("Given{number}"), "{body}");
            assert_eq!(answered["externalId"], number.to_string(), "{body}");
            assert_eq!((&answered["pantherRole"], &answered["active"]), (&json!("Admin"), &json!(false)), "{body}");
        }
    }

    async fn the_primary_email_counts_else_the_work_one_else_the_first(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let home = json!({ "value": "home@example.com", "type": "home" });
        let work = json!({ "value": "work@example.com", "type": "work" });
        let primary = json!({ "value": "primary@example.com", "primary": true });
        for (emails, expected) in [
            (json!([home, work, primary]), "primary@example.com"),
            (json!([home, work]), "work@example.com"),
            (json!([home]), "home@example.com"),
            (json!({ "value": "single@example.com" }), "single@example.com"),
            (json!([{ "value": "texted@example.com", "primary": "True" }, work]), "texted@example.com"),
        ] {
            let answered = tenant.scim().put(&path, &json!({ "emails": emails })).await.scim(200);
            let shown = json!([{ "value": expected, "type": "work", "primary": true }]);
            assert_eq!(answered["emails"], shown, "{emails}");
        }
    }

    async fn string_booleans_and_wrapped_values_are_understood(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for (given, expected) in [(json!("False"), false), (json!("true"), true), (json!([false]), false)] {
            let answered = tenant.scim().put(&path, &json!({ "active": given })).await.scim(200);
            assert_eq!(answered["active"], expected, "{given}");
        }
        let answered = tenant.scim().put(&path, &json!({ "externalId": ["00uX"] })).await.scim(200);
        assert_eq!(answered["externalId"], "00uX");
    }

    async fn a_name_that_somebody_else_has_is_a_conflict(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        tenant.user_of("grace", "grace@example.com", "Analyst");
        let before = tenant.scim().get(&path).await.scim(200);
        for (body, told) in [
            (json!({ "userName": "GRACE" }), "GRACE"),
            (json!({ "emails": [{ "value": "Grace@Example.com" }] }), "Grace@Example.com"),
        ] {
            let detail = tenant.scim().put(&path, &body).await.scim_error(409, Some("uniqueness"));
            assert!(detail.contains(told), "{body}: {detail}");
        }
        assert_eq!(tenant.scim().get(&path).await.scim(200), before);
        // One's own name in other letters is free, and comes back as it was sent.
        let answered = tenant.scim().put(&path, &json!({ "userName": "ADA@example.com" })).await.scim(200);
        assert_eq!(answered["userName"], "ADA@example.com");
        // One's userName may be another's e-mail: they are two name spaces.
        tenant.scim().put(&path, &json!({ "userName": "grace@example.com" })).await.scim(200);
    }

    async fn a_value_that_can_not_be_kept_is_refused_by_the_attributes_name(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        let before = tenant.scim().get(&path).await.scim(200);
        let long = "x".repeat(100_000);
        for (body, attribute) in [
            (json!({ "userName": 7 }), "userName"),
            (json!({ "userName": ["a", "b"] }), "userName"),
            (json!({ "userName": long }), "userName"),
            (json!({ "userName": "a\nb" }), "userName"),
            (json!({ "name": "Ada" }), "name"),
            (json!({ "name": { "givenName": { "x": 1 } } }), "givenName"),
            (json!({ "name": { "familyName": "a\u{0}b" } }), "familyName"),
            (json!({ "name": { "familyName": long } }), "familyName"),
            (json!({ "emails": "ada@example.com@" }), "emails"),
            (json!({ "emails": 7 }), "emails"),
            (json!({ "emails": [{ "value": "not an address" }] }), "emails"),
            (json!({ "emails": [{ "value": "ada@example.com", "primary": "maybe" }] }), "primary"),
            (json!({ "active": "perhaps" }), "active"),
            (json!({ "active": 1 }), "active"),
            (json!({ "externalId": true }), "externalId"),
            (json!({ "externalId": long }), "externalId"),
            (json!({ "pantherRole": 7 }), "pantherRole"),
        ] {
            let detail = tenant.scim().put(&path, &body).await.scim_error(400, Some("invalidValue"));
            assert!(detail.contains(attribute), "{attribute}: {detail}");
            assert!(detail.len() < 1_000, "{attribute}: the detail repeats {} bytes", detail.len());
        }
        for body in [json!([]), json!("x"), json!(null), json!(7)] {
            tenant.scim().put(&path, &body).await.scim_error(400, Some("invalidSyntax"));
        }
        let twice = json!({ "userName": "a", "USERNAME": "b" });
        tenant.scim().put(&path, &twice).await.scim_error(400, Some("invalidSyntax"));
        assert_eq!(tenant.scim().get(&path).await.scim(200), before);
    }

    async fn texts_of_any_script_are_kept(backend: Backend) {
        let tenant = Tenant::new(backend);
        let path = format!("/Users/{}", tenant.user("ada", "Analyst"));
        for name in ["Ångström", "李", "O'Brien-\"Q\" <b>&amp;", "مريم", "😀", "a\u{301}"] {
            let body: Value = json!({ "name": { "givenName": name }, "externalId": name });
            let answered = tenant.scim().put(&path, &body).await.scim(200);
            assert_eq!((&answered["name"]["givenName"], &answered["externalId"]), (&json!(name), &json!(name)));
            assert_eq!(tenant.scim().get(&path).await.scim(200), answered);
        }
    }
}
