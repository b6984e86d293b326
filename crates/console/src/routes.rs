//! The table of all pages: method and path below `/t/{slug}/console`, and the function that answers.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use roster_web_kit::form::Form;

use crate::desk::{Answer, Desk};
use crate::{api_tokens, audit_log, roles, settings, start, users};

/// What a browser wants of a page: to see it, or to send its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
}

/// The answer to a request; `None`: there is no such page. Nothing happens before it is awaited.
pub(crate) fn route<'a>(
    verb: Verb,
    path: &[&'a str],
    desk: &'a Desk,
    form: &'a Form,
) -> Option<BoxFuture<'a, Answer>> {
    use Verb::{Get, Post};
    Some(match (verb, path) {
        (Get, []) => start::go(desk).boxed(),

        (Get, ["settings"]) => settings::organization::show(desk).boxed(),
        (Get, ["settings", "identity"]) => settings::identity::show(desk).boxed(),
        (Post, ["settings", "identity", "saml"]) => settings::saml::save(desk, form).boxed(),
        (Post, ["settings", "identity", "metadata"]) => {
            settings::provider::send(desk, form).boxed()
        }
        (Get, ["settings", "identity", "provider", "remove"]) => {
            settings::provider::confirm_removal(desk).boxed()
        }
        (Post, ["settings", "identity", "provider", "remove"]) => {
            settings::provider::remove(desk).boxed()
        }
        (Post, ["settings", "identity", "default-role"]) => {
            settings::default_role::save(desk, form).boxed()
        }
        (Post, ["settings", "identity", "keys"]) => settings::keys::save(desk, form).boxed(),
        (Post, ["settings", "identity", "scim"]) => settings::scim::save(desk, form).boxed(),
        (Get, ["settings", "identity", "scim", "contact"]) => settings::scim::contact(desk).boxed(),

        (Get, ["api-tokens"]) => api_tokens::list::show(desk).boxed(),
        (Get, ["api-tokens", "new"]) => api_tokens::create::show(desk).boxed(),
        (Post, ["api-tokens", "new"]) => api_tokens::create::send(desk, form).boxed(),
        (Get, ["api-tokens", id]) => api_tokens::edit::show(desk, id).boxed(),
        (Post, ["api-tokens", id]) => api_tokens::edit::save(desk, id, form).boxed(),
        (Get, ["api-tokens", id, "rotate"]) => api_tokens::rotate::show(desk, id).boxed(),
        (Post, ["api-tokens", id, "rotate"]) => api_tokens::rotate::send(desk, id, form).boxed(),
        (Get, ["api-tokens", id, "revoke"]) => api_tokens::revoke::confirm(desk, id).boxed(),
        (Post, ["api-tokens", id, "revoke"]) => api_tokens::revoke::send(desk, id).boxed(),

        (Get, ["users"]) => users::list::show(desk).boxed(),
        (Get, ["users", id]) => users::profile::show(desk, id).boxed(),
        (Post, ["users", id]) => users::profile::save(desk, id, form).boxed(),
        (Get, ["users", id, "deactivate"]) => users::status::confirm(desk, id).boxed(),
        (Post, ["users", id, "deactivate"]) => users::status::deactivate(desk, id).boxed(),
        (Post, ["users", id, "reactivate"]) => users::status::reactivate(desk, id).boxed(),
        (Post, ["users", id, "sessions", "end"]) => users::sessions::end(desk, id).boxed(),
        (Get, ["users", id, "unbind"]) => users::identity::confirm(desk, id).boxed(),
        (Post, ["users", id, "unbind"]) => users::identity::unbind(desk, id).boxed(),

        (Get, ["roles"]) => roles::list::show(desk).boxed(),
        (Get, ["roles", "new"]) => roles::create::show(desk).boxed(),
        (Post, ["roles", "new"]) => roles::create::send(desk, form).boxed(),
        (Get, ["roles", id]) => roles::edit::show(desk, id).boxed(),
        (Post, ["roles", id]) => roles::edit::save(desk, id, form).boxed(),
        (Get, ["roles", id, "delete"]) => roles::delete::confirm(desk, id).boxed(),
        (Post, ["roles", id, "delete"]) => roles::delete::send(desk, id).boxed(),

        (Get, ["audit-log"]) => audit_log::show(desk).boxed(),
        _ => return None,
    })
}
