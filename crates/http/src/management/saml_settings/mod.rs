//! SAML settings: read, change, and look at an identity provider's metadata before it is imported.
//! [`settings`] and [`certificate`] are what is shown, [`bodies`] what is sent.

mod bodies;
mod certificate;
mod settings;

use poem::web::Data;
use poem_openapi::OpenApi;
use roster_application::Application;
use roster_application::administration::saml_settings::field;
use roster_application::caller::Caller;
use roster_application::error::Error;
use roster_domain::permission::Permission;

use super::Tag;
use super::wire::answer::{Answer, Shown};
use super::wire::body::Body;
use super::wire::failure::{WhenConfiguring, WhenReading, WhenSending};
use crate::authenticated::Authenticated;
use bodies::{MetadataSource, SamlSettingsPatch};
use settings::{IdentityProvider, SamlSettings};

/// The operations on SAML settings.
pub(crate) struct SamlSettingsOperations;

#[OpenApi(tag = "Tag::SamlSettings")]
impl SamlSettingsOperations {
    /// Read the SAML settings
    ///
    /// With the addresses that are to be entered at the identity provider, and the state of its
    /// certificates. Never a private key. Needs the permission `GeneralSettingsRead`.
    #[oai(
        path = "/saml-settings",
        method = "get",
        operation_id = "getSamlSettings"
    )]
    async fn read(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
    ) -> Answer<Shown<SamlSettings>, WhenReading> {
        let default_role = default_role(application, &caller).await?;
        let view = application.read_saml_settings(&caller).await?;
        let slug = caller.tenant.tenant().slug.as_str();
        Ok(Shown(SamlSettings::new(view, slug, default_role)))
    }

    /// Change the SAML settings
    ///
    /// What is left out keeps its value. The change holds from the next sign-in on, on every
    /// replica. Whoever can change these settings decides who can sign in as whom, so each change
    /// and each refused change is in the audit log. Needs the permission `GeneralSettingsModify`.
    #[oai(
        path = "/saml-settings",
        method = "patch",
        operation_id = "updateSamlSettings"
    )]
    async fn update(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        body: Body<SamlSettingsPatch>,
    ) -> Answer<Shown<SamlSettings>, WhenConfiguring> {
        let wish = body.accept(&caller, &Permission::SETTINGS_MODIFY)?;
        let view = application
            .update_saml_settings(&caller, wish, None)
            .await?;
        let slug = caller.tenant.tenant().slug.as_str();
        let default_role = default_role(application, &caller).await?;
        Ok(Shown(SamlSettings::new(view, slug, default_role)))
    }

    /// Look at an identity provider's metadata
    ///
    /// Reads a document, or fetches one, and answers what it says; changes nothing. What is refused
    /// here would be refused by a change of the settings too. Needs the permission
    /// `GeneralSettingsModify`.
    #[oai(
        path = "/saml-settings/metadata-check",
        method = "post",
        operation_id = "checkSamlMetadata"
    )]
    async fn check(
        &self,
        Authenticated(caller): Authenticated,
        Data(application): Data<&Application>,
        body: Body<MetadataSource>,
    ) -> Answer<Shown<IdentityProvider>, WhenSending> {
        let wish = body.accept(&caller, &Permission::SETTINGS_MODIFY)?;
        let provider = application.inspect_metadata(&caller, &wish).await?;
        let provider =
            provider.ok_or_else(|| Error::invalid(field::METADATA_XML, &"is missing"))?;
        Ok(Shown(IdentityProvider::new(&provider, application.now())))
    }
}

/// The name of the tenant's default role, which stands among the general settings.
async fn default_role(application: &Application, caller: &Caller) -> Result<String, Error> {
    let settings = application.read_settings(caller).await?;
    Ok(settings.default_role.name.to_string())
}
