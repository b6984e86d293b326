//! `/roles/new`: a new role.

use maud::html;
use roster_domain::permission::Permission;
use roster_web_kit::form::Form;
use roster_web_kit::page::Page;

use super::{fields, read_name, way_back};
use crate::desk::{Answer, Desk};
use crate::parts::draft::Draft;
use crate::parts::notice::Notice;
use crate::parts::{field, permissions};

pub(crate) async fn show(desk: &Desk) -> Answer {
    desk.caller().require(&Permission::USER_MODIFY)?;
    Ok(page(desk, &Draft::default()))
}

pub(crate) async fn send(desk: &Desk, form: &Form) -> Answer {
    let mut draft = Draft::typed(form);
    let wanted = (read_name(&mut draft), permissions::read(&mut draft));
    if let (Some(name), Some(permissions)) = wanted {
        match desk
            .application
            .create_role(desk.caller(), name, permissions)
            .await
        {
            Ok(role) => return Ok(desk.done(&format!("/roles/{}", role.id), Notice::RoleCreated)),
            Err(error) => draft.object(error)?,
        }
    } else {
        desk.caller().require(&Permission::USER_MODIFY)?;
    }
    Ok(page(desk, &draft))
}

fn page(desk: &Desk, draft: &Draft) -> poem::Response {
    let content = html! {
        (field::summary(draft))
        (desk.form("/roles/new", &html! {
            (fields(draft))
            div.buttons {
                button type="submit" { "Create Role" }
                a href=(desk.to("/roles")) { "Cancel" }
            }
        }))
    };
    desk.show(
        Page::new("Create New Role", content)
            .with_status(draft.status())
            .below(way_back(desk)),
    )
}
