-- When each tenant's SCIM client was last heard of: shown to whoever sets it up. Written every few
-- seconds while it calls, and not audited.

CREATE TABLE scim_contacts (
    tenant_id  uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    at         timestamptz NOT NULL,
    source_ip  text,
    user_agent text,
    -- No foreign key: what it was called then is beside it.
    token_id   uuid NOT NULL,
    token_name text NOT NULL
) WITH (fillfactor = 70);
