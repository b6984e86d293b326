//! `roster token …`

use roster_application::administration::tokens::TokenRequest;
use roster_application::ports::world::Clock;
use roster_domain::token::ApiToken;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{operator, timestamp};
use crate::command_line::{TokenCommand, TokenCreate};
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::output::{self, List};
use crate::store;
use crate::world::SystemClock;

/// Makes, lists or revokes API tokens.
pub(super) async fn run(
    configuration: &Configuration,
    command: TokenCommand,
) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    match command {
        TokenCommand::Create(create) => {
            let caller = operator(&application, &create.tenant.tenant).await?;
            let issued = application.create_token(&caller, request(create)).await?;
            // First the value: nobody can be shown it again.
            output::line(issued.value.reveal())?;
            let ends = issued.token.expires_at.map_or_else(
                || "works until it is revoked".to_owned(),
                |expiry| format!("works until {}", timestamp(expiry)),
            );
            output::note(&format!(
                "API token {} (id {}) {ends}. Keep its value now: it can't be shown again.",
                issued.token.name, issued.token.id
            ));
            Ok(())
        }
        TokenCommand::List { tenant, json } => {
            let caller = operator(&application, &tenant.tenant).await?;
            let mut list = List::new(
                json,
                [
                    "ID",
                    "NAME",
                    "PERMISSIONS",
                    "NETWORKS",
                    "EXPIRES",
                    "LAST USED",
                ],
            );
            list.page(&application.list_tokens(&caller).await?, columns, as_json)?;
            list.end()
        }
        TokenCommand::Revoke { tenant, id } => {
            let caller = operator(&application, &tenant.tenant).await?;
            application.revoke_token(&caller, &id).await?;
            output::line(&format!("API token {id} is revoked."))
        }
    }
}

fn request(create: TokenCreate) -> TokenRequest {
    let expires_at = create.expires_in.map(|duration| {
        let duration = Duration::try_from(duration).unwrap_or(Duration::MAX);
        SystemClock.now().saturating_add(duration)
    });
    TokenRequest {
        name: create.name,
        permissions: create.permissions.into_iter().collect(),
        allowed_networks: create.networks,
        expires_at,
    }
}

fn columns(token: &ApiToken) -> [String; 6] {
    let or_dash = |text: String| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    let time = |time: Option<OffsetDateTime>| time.map_or_else(|| "-".to_owned(), timestamp);
    let used = token.last_used.map(|last| match last.from {
        Some(address) => format!("{} from {address}", timestamp(last.at)),
        None => timestamp(last.at),
    });
    [
        token.id.to_string(),
        token.name.to_string(),
        or_dash(token.permissions.names().join(",")),
        or_dash(networks(token).join(",")),
        time(token.expires_at),
        used.unwrap_or_else(|| "-".to_owned()),
    ]
}

/// The token by the names of the management API.
fn as_json(token: &ApiToken) -> Value {
    json!({
        "id": token.id.to_string(),
        "name": token.name.as_str(),
        "permissions": token.permissions.names(),
        "allowedNetworks": networks(token),
        "expiresAt": token.expires_at.map(timestamp),
        "createdBy": { "type": token.created_by.kind, "name": token.created_by.name },
        "createdAt": timestamp(token.created_at),
        "updatedAt": timestamp(token.updated_at),
        "lastUsedAt": token.last_used.map(|last| timestamp(last.at)),
        "lastUsedFrom": token.last_used.and_then(|last| last.from).map(|address| address.to_string()),
        "version": token.version.number(),
    })
}

fn networks(token: &ApiToken) -> Vec<String> {
    token
        .allowed_networks
        .iter()
        .map(ToString::to_string)
        .collect()
}
