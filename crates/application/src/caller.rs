//! Who calls a use case, and what they may do.

use std::sync::Arc;

use roster_domain::context::{Actor, Origin};
use roster_domain::permission::{Permission, PermissionSet};

use crate::directory::TenantEntry;
use crate::error::Error;

/// An authenticated caller within one tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant, with its settings as they were a moment ago.
    pub tenant: TenantEntry,
    /// Who.
    pub actor: Actor,
    /// What they may do.
    pub permissions: Arc<PermissionSet>,
    /// Whether the caller was let in by a token's value that a rotation has replaced since.
    pub superseded: bool,
    /// From where.
    pub origin: Origin,
}

impl Caller {
    /// Whether the caller has `permission`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] names the one that is missing.
    pub fn require(&self, permission: &Permission) -> Result<(), Error> {
        if self.permissions.contains(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden {
                permission: permission.clone(),
            })
        }
    }
}
