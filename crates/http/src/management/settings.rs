//! The tenant's settings: read and change.

use std::convert::Infallible;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use roster_application::Application;
use roster_application::administration::settings::SettingsWish;
use roster_application::caller::Caller;
use roster_domain::permission::Permission;
use roster_domain::settings;
use roster_domain::text::AttributeName;
use time::OffsetDateTime;
use time::macros::datetime;

use super::Tag;
use super::wire::answer::{Answer, Shown};
use super::wire::body::{Body, Shape};
use super::wire::failure::{WhenReading, WhenSending};
use super::wire::fields::Fields;
use crate::authenticated::Authenticated;
use crate::options::Options;

/// The settings of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", example)]
pub(crate) struct Settings {
    /// The tenant's name in URLs. Read-only.
    pub(crate) tenant: String,
    /// The SCIM base URL, to be entered in Okta as "SCIM connector base URL". Read-only.
    pub(crate) tenant_url: String,
    /// The SCIM attribute that carries a person's role, at the top level of the User.
    pub(crate) scim_role_attribute: String,
    /// The name of the role of people who first sign in without one.
    pub(crate) default_role: String,
    /// Counts the changes of the settings, from 1.
    pub(crate) version: i64,
    /// When they changed last, in UTC.
    pub(crate) updated_at: OffsetDateTime,
}

impl Settings {
    fn new(settings: &settings::Settings, caller: &Caller, options: &Options) -> Self {
        let slug = &caller.tenant.tenant().slug;
        Self {
            tenant: slug.to_string(),
            tenant_url: options.tenant_url(slug.as_str()),
            scim_role_attribute: settings.scim_role_attribute.to_string(),
            default_role: settings.default_role.name.to_string(),
            version: settings.version.number(),
            updated_at: settings.updated_at,
        }
    }
}

impl Example for Settings {
    fn example() -> Self {
        Self {
            tenant: "default".to_owned(),
            tenant_url: "http://localhost:8080/t/default/scim/v2".to_owned(),
            scim_role_attribute: settings::Settings::ROLE_ATTRIBUTE.to_owned(),
            default_role: "AnalystReadOnly".to_owned(),
            version: 1,
            updated_at: datetime!(2026-07-01 09:00:00 UTC),
        }
    }
}

/// What shall change about the settings. What is left out keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub(crate) struct SettingsPatch {
    /// Another name for the SCIM attribute that carries the role; not one that SCIM defines itself.
    #[oai(validator(min_length = 1, max_length = 64))]
    pub(crate) scim_role_attribute: Option<String>,
    /// The name of another default role, in any letter case.
    pub(crate) default_role: Option<String>,
}

impl Example for SettingsPatch {
    fn example() -> Self {
        Self {
            scim_role_attribute: None,
            default_role: Some("Analyst".to_owned()),
        }
    }
}

impl Shape for SettingsPatch {
    type Wish = SettingsWish;

    fn read(fields: &mut Fields) -> Option<SettingsWish> {
        Some(SettingsWish {
            scim_role_attribute: fields.text("scimRoleAttribute", AttributeName::new),
            // Which roles there are is for the use case to say.
            default_role: fields.text("defaultRole", |name| Ok::<_, Infallible>(name.to_owned())),
        })
    }
}

/// The operations on settings.
pub(crate) struct SettingsOperations;

#[OpenApi(tag = "Tag::Settings")]
impl SettingsOperations {
    /// Read the settings
    ///
    /// Needs the permission `GeneralSettingsRead`.
    #[oai(path = "/settings", method = "get", operation_id = "getSettings")]
    async fn read(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
    ) -> Answer<Shown<Settings>, WhenReading> {
        let settings = application.read_settings(&caller).await?;
        Ok(Shown(Settings::new(&settings, &caller, options)))
    }

    /// Change the settings
    ///
    /// What is left out keeps its value. The change holds from the next request on. Needs the
    /// permission `GeneralSettingsModify`.
    #[oai(path = "/settings", method = "patch", operation_id = "updateSettings")]
    async fn update(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        Data(options): Data<&Arc<Options>>,
        body: Body<SettingsPatch>,
    ) -> Answer<Shown<Settings>, WhenSending> {
        let wish = body.accept(&caller, &Permission::SETTINGS_MODIFY)?;
        let settings = application.update_settings(&caller, &wish, None).await?;
        Ok(Shown(Settings::new(&settings, &caller, options)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_attribute_that_scim_defines_can_not_carry_the_role() {
        let serde_json::Value::Object(map) =
            json!({"scimRoleAttribute": "userName", "tenant": "x"})
        else {
            panic!("not an object")
        };
        let mut fields = Fields::new(map);
        SettingsPatch::read(&mut fields);
        let named: Vec<_> = fields
            .finish()
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(named, ["scimRoleAttribute", "tenant"]);
    }
}
