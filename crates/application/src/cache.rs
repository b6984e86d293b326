//! What a process remembers of the database for a moment. A value that was loaded before an
//! invalidation is never kept after it, so what was revoked here is refused here at once. What
//! another process changed is forgotten when the store tells of it, and at the latest when the
//! entry expires.

use std::hash::Hash;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use moka::sync::Cache;

use crate::statistics::{Counter, Lookups};

/// How long a value that another process may have changed is believed, should nobody tell of it.
const EXPIRY: Duration = Duration::from_secs(1);
const CAPACITY: u64 = 10_000;

/// A short memory of database values.
pub(crate) struct FreshCache<K, V> {
    entries: Cache<K, V>,
    /// Counts the invalidations; held for reading while a value is put in.
    generation: RwLock<u64>,
    hits: Counter,
    misses: Counter,
}

/// The state of the cache when a load began.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl<K, V> Default for FreshCache<K, V>
where
    K: Hash + Eq + Send + Sync + Clone + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        let entries = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(EXPIRY)
            .build();
        Self {
            entries,
            generation: RwLock::new(0),
            hits: Counter::default(),
            misses: Counter::default(),
        }
    }
}

impl<K, V> FreshCache<K, V>
where
    K: Hash + Eq + Send + Sync + Clone + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let found = self.entries.get(key);
        match found {
            Some(_) => self.hits.count(),
            None => self.misses.count(),
        }
        found
    }

    /// How often something was found here, and how often not.
    pub(crate) fn lookups(&self) -> Lookups {
        Lookups {
            hits: self.hits.number(),
            misses: self.misses.number(),
        }
    }

    /// To be taken before a value is loaded.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket(
            *self
                .generation
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Keeps a loaded value, unless something was invalidated since its ticket was taken.
    pub(crate) fn keep(&self, ticket: Ticket, key: K, value: V) {
        let generation = self
            .generation
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if *generation == ticket.0 {
            self.entries.insert(key, value);
        }
    }

    /// Forgets every entry that `stale` names.
    pub(crate) fn forget(&self, stale: impl Fn(&K, &V) -> bool) {
        let mut generation = self
            .generation
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *generation = generation.wrapping_add(1);
        for (key, value) in &self.entries {
            if stale(&key, &value) {
                self.entries.invalidate(key.as_ref());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_loaded_before_an_invalidation_is_not_kept_after_it() {
        let cache: FreshCache<u8, &str> = FreshCache::default();
        let ticket = cache.ticket();
        cache.forget(|_, _| true);
        cache.keep(ticket, 1, "old");
        assert_eq!(cache.get(&1), None);
        cache.keep(cache.ticket(), 1, "new");
        assert_eq!(cache.get(&1), Some("new"));
        cache.forget(|key, _| *key == 1);
        assert_eq!(cache.get(&1), None);
    }
}
