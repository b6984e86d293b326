//! Writes of break-glass links. The session that a link opens uses it up: see `sessions`.

use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use crate::rows::admin_link::AdminLinkRow;
use crate::statement::statement;

statement! {
    /// A new link.
    Create<'a>(link: &'a AdminLinkRow) {
        "INSERT INTO admin_links (id, tenant_id, secret_hash, created_by, expires_at, used_at) \
         VALUES (" => Binary: &link.id,
        ", " => Binary: &link.tenant_id,
        ", " => Binary: &link.secret_hash,
        ", " => Text: &link.created_by,
        ", " => BigInt: &link.expires_at,
        ", " => Nullable<BigInt>: &link.used_at,
        ")",
    }
}
