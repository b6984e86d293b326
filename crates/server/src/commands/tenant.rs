//! `roster tenant …`

use roster_domain::tenant::Tenant;
use roster_http::options::Options;
use serde_json::json;

use super::timestamp;
use crate::command_line::TenantCommand;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output::{self, List};
use crate::{operator, store};

/// Makes or lists tenants.
pub(super) async fn run(
    configuration: &Configuration,
    command: TenantCommand,
) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    match command {
        TenantCommand::Create { slug } => {
            let tenant = application.create_tenant(&slug, &operator::actor()).await?;
            output::line(&tenant_url(configuration, &tenant))
        }
        TenantCommand::List { json } => {
            let mut list = List::new(json, ["SLUG", "CREATED", "TENANT URL"]);
            list.page(
                &application.list_tenants().await?,
                |tenant| {
                    [
                        tenant.slug.to_string(),
                        timestamp(tenant.created_at),
                        tenant_url(configuration, tenant),
                    ]
                },
                |tenant| {
                    json!({
                        "id": tenant.id.to_string(),
                        "slug": tenant.slug.as_str(),
                        "createdAt": timestamp(tenant.created_at),
                        "tenantUrl": tenant_url(configuration, tenant),
                    })
                },
            )?;
            list.end()
        }
    }
}

/// The SCIM base URL, as the settings have it.
fn tenant_url(configuration: &Configuration, tenant: &Tenant) -> String {
    let public_url = configuration.public_url(configuration.listen.port());
    let options = Options {
        public_url,
        ..Options::default()
    };
    options.tenant_url(tenant.slug.as_str())
}
