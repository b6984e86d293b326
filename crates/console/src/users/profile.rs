//! `/users/{id}`: one person, and a form that changes the profile and the role.

use maud::{Markup, html};
use roster_application::error::Error;
use roster_domain::permission::Permission;
use roster_domain::text::{EmailAddress, PersonName, UserName};
use roster_domain::user::{Field as Wished, User, UserWish};
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;
use roster_web_kit::page::time::moment;

use super::guards::{self, Guard};
use super::{history, identity, role, sessions, state, status, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::{Draft, VERSION_FIELD};
use crate::parts::field::{self, Field};
use crate::parts::notice::Notice;
use crate::parts::refusal::name::{EMAIL, FAMILY_NAME, GIVEN_NAME, ROLE, USER_NAME};

/// The choice of somebody whose role waits: both stay as they are.
const KEEP: &str = "";

/// The role that the form was shown with: one that nobody has touched is not sent on, since another may
/// wait by now.
const ROLE_SHOWN: &str = "role_shown";

fn stored(user: &User) -> Draft {
    let role = match user.pending_role {
        Some(_) => KEEP.to_owned(),
        None => user.role.name.to_string(),
    };
    Draft::stored([
        (VERSION_FIELD, user.version.number().to_string()),
        (USER_NAME, user.user_name.to_string()),
        (EMAIL, user.email.to_string()),
        (GIVEN_NAME, user.given_name.to_string()),
        (FAMILY_NAME, user.family_name.to_string()),
        (ROLE, role.clone()),
        (ROLE_SHOWN, role),
    ])
}

fn read(draft: &mut Draft) -> Option<UserWish> {
    let user_name = draft.read(USER_NAME, "The user name", UserName::new);
    let email = draft.read(EMAIL, "The e-mail", EmailAddress::new);
    let given_name = draft.read(GIVEN_NAME, "The given name", PersonName::new);
    let family_name = draft.read(FAMILY_NAME, "The family name", PersonName::new);
    Some(UserWish {
        user_name: Wished::Set(user_name?),
        email: Wished::Set(email?),
        given_name: Wished::Set(given_name?),
        family_name: Wished::Set(family_name?),
        role: match draft.text(ROLE) {
            name if name == draft.text(ROLE_SHOWN) => Wished::Keep,
            KEEP => Wished::Keep,
            name => Wished::Set(name.to_owned()),
        },
        ..UserWish::default()
    })
}

pub(crate) async fn show(desk: &Desk, id: &str) -> Answer {
    let user = desk.application.read_user(desk.caller(), id).await?;
    page(desk, &user, &stored(&user)).await
}

pub(crate) async fn save(desk: &Desk, id: &str, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    match read(&mut draft) {
        Some(wish) => {
            let (application, version) = (&desk.application, draft.version());
            let outcome = application
                .update_user(desk.caller(), id, &wish, version)
                .await;
            let untouched = wish.role == Wished::Keep;
            let stale = matches!(outcome, Err(Error::VersionMismatch));
            let present = async {
                let user = application.read_user(desk.caller(), id).await?;
                Ok(stored(&user))
            };
            if stale {
                let present = present.await?;
                if untouched {
                    draft.set(ROLE, present.text(ROLE));
                }
                draft.set(ROLE_SHOWN, present.text(ROLE_SHOWN));
                draft.outdated_by(&present);
            } else if draft.saved(outcome, present).await? {
                return Ok(desk.done(&format!("/users/{id}"), Notice::Saved));
            }
        }
        None => desk.caller().require(&Permission::USER_MODIFY)?,
    }
    let user = desk.application.read_user(desk.caller(), id).await?;
    page(desk, &user, &draft).await
}

/// The page, with what stands in the form.
async fn page(desk: &Desk, user: &User, draft: &Draft) -> Answer {
    let guard = guards::of(desk, user).await?;
    let application = &desk.application;
    let activity = application.user_activity(desk.caller(), user.id).await?;
    let content = html! {
        (desk.notice())
        (field::summary(draft))
        section.card aria-label="User" {
            dl {
                dt { "Status" } dd { (state(user)) }
                dt { "Role" } dd { (role(user)) }
                dt { "E-mail" } dd { bdi { (user.email) } }
                dt { "User name" } dd { bdi { (user.user_name) } }
                dt { "Created" } dd { (moment(user.created_at)) }
                dt { "Last sign-in" } dd { (history::when(activity.last_sign_in.as_ref())) }
                dt { "Last SCIM write" } dd { (history::when(activity.last_scim_write.as_ref())) }
                @if let Some(external_id) = &user.external_id {
                    dt { "Okta's id" } dd { code.long { (external_id) } }
                }
                dt { "Id" } dd { code.long { (user.id) } }
            }
        }
        @if desk.may(&Permission::USER_MODIFY) {
            (form(desk, user, draft, guard, activity.last_scim_write.is_some()).await?)
            (status::section(desk, user, guard))
        }
        (identity::section(desk, user))
        (sessions::section(desk, user).await?)
        (history::section(desk, user).await?)
    };
    let page = Page::new(user.display_name(), content)
        .with_status(draft.status())
        .below(way_back(desk));
    Ok(desk.show(page.wide()))
}

async fn form(
    desk: &Desk,
    user: &User,
    draft: &Draft,
    guard: Option<Guard>,
    managed: bool,
) -> Result<Markup, Error> {
    let roles = desk.application.list_roles(desk.caller()).await?;
    let mut choices: Vec<(String, String)> = roles
        .iter()
        .map(|role| (role.name.to_string(), role.name.to_string()))
        .collect();
    if let Some(pending) = &user.pending_role {
        for (_, label) in &mut choices {
            label.push_str(" (at once)");
        }
        let waiting = format!("{} → {} at next sign-in", user.role.name, pending.name);
        choices.insert(0, (KEEP.to_owned(), waiting));
    }
    let hint = "Takes effect at once, unlike a role from Okta, which waits for the next sign-in.";
    let fields = html! {
        (field::version(draft))
        input type="hidden" name=(ROLE_SHOWN) value=(draft.text(ROLE_SHOWN));
        div.pair {
            (field::text(draft, Field::new(GIVEN_NAME, "Given name", "")))
            (field::text(draft, Field::new(FAMILY_NAME, "Family name", "")))
            (field::required(draft, Field::new(EMAIL, "E-mail", "")))
            (field::required(draft, Field::new(USER_NAME, "User name", "What Okta calls the person.")))
        }
        (field::select(draft, Field::new(ROLE, "Role", hint), &choices))
        @if let Some(guard) = guard.filter(|_| user.role.is_admin) { p.note { (guard.text()) } }
        div.buttons { button type="submit" { "Save" } }
    };
    Ok(html! {
        section aria-labelledby="edit" {
            h2 #edit { "Edit" }
            p.note.warning {
                @if managed { "Okta keeps this user up to date: the next Okta sync overwrites what is changed here." }
                @else { "When SCIM is enabled, the next Okta sync overwrites what is changed here." }
                " Change it in Okta to make it last."
            }
            (desk.form(&format!("/users/{}", user.id), &fields))
        }
    })
}
