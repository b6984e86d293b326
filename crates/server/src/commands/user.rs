//! `roster user …`

use roster_application::administration::LARGEST_LIMIT;
use roster_application::administration::users::UserListing;
use roster_application::operation::UserRequest;
use roster_application::ports::store::UserStretch;
use roster_domain::role::RoleRef;
use roster_domain::text::ExternalId;
use roster_domain::user::User;
use serde_json::{Value, json};

use super::{operator, timestamp};
use crate::command_line::{UserCommand, UserErase};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output::{self, List};
use crate::store;

/// Makes, erases or lists users.
pub(super) async fn run(
    configuration: &Configuration,
    command: UserCommand,
) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    match command {
        UserCommand::Add(add) => {
            let caller = operator(&application, &add.tenant.tenant).await?;
            let request = UserRequest {
                user_name: add.user_name,
                email: add.email,
                given_name: add.given_name,
                family_name: add.family_name,
                role: add.role,
            };
            let user = application.add_user(&caller, &request).await?;
            output::line(&user.id.to_string())
        }
        UserCommand::Erase(UserErase { tenant, user }) => {
            let caller = operator(&application, &tenant.tenant).await?;
            let id = match (user.id, user.user_name) {
                (Some(id), _) => id,
                (None, name) => {
                    let name = name.unwrap_or_default();
                    application.user_named(&caller, &name).await?.to_string()
                }
            };
            let erasure = application.erase_user(&caller, &id).await?;
            output::line(&erasure.user.to_string())?;
            output::note(&format!(
                "The person's data is erased: in the account, which stays deactivated, and in {} audit records. Backups still have it until they are deleted.",
                erasure.records
            ));
            Ok(())
        }
        UserCommand::List {
            tenant,
            email,
            contains,
            json,
        } => {
            let caller = operator(&application, &tenant.tenant).await?;
            let mut list = List::new(
                json,
                ["ID", "USER NAME", "E-MAIL", "NAME", "ROLE", "STATUS"],
            );
            let mut stretch = UserStretch::First;
            // Page by page, so that a million users need no more memory than a few.
            loop {
                let listing = UserListing {
                    stretch,
                    limit: Some(LARGEST_LIMIT),
                    email: email.clone(),
                    contains: contains.clone(),
                    ..UserListing::default()
                };
                let page = application.list_users(&caller, listing).await?;
                let read = list.page(&page.users, columns, as_json)?;
                let Some(last) = page.next else {
                    return list.end();
                };
                stretch = UserStretch::After(last);
                if !read {
                    return Ok(());
                }
            }
        }
    }
}

fn columns(user: &User) -> [String; 6] {
    let role = match &user.pending_role {
        Some(pending) => format!("{} → {} at next sign-in", user.role.name, pending.name),
        None => user.role.name.to_string(),
    };
    let status = if user.active { "active" } else { "deactivated" };
    [
        user.id.to_string(),
        user.user_name.to_string(),
        user.email.to_string(),
        user.full_name(),
        role,
        status.to_owned(),
    ]
}

/// The user by the names of the management API.
fn as_json(user: &User) -> Value {
    let role = |role: &RoleRef| json!({ "id": role.id.to_string(), "name": role.name.as_str() });
    json!({
        "id": user.id.to_string(),
        "userName": user.user_name.as_str(),
        "email": user.email.as_str(),
        "givenName": user.given_name.as_str(),
        "familyName": user.family_name.as_str(),
        "displayName": user.display_name(),
        "externalId": user.external_id.as_ref().map(ExternalId::as_str),
        "active": user.active,
        "role": role(&user.role),
        "pendingRole": user.pending_role.as_ref().map(role),
        "version": user.version.number(),
        "createdAt": timestamp(user.created_at),
        "updatedAt": timestamp(user.updated_at),
    })
}
