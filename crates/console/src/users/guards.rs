//! Who can't be demoted or deactivated, explained before anybody tries. (The rules themselves are the
//! domain's; this only looks ahead.)

use roster_application::administration::users::UserListing;
use roster_application::error::Error;
use roster_domain::user::User;

use crate::desk::Desk;

/// Why a user can't lose the role or the access, if so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// It is whoever looks.
    Yourself,
    /// Nobody else could manage the tenant.
    LastAdmin,
}

impl Guard {
    /// What it says beside what can't be done.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Yourself => {
                "This is you. Nobody can deactivate themselves or give up the Admin role themselves: another Admin has to do it."
            }
            Self::LastAdmin => {
                "This is the last active Admin, who can't be deactivated or given another role: nobody could manage the \
                 organization any more. Give another active user the Admin role first."
            }
        }
    }
}

/// The guard of a user, if any.
pub(super) async fn of(desk: &Desk, user: &User) -> Result<Option<Guard>, Error> {
    if desk
        .signed_in
        .person
        .as_ref()
        .is_some_and(|person| person.id == user.id)
    {
        return Ok(Some(Guard::Yourself));
    }
    if !user.is_lasting_admin() {
        return Ok(None);
    }
    // Few are Admins: the first page of them nearly always has another one.
    let listing = UserListing {
        active: Some(true),
        role: Some(user.role.id),
        ..UserListing::default()
    };
    let admins = desk.application.list_users(desk.caller(), listing).await?;
    let another = admins
        .users
        .iter()
        .any(|other| other.id != user.id && other.is_lasting_admin());
    Ok((!another && admins.next.is_none()).then_some(Guard::LastAdmin))
}
