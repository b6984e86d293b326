//! Administrators and the audit log.

use roster_domain::audit::AuditRecord;
use roster_domain::id::AuditId;
use roster_domain::permission::Permission;

use super::{CursorPage, page_limit};
use crate::Application;
use crate::caller::Caller;
use crate::error::Error;
use crate::ports::store::AuditQuery;

impl Application {
    /// A page of the audit log, newest first. A `limit` of 0 is the usual one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `AuditLogRead`.
    pub async fn audit_log(
        &self,
        caller: &Caller,
        query: AuditQuery,
    ) -> Result<CursorPage<AuditRecord, AuditId>, Error> {
        caller.require(&Permission::AUDIT_LOG_READ)?;
        let limit = page_limit((query.limit > 0).then_some(query.limit));
        let query = AuditQuery {
            limit: limit.saturating_add(1),
            ..query
        };
        let records = self.store(caller.tenant.id()).audit_log(&query).await?;
        Ok(CursorPage::cut(records, limit, |record| record.id))
    }
}
