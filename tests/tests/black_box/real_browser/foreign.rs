//! With a provider that somebody else wrote: the npm package `saml-idp`.

use roster_tests::chromium::Chromium;
use roster_tests::idp::Person;
use roster_tests::idp::foreign::{ForeignIdp, SIGN_IN_BUTTON};
use roster_tests::on_both_stores;

use super::{assert_sound, home, login_url, reachable_tenant, session, sign_out};

on_both_stores! {
    async fn a_person_signs_in_for_the_first_time_and_out_again(backend: Backend) {
        let tenant = reachable_tenant(backend);
        let grace = Person::new("grace").role("AnalystReadOnly");
        let idp = ForeignIdp::start(&tenant, &grace);
        let settings = idp.connect(&tenant).await;
        assert_eq!(settings["provider"]["entityId"], idp.entity_id.as_str());

        let chromium = Chromium::start().await;
        chromium.open(&login_url(&tenant)).await;
        chromium.press(SIGN_IN_BUTTON).await;
        chromium.at(&home(&tenant)).await;
        chromium.sees("grace@example.com").await;
        assert_sound(&chromium, &tenant).await;
        let who = session(&chromium, &tenant).await;
        assert_eq!(who["email"], "grace@example.com", "{who}");

        sign_out(&chromium, &tenant).await;
    }
}
