//! The rate limit, which one tenant's flood must not turn against another tenant.

use std::time::Duration;

use roster_tests::on_both_stores;
use roster_tests::server::Server;
use roster_tests::tenant::Tenant;

on_both_stores! {
    async fn a_flood_is_told_when_to_come_back_and_others_are_not_held_up(backend: Backend) {
        let settings = [("ROSTER_SCIM_RATE_LIMIT", "2"), ("ROSTER_SCIM_RATE_BURST", "5")];
        let server = Server::start_with(backend, &settings);
        let (flooder, other) = (Tenant::on(&server), Tenant::on(&server));
        let (scim, calm) = (flooder.scim(), other.scim());
        let mut refused = None;
        for _ in 0..50 {
            let answer = scim.get("/Users").await;
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
            answer.scim(200);
        }
        let refused = refused.expect("50 requests at once were all let through a limit of 2 a second");
        let detail = refused.scim_error(429, None);
        assert!(detail.contains('2'), "the limit is told: {detail}");
        let seconds: u64 = refused.header("retry-after").unwrap().parse().expect("Okta honours integers only");
        assert!((1..=60).contains(&seconds), "{seconds}");
        calm.get("/Users").await.scim(200);
        flooder.api().get("/users").await.api(200);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        scim.get("/Users").await.scim(200);
    }
}
