//! API Tokens.
//!
//! - [`creation`]: by a form, with a value that is shown once;
//! - [`list`]: what the list tells of each;
//! - [`life`]: changed, rotated, revoked;
//! - [`limits`]: what nobody can do who has fewer permissions.

mod creation;
mod life;
mod limits;
mod list;

use roster_tests::client::{Answer, Client};
use roster_tests::console::{Console, Page};
use roster_tests::tenant::Tenant;
use time::{Duration, OffsetDateTime};

/// What the SCIM API answers to a token: the users, or that it is unknown.
async fn scim(tenant: &Tenant, value: &str) -> Answer {
    let client = Client::new(tenant.scim_url()).with_token(value);
    client.get("/Users?count=0").await
}

/// The path of the token whose value a page shows, below the console's.
fn path_of(page: &Page) -> String {
    let address = page.attributes("[data-address]", "data-address").remove(0);
    address.split_once("/console").unwrap().1.to_owned()
}

/// The list's row of that token.
async fn row(console: &Console, name: &str) -> String {
    let list = console.open("/api-tokens").await.is_fine();
    let rows = list.all("tbody tr").into_iter();
    let mut named = rows.filter(|row| row.starts_with(name));
    let row = named.next();
    row.unwrap_or_else(|| panic!("no row {name}: {}", list.text()))
}

/// The day that is so many from now, as a form has it, and as a page shows it.
fn day_in(days: i64) -> (String, String) {
    let day = (OffsetDateTime::now_utc() + Duration::days(days)).date();
    let shown = format!("{} {} {}", day.day(), day.month(), day.year());
    (day.to_string(), shown)
}
