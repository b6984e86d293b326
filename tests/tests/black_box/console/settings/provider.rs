//! The identity provider's metadata: looked at first, then saved; and taken away again.

use roster_tests::Backend;
use roster_tests::browser::Browser;
use roster_tests::console::{Console, Page};
use roster_tests::idp::{Identity, Person};
use roster_tests::on_both_stores;
use roster_tests::tenant::Tenant;
use time::{Duration, OffsetDateTime};

use super::super::people::{Company, provider};
use super::{METADATA, REMOVE, SAML, fingerprint, identity, saml_settings};

/// Sends a document to be looked at.
async fn check(console: &Console, document: &str) -> Page {
    let form = identity(console).await.form(METADATA);
    form.with("metadata_file", document).send(console).await
}

/// Presses the button that trusts what was looked at.
async fn take_over(console: &Console, found: &Page) -> Page {
    found
        .form(METADATA)
        .with("intent", "save")
        .send(console)
        .await
}

on_both_stores! {
    async fn metadata_is_looked_at_and_then_saved(backend: Backend) {
        let tenant = Tenant::new(backend);
        let console = Console::operator(&tenant).await;
        let soon = Identity::rsa_until("soon", OffsetDateTime::now_utc() + Duration::days(7));
        let past = Identity::rsa_until("past", OffsetDateTime::now_utc() - Duration::days(7));
        let mut idp = provider();
        idp.published = vec![idp.key.clone(), soon.clone(), past.clone()];
        let before = saml_settings(&tenant.api()).await;

        let _ = identity(&console).await.saying("None yet. Import the metadata of your Okta application");
        let found = check(&console, &idp.metadata_xml()).await.is_fine();
        let found = found.saying("This was read from the metadata. Nothing is saved yet.");
        let found = found.saying(&idp.entity_id).saying(&idp.sso_url);
        let certificates = found.all("tbody tr");
        let year = (OffsetDateTime::now_utc() + Duration::days(3650)).year().to_string();
        for (row, key, expiry) in [(0, &idp.key, year.as_str()), (1, &soon, "soon"), (2, &past, "expired")] {
            assert!(certificates[row].contains(&fingerprint(key)) && certificates[row].ends_with(expiry), "{certificates:?}");
        }
        assert_eq!(saml_settings(&tenant.api()).await, before, "nothing is saved yet");
        let _ = identity(&console).await.saying("None yet.");

        let saved = take_over(&console, &found).await.is_fine().saying("The identity provider is saved.");
        let saved = saved.saying(&idp.entity_id).saying(&fingerprint(&idp.key)).saying("From an uploaded document.");
        let form = saved.form(SAML).tick("enabled");
        let _ = form.send(&console).await.is_fine().saying("People sign in through").saying("Saved.");
        let _ = Browser::new(&tenant).sign_in(&idp, &Person::new("ada")).await.signed_in();
        let records = tenant.audit("UPDATE_SAML_SETTINGS", "SUCCEEDED").await;
        assert_eq!(records.len(), 2, "{records:#?}");
        assert!(records.iter().all(|record| record["actor"]["type"] == "OPERATOR"), "{records:#?}");
    }

    async fn another_provider_is_warned_of_and_takes_over(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let other = provider();
        let found = check(&console, &other.metadata_xml()).await.is_fine();
        let found = found.saying("This is another identity provider than the present one").saying(&company.idp.entity_id);
        let _ = take_over(&console, &found).await.is_fine().saying("The next sign-in goes by it.");
        let browser = Browser::new(&company.tenant);
        assert_eq!(browser.request_sign_in(None).await.destination, other.sso_url);
        let same = check(&console, &other.metadata_xml()).await.is_fine();
        assert!(!same.says("This is another identity provider"), "{}", same.text());
    }

    async fn a_provider_is_removed_after_a_question(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let page = identity(&console).await;
        let question = console.visit(&page.link("Remove the identity provider")).await.is_fine();
        let question = question.saying("Nobody can sign in through it from then on, and SAML is switched off.");
        assert_eq!(saml_settings(&company.tenant.api()).await["enabled"], true);
        let removed = question.form(REMOVE).send(&console).await.is_fine().saying("The identity provider is removed.");
        let _ = removed.saying("None yet.").saying("Nobody can sign in through an identity provider yet.");
        let settings = saml_settings(&company.tenant.api()).await;
        assert_eq!((&settings["enabled"], settings.get("provider")), (&false.into(), None));
        assert_eq!(Browser::new(&company.tenant).get("/saml/login").await.status, 403);
    }

    async fn what_somebody_saved_meanwhile_is_not_overwritten(backend: Backend) {
        let company = Company::new(backend).await;
        let console = company.operator().await;
        let found = check(&console, &provider().metadata_xml()).await.is_fine();
        company.tenant.set_saml(&serde_json::json!({ "roleAttribute": "Role" })).await;
        let refused = take_over(&console, &found).await.is(409).saying("Somebody changed the SAML settings meanwhile");
        let _ = refused.saying(&company.idp.entity_id);
        assert_eq!(saml_settings(&company.tenant.api()).await["provider"]["entityId"], company.idp.entity_id.as_str());
    }
}

#[tokio::test]
async fn metadata_that_cannot_be_used_is_refused_beside_the_file() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let good = provider().metadata_xml();
    for (document, says) in [
        ("nonsense".to_owned(), "XML"),
        ("<html/>".to_owned(), "not SAML metadata"),
        (
            good.replace("X509Certificate", "X509Nothing"),
            "certificate",
        ),
        (
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{good}"),
            "The metadata",
        ),
    ] {
        let page = check(&console, &document).await.is(422);
        let problem = page.problem("metadata_file");
        assert!(
            problem.is_some_and(|problem| problem.contains(says)),
            "{}",
            page.text()
        );
        // Nor does it pass without the look.
        let fields = [("metadata_document", document.as_str()), ("intent", "save")];
        let page = console.post(METADATA, &fields).await.is(422);
        assert!(page.problem("metadata_file").is_some(), "{}", page.text());
    }
    let _ = identity(&console).await.saying("None yet.");
}

#[tokio::test]
async fn an_address_that_leads_nowhere_good_is_refused_beside_its_field() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    for (url, says) in [
        (
            "http://idp.example.com/metadata",
            "must begin with https://",
        ),
        (
            "https://user:pw@idp.example.com/",
            "must begin with https://",
        ),
        ("file:///etc/passwd", "must begin with https://"),
        ("nonsense \"<b>", "must begin with https://"),
        ("https://10.0.0.1/metadata", "not a public address"),
        ("https://127.0.0.1/metadata", "not a public address"),
        ("https://[::1]/metadata", "not a public address"),
    ] {
        let form = identity(&console).await.form(METADATA);
        let page = form.set("metadata_url", url).send(&console).await.is(422);
        let problem = page.problem("metadata_url").unwrap_or_default();
        assert!(problem.contains(says), "{url}: {problem}");
        let form = page.form(METADATA);
        assert_eq!(form.value("metadata_url"), Some(url), "kept");
        let fields = [("metadata_url", url), ("intent", "save")];
        let page = console.post(METADATA, &fields).await.is(422);
        assert!(page.problem("metadata_url").is_some(), "{}", page.text());
    }
    let both = [
        ("metadata_url", "https://idp.example.com/"),
        ("metadata_file", "<x/>"),
    ];
    for (fields, says) in [(&both[..], "not both"), (&[], "Give the metadata URL")] {
        let page = console.post(METADATA, fields).await.is(422);
        let problem = page.problem("metadata_url").unwrap_or_default();
        assert!(problem.contains(says), "{problem}");
    }
    let _ = identity(&console).await.saying("None yet.");
}

#[tokio::test]
async fn a_large_document_is_saved_as_it_was_looked_at() {
    let tenant = Tenant::new(Backend::Sqlite);
    let console = Console::operator(&tenant).await;
    let good = provider().metadata_xml();
    // Each quote is three bytes of a form as it is sent without a file.
    let large = format!("{good}<!--{}-->", "\"".repeat((1 << 20) - good.len() - 7));
    assert_eq!(large.len(), 1 << 20);
    let found = check(&console, &large).await.is_fine();
    let saved = take_over(&console, &found).await.is_fine();
    let _ = saved.saying("The identity provider is saved.");
    let larger = check(&console, &format!("{large} ")).await.is(422);
    let problem = larger.problem("metadata_file").unwrap_or_default();
    assert!(problem.contains("1048576"), "{problem}");
}
