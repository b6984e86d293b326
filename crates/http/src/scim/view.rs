//! How a caller sees users: under the tenant's URL, with the tenant's role attribute, and with the
//! attributes that the query asks for (RFC 7644 section 3.9).

use poem_openapi::param::Query;
use roster_application::Application;
use roster_application::caller::Caller;
use roster_application::provisioning::resource::{UserResource, etag};
use roster_domain::user::User;
use roster_scim::schema::Schema;
use roster_scim::{Projection, Resource, ScimError, project};
use serde::Serialize;

use super::answer::Answer;
use super::model;
use crate::options::Options;

/// How a caller sees users.
pub(super) struct View<'a> {
    role_attribute: &'a str,
    tenant_url: String,
    /// What of a user is wanted, and the schema that resolves its names; `None`: everything.
    wanted: Option<(Projection, Schema)>,
}

impl<'a> View<'a> {
    /// # Errors
    /// When the two lists of attributes are malformed or contradict each other. To be called before
    /// anything is changed.
    pub(super) fn new(
        caller: &'a Caller,
        application: &Application,
        options: &Options,
        attributes: &Query<Option<String>>,
        excluded: &Query<Option<String>>,
    ) -> Result<Self, ScimError> {
        let projection = Projection::parse(attributes.as_deref(), excluded.as_deref())?;
        let some = projection != Projection::default();
        Ok(Self {
            role_attribute: caller.tenant.settings().scim_role_attribute.as_str(),
            tenant_url: options.tenant_url(caller.tenant.tenant().slug.as_str()),
            wanted: some.then(|| (projection, application.scim_user_schema(caller))),
        })
    }

    /// The resource, with what was asked for of it.
    pub(super) fn show<'u>(&'u self, user: &'u User) -> Shown<'u> {
        let whole = UserResource::new(user, self.role_attribute, &self.tenant_url);
        match &self.wanted {
            None => Shown::Whole(whole),
            Some((projection, schema)) => {
                let mut resource = whole.into_resource();
                project(&mut resource, projection, schema);
                Shown::Part(resource)
            }
        }
    }

    /// The answer to an operation on one user.
    pub(super) fn answer(&self, user: &User) -> Answer<model::User> {
        let location = format!("{}/Users/{}", self.tenant_url, user.id);
        Answer::of(&self.show(user)).of_version(etag(user.version), location)
    }
}

/// A user as it is shown.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown<'a> {
    /// Everything.
    Whole(UserResource<'a>),
    /// What was asked for.
    Part(Resource),
}
