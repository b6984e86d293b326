//! Who a user is at the identity provider, and `/users/{id}/unbind`, which forgets it.

use maud::{Markup, html};
use roster_domain::permission::Permission;
use roster_domain::user::User;
use roster_web_kit::page::Page;

use super::way_to;
use crate::desk::{Answer, Desk};
use crate::parts::notice::Notice;

/// The part of a user's page.
pub(super) fn section(desk: &Desk, user: &User) -> Markup {
    html! {
        section aria-labelledby="identity" {
            h2 #identity { "Identity at the provider" }
            @match &user.identity {
                None => p { "Not bound yet: the first sign-in with this e-mail binds the user." },
                Some(identity) => {
                    dl {
                        dt { "Provider" } dd { bdi { (identity.idp_entity_id()) } }
                        dt { "NameID" } dd { bdi { (identity.name_id()) } }
                    }
                    @if desk.may(&Permission::USER_MODIFY) {
                        p { a.button.second href=(desk.to(&format!("/users/{}/unbind", user.id))) { "Unbind" } }
                    }
                },
            }
        }
    }
}

pub(crate) async fn confirm(desk: &Desk, id: &str) -> Answer {
    desk.caller().require(&Permission::USER_MODIFY)?;
    let user = desk.application.read_user(desk.caller(), id).await?;
    let path = format!("/users/{}", user.id);
    let content = html! {
        p {
            "Roster forgets by which identity " strong { bdi { (user.display_name()) } } " signs in, and ends every session. "
            "Whoever signs in next through the identity provider with the e-mail " strong { bdi { (user.email) } }
            " is taken for this user. Unbind only when the person has a new identity there, such as after a change of the "
            "provider or of the Application username."
        }
        (desk.form(&format!("{path}/unbind"), &html! {
            div.buttons {
                button.danger type="submit" { "Unbind user" }
                a href=(desk.to(&path)) { "Cancel" }
            }
        }))
    };
    Ok(desk.show(Page::new("Unbind user?", content).below(way_to(desk, &user))))
}

pub(crate) async fn unbind(desk: &Desk, id: &str) -> Answer {
    desk.application.unbind_user(desk.caller(), id).await?;
    Ok(desk.done(&format!("/users/{id}"), Notice::Unbound))
}
