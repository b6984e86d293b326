//! What was done, said on the page that follows. It travels as a word in the address, so no session
//! state is needed, and nobody's text can be put on a page by a link.

use maud::{Markup, html};

/// The parameter that carries it.
pub(crate) const PARAMETER: &str = "done";

macro_rules! notices {
    ($($variant:ident = $name:literal, $text:literal;)+) => {
        /// Something that was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Notice {
            $($variant),+
        }

        impl Notice {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

notices! {
    Saved = "saved", "Saved.";
    TokenRevoked = "token-revoked", "The API token is revoked. It stopped working everywhere.";
    RoleCreated = "role-created", "The role is created.";
    RoleDeleted = "role-deleted", "The role is deleted.";
    UserDeactivated = "user-deactivated", "The user is deactivated, and every session of theirs has ended.";
    UserReactivated = "user-reactivated", "The user is active again: the same account, with the same role.";
    SessionsEnded = "sessions-ended", "Every session of the user has ended.";
    Unbound = "unbound", "The user is unbound. The next sign-in with this e-mail binds them anew.";
    ProviderSaved = "provider-saved", "The identity provider is saved. The next sign-in goes by it.";
    ProviderRemoved = "provider-removed", "The identity provider is removed.";
}

impl Notice {
    /// The notice of that word.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|notice| notice.name() == name)
    }

    /// As it is shown.
    pub(crate) fn markup(self) -> Markup {
        html! { p.notice.success role="status" { (self.text()) } }
    }
}
