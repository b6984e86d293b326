//! `roster keys …`

use roster_application::ports::world::Clock;
use roster_domain::signing_key::{self, LONGEST_TOKEN, SigningKey};
use roster_domain::tenant::Tenant;
use serde_json::json;
use time::OffsetDateTime;

use super::{operator, timestamp};
use crate::command_line::KeysCommand;
use crate::configuration::Configuration;
use crate::equipment::Equipment;
use crate::failure::Failure;
use crate::output::{self, List};
use crate::store;
use crate::world::SystemClock;

/// Makes or lists the keys that sign session tokens.
pub(super) async fn run(
    configuration: &Configuration,
    command: KeysCommand,
) -> Result<(), Failure> {
    if !configuration.session_key_files.is_empty() {
        return Err(Failure::KeysFromFiles);
    }
    match command {
        KeysCommand::Rotate => rotate(configuration).await,
        KeysCommand::List { json } => list(configuration, json).await,
    }
}

async fn rotate(configuration: &Configuration) -> Result<(), Failure> {
    let equipment = || Equipment::with_keys(configuration);
    let application = store::application_with(configuration, equipment).await?;
    let caller = operator(&application, Tenant::DEFAULT_SLUG).await?;
    // A key that is sealed under another secret key than the servers' would end every sign-in.
    application.ensure_signing_key().await?;
    let key = application.rotate_signing_key(&caller).await?;
    output::line(&key.id)?;
    let signs_from = key.signs_from;
    output::note(&format!(
        "The key is published now, and signs from {}. The one before it stays published until {}, when its last token has expired.",
        timestamp(signs_from),
        timestamp(signs_from + LONGEST_TOKEN),
    ));
    Ok(())
}

async fn list(configuration: &Configuration, json: bool) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    let keys = application.list_signing_keys().await?;
    let now = SystemClock.now();
    let mut list = List::new(json, ["ID", "MADE", "SIGNS FROM", "STATE"]);
    list.page(
        &keys,
        |key| {
            [
                key.id.clone(),
                timestamp(key.created_at),
                timestamp(key.signs_from),
                state(key, &keys, now).to_owned(),
            ]
        },
        |key| {
            json!({
                "id": key.id,
                "createdAt": timestamp(key.created_at),
                "signsFrom": timestamp(key.signs_from),
                "state": state(key, &keys, now),
            })
        },
    )?;
    list.end()
}

/// What a key is good for now.
fn state(key: &SigningKey, keys: &[SigningKey], now: OffsetDateTime) -> &'static str {
    if signing_key::signer(keys, now).is_some_and(|signer| signer.id == key.id) {
        "signing"
    } else if key.signs_from > now {
        "ahead"
    } else if signing_key::published(keys, now).contains(&key) {
        "published"
    } else {
        "retired"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::secret::Sealed;
    use time::Duration;

    #[test]
    fn a_key_is_ahead_then_signs_then_is_published_then_retires() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let key = |id: &str, signs_from| SigningKey {
            id: id.to_owned(),
            public_jwk: String::new(),
            private_key: Sealed::new(Vec::new()),
            created_at: start,
            signs_from,
        };
        let keys = [key("old", start), key("new", start + Duration::minutes(10))];
        let states = |minutes| {
            let now = start + Duration::minutes(minutes);
            [0, 1].map(|index| state(&keys[index], &keys, now))
        };
        assert_eq!(states(0), ["signing", "ahead"]);
        assert_eq!(states(9), ["signing", "ahead"]);
        assert_eq!(states(10), ["published", "signing"]);
        assert_eq!(states(74), ["published", "signing"]);
        assert_eq!(states(75), ["retired", "signing"]);
    }
}
