-- When each tenant's SCIM client was last heard of: shown to whoever sets it up. Written every few
-- seconds while it calls, and not audited.

CREATE TABLE scim_contacts (
    tenant_id  BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    at         INTEGER NOT NULL,
    source_ip  TEXT,
    user_agent TEXT,
    -- No foreign key: what it was called then is beside it.
    token_id   BLOB NOT NULL CHECK (length(token_id) = 16),
    token_name TEXT NOT NULL
) STRICT;
