//! The wall clock of a running server jumps an hour forward and two back. What expires does so by that
//! clock; what merely waits for a while does so by one that never jumps.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use roster_tests::browser::Browser;
use roster_tests::browser::cookies::From;
use roster_tests::client::Client;
use roster_tests::tenant::Tenant;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::scene::{Fault, Scene, is_sound, meanwhile, peak_memory, run_for, short_or};
use crate::watch::Watch;
use roster_tests::load::{Load, Outcome};

/// How soon what another process has changed must be known, heard of or not.
const HEARD: Duration = Duration::from_secs(2);

/// A clock that can be put forward and back.
struct Clock {
    directory: TempDir,
    library: PathBuf,
}

impl Clock {
    /// A clock that is right.
    fn new() -> Self {
        let clock = Self {
            directory: tempfile::tempdir().unwrap(),
            library: library(),
        };
        clock.put(0);
        clock
    }

    /// Puts it so many seconds off.
    fn put(&self, seconds: i64) {
        // Never half written: the server reads it all the time.
        let new = self.directory.path().join("new");
        fs::write(&new, format!("{seconds:+}")).unwrap();
        fs::rename(new, self.file()).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("offset")
    }

    /// By this a program sees it instead of the system's.
    fn settings(&self) -> [(&'static str, String); 4] {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [
            ("LD_PRELOAD", text(&self.library)),
            ("FAKETIME_TIMESTAMP_FILE", text(&self.file())),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
        ]
    }
}

/// Debian's libfaketime.
fn library() -> PathBuf {
    let name = "faketime/libfaketimeMT.so.1";
    let places = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut places = places.map(|place| place.path().join(name));
    places
        .find(|path| path.is_file())
        .expect("libfaketime is not installed. Install it with: make tools")
}

/// A browser in which an operator is signed in, for as long as the settings say.
async fn operator(tenant: &Tenant) -> Browser {
    let link = tenant
        .server
        .run(&["admin", "link", "--tenant", &tenant.slug]);
    let (_, link) = link.split_once("?link=").expect("a link");
    let browser = Browser::new(tenant);
    let form = [("link", link)];
    let answer = browser
        .post_form("/admin-link", &form, From::SameSite)
        .await;
    assert_eq!(answer.status, 303);
    browser
}

async fn status(tenant: &Tenant, token: &str) -> u16 {
    Client::new(tenant.scim_url())
        .with_token(token)
        .get("/Users")
        .await
        .status
}

/// How long a token that the command line revokes is still good for.
async fn revocation(tenant: &Tenant) -> Duration {
    let body = json!({ "name": "t", "permissions": ["UserRead"] });
    let issued = tenant.api().post("/api-tokens", &body).await.api(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (token, id) = (text(&issued["value"]), text(&issued["token"]["id"]));
    assert_eq!(status(tenant, &token).await, 200);
    let (server, slug) = (tenant.server.clone(), tenant.slug.clone());
    let revoked = meanwhile(move || {
        let _ = server.run(&["token", "revoke", "--tenant", &slug, &id]);
        Instant::now()
    })
    .await;
    while status(tenant, &token).await == 200 {
        assert!(revoked.elapsed() < HEARD, "a revoked token is still good");
    }
    revoked.elapsed()
}

/// When the person was last changed, in seconds from now.
async fn modified(tenant: &Tenant, id: &str) -> i64 {
    let user = tenant.read(id).await;
    let at = |name: &str| {
        let text = user["meta"][name].as_str().unwrap();
        OffsetDateTime::parse(text, &Rfc3339).unwrap()
    };
    let (created, modified) = (at("created"), at("lastModified"));
    assert!(modified >= created, "{user}");
    (modified - OffsetDateTime::now_utc()).whole_seconds()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_jumps_and_nothing_is_stuck() {
    let fault = Fault::begin("clock jump").await;
    let clock = Clock::new();
    let settings = clock.settings();
    let mut settings: Vec<_> = settings
        .iter()
        .map(|(n, value)| (*n, value.as_str()))
        .collect();
    settings.push(("ROSTER_SESSION_IDLE_MINUTES", "30"));
    // Far more than the load asks for: should a limit be stuck, all of it would be refused.
    settings.push(("ROSTER_SCIM_RATE_LIMIT", "2000"));
    settings.push(("ROSTER_SCIM_RATE_BURST", "2000"));
    let scene = Scene::with(&settings);
    let tenant = &scene.tenant;
    let person = tenant.user("ada", "Analyst");
    let path = format!("/Users/{person}");
    let (half_an_hour, session) = (
        tenant.token_with(&["UserRead"], &["--expires-in", "30m"]),
        operator(tenant).await,
    );
    let users = "/api/v1/users";
    assert_eq!(status(tenant, &half_an_hour).await, 200);
    session.get(users).await.api(200);
    let (load, watch) = (Load::start(&[tenant], 4), Watch::on(&scene.server));
    run_for(short_or(500, 5_000)).await;
    let begun = Instant::now();

    clock.put(3_600);
    run_for(short_or(500, 5_000)).await;
    assert_eq!(
        status(tenant, &half_an_hour).await,
        401,
        "a token expires by the clock"
    );
    assert_eq!(
        session.get(users).await.status,
        401,
        "and so does a session"
    );
    let mut heard = revocation(tenant).await;
    tenant
        .scim()
        .put(&path, &json!({ "externalId": "later" }))
        .await
        .scim(200);
    let ahead = modified(tenant, &person).await;
    assert!((3_500..3_700).contains(&ahead), "{ahead}");
    let later = operator(tenant).await;
    later.get(users).await.api(200);

    for seconds in [0, -3_600, 0] {
        clock.put(seconds);
        run_for(short_or(500, 5_000)).await;
        assert_eq!(
            status(tenant, &half_an_hour).await,
            200,
            "it is not half an hour later"
        );
        later.get(users).await.api(200);
        heard = heard.max(revocation(tenant).await);
        let wish = json!({ "externalId": seconds.to_string() });
        tenant.scim().put(&path, &wish).await.scim(200);
        assert!(
            modified(tenant, &person).await >= ahead - 60,
            "a newer state never looks older"
        );
    }
    watch.said_only(true, begun).await;
    let settled = load.settle(tenant).await;
    assert_eq!(
        settled.count(Outcome::Refused),
        0,
        "no request minds the clock"
    );
    is_sound(&scene.server);
    fault.figures(&format!(
        "+1 h, -1 h, -1 h, +1 h: {}; a revoked token refused {} ms later at most; /readyz never 503; peak {} KiB",
        settled.figures(),
        heard.as_millis(),
        peak_memory(&scene.server),
    ));
}
