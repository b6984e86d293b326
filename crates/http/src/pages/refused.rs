//! A sign-in that was refused: what the person can do, and the number by which the administrator
//! finds the reason. Of a response that nobody vouches for, the page gives no reason at all.

use maud::{Markup, html};
use poem::http::StatusCode;
use roster_application::sign_in::failure::{Problem, SignInFailure};

use super::home::login;
use roster_web_kit::page::Page;

/// The page.
pub(crate) fn page(root: &str, slug: &str, failure: &SignInFailure) -> Page {
    let again = || html! { p { (login(root, slug, "Sign in again")) } };
    let (status, title, text) = match &failure.problem {
        Problem::NotConfigured => (
            StatusCode::FORBIDDEN,
            "Single sign-on is not set up",
            html! {
                p { "Single sign-on is not set up here, or it is switched off." }
                p { "Ask your administrator, who may look for the number below." }
            },
        ),
        Problem::ReturnAddress => (
            StatusCode::BAD_REQUEST,
            "That address is not known here",
            html! {
                p {
                    "You came from an application that asks to be returned to an address which your "
                    "organization has not listed. Ask your administrator to add it to the return URLs, or "
                    "sign in here."
                }
                p { (login(root, slug, "Sign in")) }
            },
        ),
        Problem::StartAgain => (
            StatusCode::BAD_REQUEST,
            "Please sign in again",
            html! {
                p {
                    "This sign-in is over: it took too long, was used before, or began in another browser. "
                    "Nothing is wrong with your account."
                }
                (again())
            },
        ),
        Problem::AskAdministrator => (
            StatusCode::FORBIDDEN,
            "You could not be signed in",
            html! {
                p {
                    "The answer of your identity provider was not accepted. Tell your administrator the "
                    "number below: the server's log says why under it, and as a rule the audit log too."
                }
                (again())
            },
        ),
        Problem::Refused(refusal) => (
            StatusCode::FORBIDDEN,
            "You could not be signed in",
            html! {
                p { bdi { (refusal.to_string()) } }
                p { "Your administrator finds this in the audit log under the number below." }
                (again())
            },
        ),
        Problem::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Roster can't answer right now",
            html! {
                p { "Roster can't reach its database at the moment. Wait a few seconds, then start again." }
                (again())
            },
        ),
    };
    Page::new(title, with_reference(&text, failure))
        .with_status(status)
        .of_tenant(slug)
}

/// For a server whose public URL is plain http: cookies could be read on their way.
pub(crate) fn unprotected(slug: &str) -> Page {
    let content = html! {
        p {
            "Nobody can sign in at this server yet: its address begins with http, and a session could be "
            "read and used by others on its way."
        }
        p.note {
            "Whoever runs it sets " code { "ROSTER_PUBLIC_URL" } " to an address that begins with https, and puts "
            "a proxy with a certificate in front. (http is enough for localhost.)"
        }
    };
    Page::new("Sign-in needs https", content)
        .with_status(StatusCode::FORBIDDEN)
        .of_tenant(slug)
}

fn with_reference(text: &Markup, failure: &SignInFailure) -> Markup {
    html! {
        (text)
        p.reference { "Reference: " code { (failure.reference) } }
    }
}
