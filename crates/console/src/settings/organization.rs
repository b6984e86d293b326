//! `GET /settings`: what the organization is, and where its application finds what it needs.

use maud::html;
use roster_domain::permission::Permission;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;
use time::Duration;

use super::{Tab, tabs};
use crate::desk::{Answer, Desk};
use crate::parts::copy;

pub(crate) async fn show(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::SETTINGS_READ)?;
    let tenant = desk.caller().tenant.tenant();
    let base = desk.address.absolute(&format!("/t/{}", tenant.slug));
    let lifetimes = desk.application.lifetimes();
    let addresses = [
        (
            "sign-in",
            "Sign-in",
            format!("{base}/saml/login?return_to=…"),
        ),
        ("session", "Who is signed in", format!("{base}/session")),
        (
            "token",
            "Signed token of a session",
            format!("{base}/session/token"),
        ),
        (
            "jwks",
            "Keys of those tokens",
            desk.address.absolute("/.well-known/jwks.json"),
        ),
        ("issuer", "Their issuer (iss)", desk.address.absolute("")),
        ("audience", "Their audience (aud)", base.clone()),
        ("management", "Management API", format!("{base}/api/v1")),
    ];
    let content = html! {
        (tabs(desk, Tab::Organization))
        (desk.notice())
        section aria-labelledby="organization" {
            h2 #organization { "Organization" }
            dl {
                dt { "Name" } dd { (tenant.slug) }
                dt { "Created" } dd { (moment(tenant.created_at)) }
                dt { "Sessions end" }
                dd {
                    (words(lifetimes.idle)) " after their last use, and " (words(lifetimes.absolute))
                    " after the sign-in at the latest; break-glass sessions after " (words(lifetimes.break_glass)) "."
                }
            }
        }
        section aria-labelledby="application" {
            h2 #application { "For your application" }
            p.hint { "How an application uses these is documented under API documentation › Session API." }
            dl.addresses {
                @for (id, label, address) in &addresses {
                    dt { (label) }
                    dd { (copy::value(&format!("address-{id}"), label, address)) }
                }
            }
        }
    };
    Ok(desk.show(
        Page::new("General Settings", content)
            .on_tab("Organization")
            .wide(),
    ))
}

/// A duration as people say it.
fn words(duration: Duration) -> String {
    let (hours, minutes) = (duration.whole_hours(), duration.whole_minutes() % 60);
    let unit = |number: i64, unit: &str| match number {
        1 => format!("1 {unit}"),
        number => format!("{number} {unit}s"),
    };
    match (hours, minutes) {
        (0, 0) => unit(duration.whole_seconds(), "second"),
        (0, minutes) => unit(minutes, "minute"),
        (hours, 0) => unit(hours, "hour"),
        (hours, minutes) => format!("{} and {}", unit(hours, "hour"), unit(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_words() {
        for (seconds, said) in [
            (28_800, "8 hours"),
            (3_600, "1 hour"),
            (5_400, "1 hour and 30 minutes"),
            (60, "1 minute"),
            (20, "20 seconds"),
        ] {
            assert_eq!(words(Duration::seconds(seconds)), said);
        }
    }
}
