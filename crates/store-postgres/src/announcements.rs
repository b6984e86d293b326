//! What a commit tells other processes, by a notification of PostgreSQL in the same transaction:
//! `1 TENANT EVENT…`, a version and words. A process that does not understand one, as beside a newer
//! version, forgets everything that it remembers.

use diesel::QueryResult;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use roster_application::ports::store::RemoteChange;
use roster_domain::change::Event;
use roster_domain::id::{TenantId, TokenId};
use uuid::Uuid;

/// The channel of the database on which it is told.
pub(crate) const CHANNEL: &str = "roster_changes";

const VERSION: &str = "1";

/// Whether anybody else must hear of `events`.
pub(crate) fn concern_others(events: &[Event]) -> bool {
    events.iter().any(Event::is_remembered)
}

/// Tells of `events` when the transaction is committed, and never otherwise.
pub(crate) async fn tell(
    connection: &mut AsyncPgConnection,
    tenant: TenantId,
    events: &[Event],
) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_notify($1, $2)")
        .bind::<Text, _>(CHANNEL)
        .bind::<Text, _>(announcement(tenant, events))
        .execute(connection)
        .await
        .map(|_| ())
}

fn announcement(tenant: TenantId, events: &[Event]) -> String {
    let words = events.iter().filter_map(word);
    words.fold(format!("{VERSION} {}", tenant.uuid()), |text, word| {
        text + " " + &word
    })
}

/// What is said of an event; of most there is nothing to say.
fn word(event: &Event) -> Option<String> {
    match event {
        Event::TenantCreated => Some("tenant".to_owned()),
        Event::RolesChanged => Some("roles".to_owned()),
        Event::TokenChanged(token) => Some(format!("token:{}", token.uuid())),
        Event::SettingsChanged => Some("settings".to_owned()),
        Event::SigningKeysChanged => Some("keys".to_owned()),
        Event::UserChanged(_) | Event::UserDeactivated(_) | Event::SamlSettingsChanged => None,
    }
}

/// What somebody told.
pub(crate) fn understand(announcement: &str) -> RemoteChange {
    read(announcement).unwrap_or(RemoteChange::Missed)
}

fn read(announcement: &str) -> Option<RemoteChange> {
    let mut words = announcement.split(' ');
    words.next().filter(|version| *version == VERSION)?;
    let tenant = TenantId::new(words.next()?.parse().ok()?);
    let events = words.map(event).collect::<Option<Vec<_>>>()?;
    Some(RemoteChange::Committed { tenant, events })
}

fn event(word: &str) -> Option<Event> {
    match word {
        "tenant" => Some(Event::TenantCreated),
        "roles" => Some(Event::RolesChanged),
        "settings" => Some(Event::SettingsChanged),
        "keys" => Some(Event::SigningKeysChanged),
        _ => {
            let token: Uuid = word.strip_prefix("token:")?.parse().ok()?;
            Some(Event::TokenChanged(TokenId::new(token)))
        }
    }
}

#[cfg(test)]
mod tests {
    use roster_domain::id::UserId;

    use super::*;

    #[test]
    fn what_one_process_tells_another_understands() {
        let tenant = TenantId::new(Uuid::from_u128(1));
        let events = [
            Event::TenantCreated,
            Event::RolesChanged,
            Event::TokenChanged(TokenId::new(Uuid::from_u128(2))),
            Event::SettingsChanged,
            Event::SigningKeysChanged,
        ];
        let told = announcement(tenant, &events);
        let events = events.to_vec();
        assert_eq!(
            understand(&told),
            RemoteChange::Committed { tenant, events }
        );
    }

    #[test]
    fn nothing_is_told_but_what_others_remember() {
        let user = UserId::new(Uuid::from_u128(2));
        let unheard = [
            Event::UserChanged(user),
            Event::UserDeactivated(user),
            Event::SamlSettingsChanged,
        ];
        for event in unheard {
            assert!(!concern_others(&[event]) && word(&event).is_none());
        }
        assert!(concern_others(&[unheard[0], Event::RolesChanged]));
    }

    #[test]
    fn whatever_is_not_understood_may_mean_anything() {
        let tenant = Uuid::from_u128(1);
        for told in [
            String::new(),
            "nonsense".to_owned(),
            format!("2 {tenant} settings"),
            format!("1 {tenant} settings licences"),
            format!("1 {tenant} token:7"),
            "1 acme settings".to_owned(),
        ] {
            assert_eq!(understand(&told), RemoteChange::Missed, "{told}");
        }
    }
}
