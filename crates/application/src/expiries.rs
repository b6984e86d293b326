//! What stops working by itself: identity providers' certificates and API tokens. Whoever runs the
//! server is warned of it in time.

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};

use crate::Application;
use crate::ports::store::StoreError;

/// How long before its end a token is worth a warning; a token that ends later is not looked at.
const NOTICE: Duration = Duration::days(60);

/// Of how many tokens a tenant is told, the most urgent ones: whoever makes tokens by the hundred shall
/// not fill the database of whoever measures.
const MOST_TOKENS: usize = 50;

/// Something with an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// The tenant's slug.
    pub tenant: String,
    /// What ends: an API token by its name, or, of a tenant, the certificate that ends last.
    pub of: Option<String>,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// What ends when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expiries {
    /// Of each tenant that signs people in, the last certificate of its identity provider: sign-ins are
    /// at risk when none is good any more.
    pub certificates: Vec<Expiry>,
    /// The API tokens that end within 60 days, or ended not longer ago: of those of one name the one
    /// that ends next, and of a tenant not more than 50.
    pub tokens: Vec<Expiry>,
}

impl Application {
    /// What ends when, in all tenants. Reads every tenant: to be asked every few minutes at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expiries(&self) -> Result<Expiries, StoreError> {
        let now = self.now();
        let mut expiries = Expiries::default();
        for tenant in self.list_tenants().await? {
            let store = self.store(tenant.id);
            let expiry = |of: Option<String>, at| Expiry {
                tenant: tenant.slug.to_string(),
                of,
                at,
            };
            let settings = store.saml_settings().await?;
            let provider = settings.provider.filter(|_| settings.enabled);
            let last = provider
                .iter()
                .flat_map(|provider| &provider.certificates)
                .map(|certificate| certificate.not_after)
                .max();
            expiries
                .certificates
                .extend(last.map(|at| expiry(None, at)));
            let tokens = store.tokens().await?.into_iter();
            let ends = tokens.filter_map(|token| Some((token.name.to_string(), token.expires_at?)));
            let ends = most_urgent(ends, now).into_iter();
            let ends = ends.map(|(name, at)| expiry(Some(name), at));
            expiries.tokens.extend(ends);
        }
        Ok(expiries)
    }
}

/// What ends soon: of each name the end that comes next, or else the last one, most urgent first.
fn most_urgent(
    ends: impl Iterator<Item = (String, OffsetDateTime)>,
    now: OffsetDateTime,
) -> Vec<(String, OffsetDateTime)> {
    let urgency = |at: OffsetDateTime| (at <= now, (at - now).abs());
    let mut near: Vec<_> = ends.filter(|(_, at)| (*at - now).abs() <= NOTICE).collect();
    near.sort_by_key(|(_, at)| urgency(*at));
    let mut seen = HashSet::new();
    near.retain(|(name, _)| seen.insert(name.clone()));
    near.truncate(MOST_TOKENS);
    near
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

    fn told(ends: &[(&str, i64)]) -> Vec<(String, i64)> {
        let ends = ends
            .iter()
            .map(|(name, days)| ((*name).to_owned(), NOW + Duration::days(*days)));
        let told = most_urgent(ends, NOW).into_iter();
        told.map(|(name, at)| (name, (at - NOW).whole_days()))
            .collect()
    }

    fn named(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
        let owned = |(name, days): &(&str, i64)| ((*name).to_owned(), *days);
        expected.iter().map(owned).collect()
    }

    #[test]
    fn of_tokens_of_one_name_the_end_that_comes_next_is_told() {
        assert_eq!(told(&[("okta", 3), ("okta", 50)]), named(&[("okta", 3)]));
        assert_eq!(told(&[("okta", 50), ("okta", 3)]), named(&[("okta", 3)]));
        // One that has ended was replaced by the other.
        assert_eq!(told(&[("okta", -1), ("okta", 50)]), named(&[("okta", 50)]));
        assert_eq!(told(&[("okta", -9), ("okta", -2)]), named(&[("okta", -2)]));
        assert_eq!(
            told(&[("far", 61), ("old", -61), ("near", 60)]),
            named(&[("near", 60)])
        );
    }

    #[test]
    fn what_has_long_ended_takes_no_place_from_what_will_end() {
        let names: Vec<String> = (0..200).map(|count| format!("job-{count}")).collect();
        let mut ends: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), -1)).collect();
        ends.push(("okta", 59));
        let told = told(&ends);
        assert_eq!((told.len(), &told[0]), (50, &("okta".to_owned(), 59)));
    }
}
