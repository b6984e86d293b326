//! What processes note by the way, neither audited nor counted, they write down now and then: each of them,
//! in whatever order.

use std::time::Duration;

use roster_tests::Backend;
use roster_tests::server::Server;
use serde_json::Value;

use super::{Pair, new_token};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_last_use_of_a_token_stands_whoever_writes_it_down_last() {
    let first = Server::start(Backend::Postgres);
    let pair = Pair::of(&first, &first.replica());
    let (value, id) = new_token(&pair.here).await;
    let path = format!("/api-tokens/{id}");
    let here = pair.here.scim().with_token(&value);
    let there = pair.scim_there(&value);
    here.get("/Users").await.scim(200);
    tokio::time::sleep(Duration::from_millis(5)).await;
    there.get("/Users?count=1").await.scim(200);

    // The later use is written down first.
    let last_use = async |at: &Pair| -> Value {
        let token = at.here.api().get(&path).await.api(200);
        token["lastUsedAt"].clone()
    };
    pair.there.server.terminate();
    assert!(pair.there.server.wait(LIMIT).success());
    let later = last_use(&pair).await;
    assert!(later.is_string(), "{later}");
    pair.here.server.terminate();
    assert!(pair.here.server.wait(LIMIT).success());
    pair.here.server.restart();
    assert_eq!(last_use(&pair).await, later);
}
