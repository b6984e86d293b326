//! The SCIM operations, as far as the adapter has a part in them; the rules themselves are tested
//! where they live.

use serde_json::{Value, json};

use crate::house::House;

const SCIM: (&str, &str) = ("content-type", "application/scim+json; charset=utf-8");

fn patch(value: &Value) -> String {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    json!({ "schemas": schemas, "Operations": [{ "op": "replace", "value": value }] }).to_string()
}

#[tokio::test]
async fn the_connector_test_is_answered_with_integers() {
    let house = House::new().await;
    let answer = house.get("/Users?startIndex=1&count=2").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/scim+json")
    );
    let list = answer.json();
    assert_eq!(
        (
            &list["totalResults"],
            &list["startIndex"],
            &list["itemsPerPage"]
        ),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(list["Resources"][0]["userName"], "ada@example.com");
    let nobody = house
        .get("/Users?filter=userName%20eq%20%22bob%22&startIndex=1&count=100")
        .await
        .json();
    assert_eq!(
        (&nobody["totalResults"], &nobody["Resources"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test]
async fn numbers_that_are_none_are_named() {
    let house = House::new().await;
    for (query, name) in [
        ("startIndex=one", "startIndex"),
        ("count=2.5", "count"),
        ("count=", "count"),
    ] {
        let answer = house.get(&format!("/Users?{query}")).await;
        answer.is_scim_error(400);
        assert_eq!(answer.json()["scimType"], "invalidValue");
        assert!(answer.detail().contains(name), "{answer:?}");
    }
    let answer = house.get("/Users?filter=userName%20co%20%22a%22").await;
    answer.is_scim_error(400);
    assert_eq!(answer.json()["scimType"], "invalidFilter");
}

#[tokio::test]
async fn a_user_comes_with_its_version_and_its_place() {
    let house = House::new().await;
    let answer = house.get(&house.user_path()).await;
    let location = format!(
        "http://localhost:8080/t/default/scim/v2{}",
        house.user_path()
    );
    assert_eq!(
        (answer.header("etag"), answer.header("location")),
        ("W/\"1\"", location.as_str())
    );
    let user = answer.json();
    assert_eq!(
        (&user["meta"]["location"], &user["meta"]["version"]),
        (&json!(location), &json!("W/\"1\""))
    );
    let head = house.scim("HEAD", &house.user_path(), &[], "").await;
    assert_eq!(
        (head.status, head.header("etag"), head.text.as_str()),
        (200, "W/\"1\"", "")
    );
}

#[tokio::test]
async fn an_echo_of_the_read_body_changes_nothing() {
    let house = House::new().await;
    let read = house.get(&house.user_path()).await.text;
    let answer = house.scim("PUT", &house.user_path(), &[SCIM], &read).await;
    assert_eq!(
        (answer.status, answer.header("etag")),
        (200, "W/\"1\""),
        "{answer:?}"
    );
    assert_eq!(answer.text, read);
}

#[tokio::test]
async fn put_and_patch_answer_the_changed_user() {
    let house = House::new().await;
    let body = patch(&json!({ "active": false }));
    let answer = house
        .scim("PATCH", &house.user_path(), &[SCIM], &body)
        .await;
    assert_eq!(
        (answer.status, answer.header("etag")),
        (200, "W/\"2\""),
        "{answer:?}"
    );
    assert_eq!(answer.json()["active"], false);
    let put = r#"{"ACTIVE": true, "name": {"GivenName": "Augusta"}}"#;
    let path = format!("{}?attributes=userName,active", house.user_path());
    let answer = house
        .scim("PUT", &path, &[("content-type", "application/json")], put)
        .await
        .json();
    assert_eq!(
        (&answer["active"], &answer["userName"]),
        (&json!(true), &json!("ada@example.com"))
    );
    assert_eq!(answer.get("name"), None);
    assert_eq!(
        house.get(&house.user_path()).await.json()["name"]["formatted"],
        "Augusta Byron"
    );
}

#[tokio::test]
async fn conditions_are_honoured() {
    let house = House::new().await;
    let path = house.user_path();
    let fresh = house
        .scim("GET", &path, &[("if-none-match", "W/\"1\"")], "")
        .await;
    assert_eq!(
        (fresh.status, fresh.text.as_str(), fresh.header("etag")),
        (304, "", "W/\"1\"")
    );
    assert_eq!(
        house
            .scim("GET", &path, &[("if-none-match", "\"2\"")], "")
            .await
            .status,
        200
    );
    house
        .scim("GET", &path, &[("if-match", "\"2\"")], "")
        .await
        .is_scim_error(412);
    let body = patch(&json!({ "active": false }));
    for stale in ["W/\"7\"", "nonsense", ""] {
        let answer = house
            .scim("PATCH", &path, &[SCIM, ("if-match", stale)], &body)
            .await;
        answer.is_scim_error(412);
    }
    for good in ["W/\"1\"", "\"9\", \"2\"", "*"] {
        let body = patch(&json!({ "active": good != "W/\"1\"" }));
        let answer = house
            .scim("PATCH", &path, &[SCIM, ("if-match", good)], &body)
            .await;
        assert_eq!(answer.status, 200, "{good}: {answer:?}");
    }
}

#[tokio::test]
async fn a_bad_list_of_attributes_fails_before_anything_is_changed() {
    let house = House::new().await;
    let path = format!(
        "{}?attributes=userName&excludedAttributes=name",
        house.user_path()
    );
    house
        .scim("PATCH", &path, &[SCIM], &patch(&json!({ "active": false })))
        .await
        .is_scim_error(400);
    assert_eq!(house.get(&house.user_path()).await.json()["active"], true);
}

#[tokio::test]
async fn bodies_that_can_not_be_read_say_why() {
    let house = House::new().await;
    let path = house.user_path();
    let malformed = house
        .scim("PUT", &path, &[SCIM], "{\"password\": \"hunter2\"")
        .await;
    malformed.is_scim_error(400);
    assert_eq!(malformed.json()["scimType"], "invalidSyntax");
    assert!(!malformed.text.contains("hunter2"));
    house
        .scim("PUT", &path, &[SCIM], "")
        .await
        .is_scim_error(400);
    house
        .scim("PUT", &path, &[SCIM], &"[".repeat(10_000))
        .await
        .is_scim_error(400);
    house
        .scim("PUT", &path, &[SCIM], &" ".repeat(2 << 20))
        .await
        .is_scim_error(413);
    house
        .scim("PUT", &path, &[("content-type", "text/xml")], "<user/>")
        .await
        .is_scim_error(415);
    let untyped = house
        .scim("PATCH", &path, &[], &patch(&json!({ "active": true })))
        .await;
    assert_eq!(untyped.status, 200);
}

#[tokio::test]
async fn ids_that_are_none_are_not_found() {
    let house = House::new().await;
    for id in [
        "1",
        "%2e%2e",
        "%ff",
        "%00",
        "0190b6c2-7a5e-7c3a-9f60-1b2c3d4e5f60",
        "..",
        &"x".repeat(2000),
    ] {
        for method in ["GET", "PUT", "PATCH"] {
            let body = if method == "PATCH" {
                patch(&json!({ "active": true }))
            } else {
                "{}".to_owned()
            };
            house
                .scim(method, &format!("/Users/{id}"), &[SCIM], &body)
                .await
                .is_scim_error(404);
        }
    }
}

#[tokio::test]
async fn what_the_profile_does_not_offer_says_what_to_do_instead() {
    let house = House::new().await;
    for (method, path) in [
        ("GET", "/Groups?startIndex=1&count=100"),
        ("POST", "/Groups"),
        ("PATCH", "/Groups/1"),
        ("PURGE", "/Groups/1/x"),
        ("POST", "/Bulk"),
        ("GET", "/Me"),
        ("POST", "/.search"),
        ("POST", "/Users/.search"),
        ("DELETE", &house.user_path()),
        ("DELETE", "/Users/nobody"),
    ] {
        house
            .scim(method, path, &[SCIM], "{}")
            .await
            .is_scim_error(501);
    }
    let create = |name: &str| json!({ "userName": name }).to_string();
    house
        .scim("POST", "/Users", &[SCIM], &create("bob@example.com"))
        .await
        .is_scim_error(501);
    let taken = house
        .scim("POST", "/Users", &[SCIM], &create("ADA@example.com"))
        .await;
    taken.is_scim_error(409);
    assert_eq!(taken.json()["scimType"], "uniqueness");
}
