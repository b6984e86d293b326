//! Users by the thousand, put straight into the tables. Their numbers all have the same count of
//! digits, so that one number can stand for any other in a captured statement; it is the userName
//! too, so that a look-up by it is planned by `pgbench` as it is for the server.

use std::error::Error;
use std::time::Duration;

use roster_tests::postgres::Cluster;

/// The version that every user starts with, told from any other number in a captured statement.
pub(crate) const VERSION: i64 = 700_001;

/// Which users there are.
#[derive(Clone, Copy)]
pub(crate) struct Population {
    /// The number of the first.
    pub(crate) first: u64,
    /// How many.
    pub(crate) count: u64,
}

impl Population {
    pub(crate) fn fill(
        cluster: &Cluster,
        database: &str,
        count: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let first = 10_u64.pow(count.max(100_000).ilog10() + 1);
        let last = first + count - 1;
        let id = Self::id("n::text", first);
        cluster.sql(database, &format!(
            "INSERT INTO users (id, tenant_id, user_name, user_name_key, email, email_key, given_name, family_name,
                                active, role_id, version, created_at, updated_at, search_key)
             SELECT {id}, r.tenant_id, n::text, n::text, 'Mail' || n || '@example.com',
                    'mail' || n || '@example.com', 'Ada', 'Byron', true, r.id, {VERSION},
                    now() - interval '30 days' + n * interval '1 millisecond', now(),
                    n || E'\\nmail' || n || E'@example.com\\nada\\nbyron'
             FROM generate_series({first}, {last}) n, roles r WHERE r.name = 'Analyst'"
        ))?;
        cluster.sql(
            database,
            &format!("UPDATE tenants SET user_count = user_count + {count}"),
        )?;
        cluster.sql(database, "VACUUM ANALYZE")?;
        // The ids that a captured statement makes anew are told by their age from all that were
        // there before.
        std::thread::sleep(Duration::from_secs(3));
        Ok(Self { first, count })
    }

    /// The number of the last.
    pub(crate) fn last(self) -> u64 {
        self.first + self.count - 1
    }

    /// The SQL for the id of the user whose number is `number`.
    fn id(number: &str, first: u64) -> String {
        let digits = first.ilog10() + 1;
        let zeros = "0".repeat(12_usize.saturating_sub(usize::try_from(digits).unwrap_or(12)));
        format!("('00000000-0000-7000-8000-{zeros}' || {number})::uuid")
    }
}
