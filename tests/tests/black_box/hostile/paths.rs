//! Spellings of paths, sent byte by byte: none gets around the token, and none reaches another
//! tenant.

use roster_tests::client::assert_scim_error;
use roster_tests::on_both_stores;
use roster_tests::raw::get;
use roster_tests::tenant::Tenant;

/// Other spellings of the list of users of the tenant `slug`.
fn spellings(slug: &str) -> Vec<String> {
    [
        "/t/{}/%53cim/v2/Users",
        "/t/{}/%73cim/v2/Users",
        "/t/{}/scim/v2/%55sers",
        "/t/{}/scim/%762/Users",
        "/%74/{}/scim/v2/Users",
        "/t/{}/scim%2fv2/Users",
        "/t/{}/scim/v2%2fUsers",
        "/t/{}%2fscim/v2/Users",
        "/t%2f{}/scim/v2/Users",
        "/t/{}/%2553cim/v2/Users",
        "/t/{}/scim/v2/%2555sers",
        "/t/{}/scim/v2/../v2/Users",
        "/t/{}/scim/v2/%2e%2e/v2/Users",
        "/t/{}/scim/v2/%252e%252e/v2/Users",
        "/t/{}/scim/v2/x/../Users",
        "/t/{}/scim/v2/x/%2e%2e/Users",
        "/t/{}/scim/./v2/Users",
        "/t/{}/scim/v2/./Users",
        "/t/{}/scim/v2/%2e/Users",
        "//t/{}/scim/v2/Users",
        "/t//{}/scim/v2/Users",
        "/t/{}//scim/v2/Users",
        "/t/{}/scim//v2/Users",
        "/t/{}/scim/v2///Users",
        "/livez/../t/{}/scim/v2/Users",
        "/livez/%2e%2e/t/{}/scim/v2/Users",
        "/docs/../t/{}/scim/v2/Users",
        "/docs/..%2ft/{}/scim/v2/Users",
        "/t/nobody/../{}/scim/v2/Users",
        "/t/nobody/%2e%2e/{}/scim/v2/Users",
        "/t/{}/scim/v2\\Users",
        "/t/{}\\scim\\v2\\Users",
        "/t/{}/scim/v2/Users%00",
        "/t/{}/scim/v2/Users%20",
        "/t/{}/scim/v2/Users;x=1",
        "/t/{}/scim/v2/users",
        "/t/{}/SCIM/v2/Users",
        "/T/{}/scim/v2/Users",
        "/t/{}/scim/v1/Users",
        "/t/{}/scim/Users",
        "/t/{}/scim/v2;/Users",
        "/scim/v2/Users",
        "/Users",
    ]
    .iter()
    .map(|spelling| spelling.replace("{}", slug))
    .collect()
}

on_both_stores! {
    async fn no_spelling_of_a_path_gets_around_the_token(backend: Backend) {
        let tenant = Tenant::new(backend);
        tenant.user("ada", "Analyst");
        let address = tenant.server.address();
        for spelling in spellings(&tenant.slug) {
            let answer = get(address, &spelling, None);
            assert!(matches!(answer.status, 400 | 401 | 404), "{spelling}: {answer:?}");
            assert!(!answer.body.contains("ada@example.com"), "{spelling}: {answer:?}");
        }
        let plain = format!("/t/{}/scim/v2/Users", tenant.slug);
        for known in [plain.clone(), format!("{plain}?x=../"), format!("{plain}/"), format!("{plain}/%2e%2e"), format!("{plain}/x"), format!("/t/{}/scim/v2//Users", tenant.slug)] {
            let answer = get(address, &known, None);
            assert_eq!(answer.status, 401, "{known}: {answer:?}");
            assert_scim_error(&serde_json::from_str(&answer.body).unwrap(), 401);
        }
        let absolute = format!("http://elsewhere.example{plain}");
        assert_eq!(get(address, &absolute, None).status, 401, "the absolute form is the same path");
    }

    async fn no_spelling_of_a_path_reaches_another_tenant(backend: Backend) {
        let (ours, theirs) = (Tenant::new(backend), Tenant::new(backend));
        theirs.user("ada", "Analyst");
        let address = ours.server.address();
        let authorization = format!("Bearer {}", ours.administrator_token());
        let across = [
            format!("/t/{}/scim/v2/../../../{}/scim/v2/Users", ours.slug, theirs.slug),
            format!("/t/{}/%2e%2e/{}/scim/v2/Users", ours.slug, theirs.slug),
            format!("/t/{}%2f..%2f{}/scim/v2/Users", ours.slug, theirs.slug),
            format!("/t/{}/scim/v2/Users/..%2f..%2f..%2f..%2f{}%2fscim%2fv2%2fUsers", ours.slug, theirs.slug),
            format!("/t/{}/scim/v2/Users", theirs.slug),
        ];
        for target in across.into_iter().chain(spellings(&theirs.slug)) {
            let answer = get(address, &target, Some(&authorization));
            assert!(matches!(answer.status, 400 | 401 | 404), "{target}: {answer:?}");
            assert!(!answer.body.contains("ada@example.com"), "{target}: {answer:?}");
        }
    }

    async fn with_a_token_other_spellings_are_not_found_and_in_shape(backend: Backend) {
        let tenant = Tenant::new(backend);
        let address = tenant.server.address();
        let authorization = format!("Bearer {}", tenant.administrator_token());
        let base = format!("/t/{}/scim/v2/", tenant.slug);
        for spelling in spellings(&tenant.slug) {
            let answer = get(address, &spelling, Some(&authorization));
            assert!(matches!(answer.status, 400 | 404), "{spelling}: {answer:?}");
            if spelling.starts_with(&base) && answer.header("content-type").is_some() {
                assert_scim_error(&serde_json::from_str(&answer.body).unwrap(), answer.status);
            }
        }
        assert_eq!(get(address, &format!("{base}Users"), Some(&authorization)).status, 200);
    }
}
