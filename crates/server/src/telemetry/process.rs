//! What is read off the process when somebody asks: the pool, the caches, the audit log, and what
//! will expire.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use roster_application::Application;
use roster_application::expiries::{Expiries, Expiry};
use roster_store_postgres::PostgresStore;
use time::OffsetDateTime;

const SECONDS_A_DAY: f64 = 86_400.0;

/// What was last found of what will expire; looked for every few minutes.
#[derive(Clone, Default)]
pub(crate) struct LastExpiries(Arc<Mutex<Expiries>>);

impl LastExpiries {
    /// Looks again.
    pub(crate) async fn look(&self, application: &Application) {
        match application.expiries().await {
            Ok(found) => *self.0.lock().unwrap_or_else(PoisonError::into_inner) = found,
            Err(error) => {
                tracing::warn!(%error, "what expires soon can't be looked for; it is tried again later");
            }
        }
    }

    fn of(&self, which: fn(&Expiries) -> &Vec<Expiry>) -> Vec<Expiry> {
        which(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).clone()
    }
}

/// Offers the numbers of a process.
pub(crate) fn offer(
    meter: &Meter,
    application: &Application,
    store: Option<PostgresStore>,
    expiries: &LastExpiries,
) {
    if let Some(store) = store {
        offer_pool(meter, store);
    }
    offer_statistics(meter, application);
    offer_expiries(meter, expiries);
    let _ = meter
        .u64_observable_gauge("roster.build.info")
        .with_description("Always 1; the version is its label.")
        .with_callback(|gauge| {
            gauge.observe(1, &[KeyValue::new("version", env!("CARGO_PKG_VERSION"))]);
        })
        .build();
}

fn number(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

fn offer_pool(meter: &Meter, store: PostgresStore) {
    let limits = store.clone();
    let _ = meter
        .u64_observable_gauge("roster.db.pool.connections")
        .with_description("Connections to PostgreSQL that are open, by whether they are used.")
        .with_callback(move |gauge| {
            let pool = store.pool();
            let used = pool.open.saturating_sub(pool.idle);
            gauge.observe(number(used), &[KeyValue::new("state", "used")]);
            gauge.observe(number(pool.idle), &[KeyValue::new("state", "idle")]);
        })
        .build();
    let _ = meter
        .u64_observable_gauge("roster.db.pool.size")
        .with_description("The most connections to PostgreSQL that there may be.")
        .with_callback(move |gauge| gauge.observe(number(limits.pool().most), &[]))
        .build();
}

fn offer_statistics(meter: &Meter, application: &Application) {
    let looked_up = application.clone();
    let _ = meter
        .u64_observable_counter("roster.cache.lookups")
        .with_description("Looks into what the process remembers, by whether it was there.")
        .with_callback(move |counter| {
            let found = looked_up.statistics();
            for (cache, lookups) in [("tokens", found.tokens), ("tenants", found.tenants)] {
                for (outcome, times) in [("hit", lookups.hits), ("miss", lookups.misses)] {
                    let attributes = [
                        KeyValue::new("cache", cache),
                        KeyValue::new("outcome", outcome),
                    ];
                    counter.observe(times, &attributes);
                }
            }
        })
        .build();
    let audited = application.clone();
    let _ = meter
        .u64_observable_counter("roster.audit.records")
        .with_description("Audit records that this process has written, by result.")
        .with_callback(move |counter| {
            let found = audited.statistics();
            counter.observe(
                found.audited_changes,
                &[KeyValue::new("result", "SUCCEEDED")],
            );
            counter.observe(found.audited_refusals, &[KeyValue::new("result", "FAILED")]);
        })
        .build();
}

fn offer_expiries(meter: &Meter, expiries: &LastExpiries) {
    let days =
        |at: OffsetDateTime| (at - OffsetDateTime::now_utc()).as_seconds_f64() / SECONDS_A_DAY;
    let certificates = expiries.clone();
    let _ = meter
        .f64_observable_gauge("roster.idp_certificate.expiry_days")
        .with_description("Days until the last certificate of a tenant's identity provider expires; negative after it.")
        .with_callback(move |gauge| {
            for expiry in certificates.of(|found| &found.certificates) {
                gauge.observe(days(expiry.at), &[KeyValue::new("tenant", expiry.tenant)]);
            }
        })
        .build();
    let tokens = expiries.clone();
    let _ = meter
        .f64_observable_gauge("roster.api_token.expiry_days")
        .with_description(
            "Days until an API token expires, of those within 60 days; negative after it.",
        )
        .with_callback(move |gauge| {
            for expiry in tokens.of(|found| &found.tokens) {
                let attributes = [
                    KeyValue::new("tenant", expiry.tenant),
                    KeyValue::new("token", expiry.of.unwrap_or_default()),
                ];
                gauge.observe(days(expiry.at), &attributes);
            }
        })
        .build();
}
