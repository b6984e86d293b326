//! `roster admin …`

use super::operator;
use crate::command_line::AdminCommand;
use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::{output, store};

/// Makes a break-glass link.
pub(super) async fn run(
    configuration: &Configuration,
    command: AdminCommand,
) -> Result<(), Failure> {
    let application = store::application(configuration).await?;
    match command {
        AdminCommand::Link { tenant } => {
            let caller = operator(&application, &tenant.tenant).await?;
            output::line(&application.create_admin_link(&caller).await?)?;
            output::note(
                "Open this link within 10 minutes. It works once, and signs in with every permission for an hour; both are in the audit log.",
            );
            Ok(())
        }
    }
}
