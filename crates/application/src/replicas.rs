//! Any number of processes on one database are one Roster: what one of them changes, the others
//! forget at once. It is remembered for a second at most even where nobody tells of a change, so
//! that a notification which gets lost delays a revocation and never prevents it.

use roster_domain::change::Event;
use roster_domain::id::TenantId;

use crate::Application;
use crate::ports::store::RemoteChange;

impl Application {
    /// Keeps what this process remembers in step with what others change, as long as the store
    /// tells of it: on a store for several processes, until this is dropped.
    pub async fn follow_changes(&self) {
        let mut changes = self.shared.adapters.store.changes();
        while let Some(change) = changes.next().await {
            match change {
                RemoteChange::Committed { tenant, events } => self.hear(tenant, &events),
                RemoteChange::Missed => self.forget_everything(),
            }
        }
    }

    /// Brings what this process remembers up to date with a committed change.
    pub(crate) fn hear(&self, tenant: TenantId, events: &[Event]) {
        for event in events.iter().filter(|event| event.is_remembered()) {
            match event {
                Event::TokenChanged(token) => self.shared.authentication.forget(tenant, *token),
                // A role's name stands in the settings, as the default role.
                Event::SettingsChanged | Event::RolesChanged | Event::TenantCreated => {
                    self.shared.directory.forget(tenant);
                }
                Event::SigningKeysChanged => self.shared.session_tokens.forget(),
                Event::UserChanged(_) | Event::UserDeactivated(_) | Event::SamlSettingsChanged => {}
            }
        }
    }

    fn forget_everything(&self) {
        self.shared.authentication.forget_all();
        self.shared.directory.forget_all();
        self.shared.session_tokens.forget();
    }
}
