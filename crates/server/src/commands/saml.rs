//! `roster saml …`: setting sign-in up without the console.

use std::fs;

use roster_application::administration::saml_settings::{MetadataWish, SamlSettingsWish};

use super::operator;
use crate::command_line::{SamlCommand, SamlImport, SamlMetadata};
use crate::configuration::Configuration;
use crate::equipment::Equipment;
use crate::failure::Failure;
use crate::{output, store};

/// Imports metadata.
pub(super) async fn run(
    configuration: &Configuration,
    command: SamlCommand,
) -> Result<(), Failure> {
    let SamlCommand::Import(SamlImport {
        tenant,
        metadata,
        enable,
    }) = command;
    let equipment = || Equipment::with_metadata(configuration);
    let application = store::application_with(configuration, equipment).await?;
    let caller = operator(&application, &tenant.tenant).await?;
    let wish = SamlSettingsWish {
        metadata: source(metadata)?,
        enabled: enable.then_some(true),
        ..SamlSettingsWish::default()
    };
    let view = application
        .update_saml_settings(&caller, wish, None)
        .await?;
    output::print(&format!(
        "Audience  {}\nACS URL   {}\n",
        view.addresses.audience, view.addresses.acs_url
    ))?;
    let provider = view.settings.provider.map(|provider| provider.entity_id);
    let state = if view.settings.enabled {
        format!("on; people sign in at {}", view.addresses.login_url)
    } else {
        "off; add --enable to switch it on".to_owned()
    };
    output::note(&format!(
        "The identity provider is {}. SAML is {state}.",
        provider.unwrap_or_default()
    ));
    Ok(())
}

fn source(metadata: SamlMetadata) -> Result<MetadataWish, Failure> {
    match (metadata.metadata_file, metadata.metadata_url) {
        (_, Some(url)) => Ok(MetadataWish::Url(url)),
        (Some(path), None) => fs::read_to_string(&path)
            .map(MetadataWish::Document)
            .map_err(|problem| Failure::Read { path, problem }),
        // The command line requires one of them.
        (None, None) => Ok(MetadataWish::Keep),
    }
}
