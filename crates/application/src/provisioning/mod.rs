//! What SCIM does to users: the `lifecycle` profile. Users are found, read, replaced, patched;
//! never created (that is the first sign-in's part) and never deleted.
//!
//! [`resource`] shows a user as a SCIM resource, [`wish`] reads one back as a wish; the decision
//! itself is `roster_domain::user::provision`.

mod lookup;
pub mod resource;
mod wish;

use roster_domain::audit::{AuditAction, Target, TargetKind};
use roster_domain::change::{UniqueName, Write};
use roster_domain::id::UserId;
use roster_domain::permission::Permission;
use roster_domain::refusal::Refusal;
use roster_domain::text::{UserName, fold};
use roster_domain::user::provision::{deactivate_alone, decide, needs_roles};
use roster_domain::user::{User, UserWish};
use roster_scim::normalize::normalize;
use roster_scim::schema::{Schema, user_schema};
use roster_scim::{ScimError, patch};
use serde_json::Value;

use crate::Application;
use crate::administration::unseen_user;
use crate::caller::Caller;
use crate::error::{Error, Thing};
use crate::settle::{Settled, Subject};

pub use lookup::Matches;

/// Which version a client wants to change (`If-Match` of RFC 9110 section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Whichever there is (`*`).
    Any,
    /// One of these; a tag that is not one of ours is left out.
    Versions(Vec<i64>),
}

impl IfMatch {
    fn admits(&self, user: &User) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&user.version.number()),
        }
    }
}

/// Why a request can't be read as a wish.
struct Unwished {
    error: ScimError,
    /// Whether it takes access away all the same.
    deactivates: bool,
}

impl From<ScimError> for Unwished {
    fn from(error: ScimError) -> Self {
        Self {
            error,
            deactivates: false,
        }
    }
}

/// The ways in which SCIM writes a user.
enum Request<'a> {
    Replace(&'a Value),
    Patch(&'a Value),
}

impl Application {
    /// The SCIM schema of a user in the caller's tenant.
    #[must_use]
    pub fn scim_user_schema(&self, caller: &Caller) -> Schema {
        user_schema(caller.tenant.settings().scim_role_attribute.as_str())
    }

    /// `GET /Users/{id}`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `UserRead`; [`Error::NotFound`], also for a malformed id.
    pub async fn scim_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        self.read_user(caller, id).await
    }

    /// `PUT /Users/{id}`: our own resource with what Okta maps overwritten.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn scim_replace_user(
        &self,
        caller: &Caller,
        id: &str,
        if_match: Option<&IfMatch>,
        body: &Value,
    ) -> Result<User, Error> {
        self.scim_write(caller, id, if_match, Request::Replace(body))
            .await
    }

    /// `PATCH /Users/{id}`: all operations or none.
    ///
    /// # Errors
    /// Any [`Error`]; nothing is changed then.
    pub async fn scim_patch_user(
        &self,
        caller: &Caller,
        id: &str,
        if_match: Option<&IfMatch>,
        body: &Value,
    ) -> Result<User, Error> {
        self.scim_write(caller, id, if_match, Request::Patch(body))
            .await
    }

    async fn scim_write(
        &self,
        caller: &Caller,
        id: &str,
        if_match: Option<&IfMatch>,
        request: Request<'_>,
    ) -> Result<User, Error> {
        let action = AuditAction::UpdateUser;
        self.require_to_write(caller, &Permission::USER_MODIFY, action, || unseen_user(id))
            .await?;
        let outcome = self.decide_and_commit(caller, id, if_match, &request).await;
        self.audited(caller, action, || unseen_user(id), outcome)
            .await
    }

    /// load → decide → commit, again when somebody else was first. A deactivation that is refused
    /// for anything else in its request is decided on again, alone: a leaver must lose access.
    async fn decide_and_commit(
        &self,
        caller: &Caller,
        id: &str,
        if_match: Option<&IfMatch>,
        request: &Request<'_>,
    ) -> Result<User, Error> {
        let action = AuditAction::UpdateUser;
        let store = self.store(caller.tenant.id());
        let not_found = || Error::not_found(Thing::User, &id);
        let user_id: UserId = id.parse().map_err(|_| not_found())?;
        let mut attempts = self.attempts(user_id.uuid());
        let mut alone: Option<String> = None;
        loop {
            let user = store.user(user_id).await?.ok_or_else(not_found)?;
            if if_match.is_some_and(|wanted| !wanted.admits(&user)) {
                return Err(Error::VersionMismatch);
            }
            let context = self.context(&caller.actor, &caller.origin);
            let subject = Subject {
                tenant: caller.tenant.id(),
                store: store.as_ref(),
                context: &context,
                action,
                target: user.target(),
            };
            let mut deactivates = false;
            let decision = if let Some(why) = &alone {
                deactivate_alone(&user, why, &context)
            } else {
                let wish = match self.wish(caller, &user, request) {
                    Ok(wish) => wish,
                    Err(Unwished {
                        error,
                        deactivates: true,
                    }) => {
                        alone = Some(format!("it can't be applied: {}", error.detail));
                        continue;
                    }
                    Err(Unwished { error, .. }) => {
                        return Err(self.refuse_as(subject, error.into(), Vec::new()).await);
                    }
                };
                deactivates = wish.active == Some(false);
                let roles = if needs_roles(&user, &wish) {
                    store.roles().await?
                } else {
                    Vec::new()
                };
                decide(&user, wish, &roles, &context)
            };
            match self.settle(subject, decision).await {
                Ok(Settled::Committed(change)) => {
                    return Ok(match change.write {
                        Write::UpdateUser { user, .. } => user,
                        _ => user,
                    });
                }
                Ok(Settled::Unchanged) => return Ok(user),
                Ok(Settled::Raced) if if_match.is_some_and(|wanted| *wanted != IfMatch::Any) => {
                    return Err(Error::VersionMismatch);
                }
                Ok(Settled::Raced) => attempts.again().await?,
                Err(Error::Refused(Refusal::Taken { .. } | Refusal::Required { .. }))
                    if deactivates =>
                {
                    alone = Some("it could not be applied, as the record before says".to_owned());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What a request wishes for `user`.
    fn wish(
        &self,
        caller: &Caller,
        user: &User,
        request: &Request<'_>,
    ) -> Result<UserWish, Unwished> {
        let role_attribute = caller.tenant.settings().scim_role_attribute.as_str();
        let schema = user_schema(role_attribute);
        match request {
            Request::Replace(body) => {
                let resource = normalize(body, &schema)?;
                wish::of_replacement(&resource, role_attribute).map_err(|error| Unwished {
                    error,
                    deactivates: wish::deactivates(&resource),
                })
            }
            Request::Patch(body) => {
                let mut before = resource::attributes(user, role_attribute);
                // Whoever deactivates means it, even somebody who is inactive already: a role that
                // does not exist must not be in the way. So a status is there only if it was sent.
                before.remove("active");
                let after = patch::apply(&before, &patch::PatchRequest::parse(body)?, &schema)?;
                wish::of_difference(&before, &after, role_attribute).map_err(|error| Unwished {
                    error,
                    deactivates: wish::deactivates(&after),
                })
            }
        }
    }

    /// `POST /Users`: always refused in this profile, with the reason that helps most.
    ///
    /// # Errors
    /// [`Refusal::Taken`] when somebody has the userName; [`Refusal::CreatedAtSignIn`] otherwise.
    pub async fn scim_create_user(&self, caller: &Caller, body: &Value) -> Result<User, Error> {
        let action = AuditAction::CreateUser;
        let sent = normalize(body, &self.scim_user_schema(caller)).unwrap_or_default();
        let sent = sent
            .get("userName")
            .and_then(Value::as_str)
            .unwrap_or_default();
        // Nobody has a name that can't be stored.
        let user_name = if UserName::new(sent).is_ok() {
            sent
        } else {
            ""
        };
        let target = || Target {
            kind: TargetKind::User,
            id: None,
            name: roster_domain::refusal::excerpt(user_name),
        };
        self.require_to_write(caller, &Permission::USER_MODIFY, action, target)
            .await?;
        let store = self.store(caller.tenant.id());
        let refusal = match store.user_by_user_name(&fold(user_name)).await? {
            Some(user) => Refusal::Taken {
                name: UniqueName::UserName,
                value: user.user_name.to_string(),
            },
            None => Refusal::CreatedAtSignIn,
        };
        let context = self.context(&caller.actor, &caller.origin);
        let subject = Subject {
            tenant: caller.tenant.id(),
            store: store.as_ref(),
            context: &context,
            action,
            target: target(),
        };
        Err(self.refuse(subject, refusal, Vec::new()).await)
    }

    /// `DELETE /Users/{id}`: always refused in this profile.
    ///
    /// # Errors
    /// Always [`Refusal::DeactivatedOnly`], whether or not there is such a user.
    pub async fn scim_delete_user(&self, caller: &Caller, id: &str) -> Result<User, Error> {
        let action = AuditAction::DeleteUser;
        self.require_to_write(caller, &Permission::USER_MODIFY, action, || unseen_user(id))
            .await?;
        let context = self.context(&caller.actor, &caller.origin);
        let store = self.store(caller.tenant.id());
        let subject = Subject {
            tenant: caller.tenant.id(),
            store: store.as_ref(),
            context: &context,
            action,
            target: unseen_user(id),
        };
        Err(self
            .refuse(subject, Refusal::DeactivatedOnly, Vec::new())
            .await)
    }
}
