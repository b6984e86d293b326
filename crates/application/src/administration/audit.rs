//! Administrators and the audit log.

use roster_domain::audit::AuditRecord;
use roster_domain::id::{AuditId, TokenId};
use roster_domain::permission::Permission;
use roster_domain::text::fold;
use uuid::Uuid;

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

    /// The ids under which the audit log knows what is called `text` in this tenant: a user by
    /// userName or e-mail, API tokens (revoked ones too) and a role by name, without regard to case.
    /// An id stands for itself. Empty: nothing is called so, and no record is about it; a query for
    /// no id at all would ask for every record.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `AuditLogRead`.
    pub async fn audited_as(&self, caller: &Caller, text: &str) -> Result<Vec<Uuid>, Error> {
        caller.require(&Permission::AUDIT_LOG_READ)?;
        if let Ok(id) = Uuid::try_parse(text.trim()) {
            return Ok(vec![id]);
        }
        let folded = fold(text);
        let store = self.store(caller.tenant.id());
        let mut ids = Vec::new();
        for user in [
            store.user_by_user_name(&folded).await?,
            store.user_by_email(&folded).await?,
        ] {
            ids.extend(user.map(|user| user.id.uuid()));
        }
        ids.dedup();
        let tokens = store.tokens_named(&folded).await?;
        ids.extend(tokens.into_iter().map(TokenId::uuid));
        let roles = store.roles().await?;
        let named = roles.iter().filter(|role| role.name.folded() == folded);
        ids.extend(named.map(|role| role.id.uuid()));
        Ok(ids)
    }
}
