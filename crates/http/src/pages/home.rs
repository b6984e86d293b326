//! The tenant's own page: who is signed in, or the way to sign in.

use maud::{Markup, html};
use poem::http::StatusCode;
use roster_application::administration::saml_settings::SsoState;
use roster_application::sessions::SignedIn;
use roster_domain::session::Holder;
use roster_domain::user::User;
use roster_web_kit::page::layout::below;
use roster_web_kit::page::time::moment;
use roster_web_kit::page::{Page, menu};
use url::form_urlencoded;

/// The parameter that says where to go after signing in.
pub(crate) const RETURN_TO: &str = "return_to";

/// For whoever is signed in. `leads_to`: the origin where signing out may end.
pub(crate) fn signed_in(root: &str, signed_in: &SignedIn, leads_to: Option<String>) -> Page {
    let slug = signed_in.caller.tenant.tenant().slug.as_str();
    let session = &signed_in.session;
    let (title, who) = match (&signed_in.person, &session.holder) {
        (Some(person), _) => ("You are signed in", person_card(person)),
        (None, Holder::Operator { name }) => ("Break-glass session", operator_card(name)),
        (None, Holder::User { .. }) => ("You are signed in", html! {}),
    };
    let places = menu::places(signed_in);
    let content = html! {
        section.card aria-label="Session" {
            (who)
            dl {
                dt { "Signed in since" }
                dd { (moment(session.started_at)) }
                dt { "Ends at the latest" }
                dd { (moment(session.expires_at)) }
            }
            form method="post" action=(below(root, slug, "/sign-out")) {
                input type="hidden" name="csrf_token" value=(signed_in.csrf_token);
                button type="submit" { "Sign out" }
            }
        }
        @if !places.is_empty() {
            nav.places aria-labelledby="places" {
                h2 #places { "Administration" }
                ul {
                    @for place in &places {
                        li { a href=(below(root, slug, place.path)) { (place.label) } }
                    }
                }
            }
        }
    };
    Page::new(title, content).for_session(signed_in, leads_to)
}

fn person_card(person: &User) -> Markup {
    let (user_name, email) = (person.user_name.to_string(), person.email.to_string());
    html! {
        p.who { bdi { (person.display_name()) } }
        dl {
            dt { "E-mail" }
            dd { bdi { (email) } }
            @if user_name != email {
                dt { "User name" }
                dd { bdi { (user_name) } }
            }
            dt { "Role" }
            dd {
                bdi { (person.role.name) }
                @if let Some(pending) = &person.pending_role {
                    p.note {
                        bdi { (person.role.name) } " → " bdi { (pending.name) } " at next sign-in"
                    }
                }
            }
        }
    }
}

fn operator_card(name: &str) -> Markup {
    html! {
        p.who { "Operator" }
        p.note.warning {
            "This session was opened by a link of the command line. It has every permission, and "
            "everything it does is written to the audit log."
        }
        dl {
            dt { "Opened as" }
            dd { bdi { (name) } }
        }
    }
}

/// For whoever is not signed in. `return_to`: where they wanted to be.
pub(crate) fn sign_in(root: &str, slug: &str, sso: SsoState, return_to: Option<&str>) -> Page {
    let content = match sso {
        SsoState::Offered | SsoState::Enforced => html! {
            p { "You are not signed in." }
            p { a.button href=(returning(below(root, slug, "/saml/login"), return_to)) { "Login with SSO" } }
            details.aside {
                summary { "Single sign-on does not work?" }
                p {
                    "Whoever runs this server gets in with a link that works once, whatever state single sign-on "
                    "is in. It is made on the server, with " code { "roster admin link --tenant " (slug) } "."
                }
            }
        },
        SsoState::Off => html! {
            p { "Single sign-on (SAML) is not set up here yet, so there is no way to sign in." }
            p.note {
                "Whoever runs this server gets in with a link that works once, made with "
                code { "roster admin link --tenant " (slug) } ", and can set up SAML then, under General Settings › "
                "Identity & Access."
            }
        },
    };
    Page::new("Sign in", content).of_tenant(slug)
}

/// For a form that was sent when its session was over. Nothing was changed.
pub(crate) fn session_over(root: &str, slug: &str) -> Page {
    let content = html! {
        p { "Your session is over, so nothing was changed." }
        p {
            "To keep what you have typed, leave this page open, sign in again in another tab, then reload this page and "
            "let your browser send the form once more: it is not lost."
        }
        p { a.button href=(below(root, slug, "/")) target="_blank" { "Sign in again in another tab" } }
    };
    Page::new("Please sign in again", content)
        .with_status(StatusCode::UNAUTHORIZED)
        .of_tenant(slug)
}

/// An address that leads on to a path of ours in the end.
pub(crate) fn returning(address: String, return_to: Option<&str>) -> String {
    match return_to {
        Some(return_to) => {
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair(RETURN_TO, return_to)
                .finish();
            format!("{address}?{query}")
        }
        None => address,
    }
}

/// For a browser that sends several sessions at once, of which none is believed.
pub(crate) fn ambiguous(root: &str, slug: &str) -> Page {
    let content = html! {
        p {
            "Your browser sends more than one session for this page, so none of them counts. Delete the "
            "cookies of this site, then sign in again."
        }
        p { (login(root, slug, "Login with SSO")) }
    };
    Page::new("Sign in", content).of_tenant(slug)
}

/// The link to where a sign-in begins.
pub(super) fn login(root: &str, slug: &str, text: &str) -> Markup {
    html! { a.button href=(below(root, slug, "/saml/login")) { (text) } }
}
