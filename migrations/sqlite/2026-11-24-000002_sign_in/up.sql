-- Sign-in: who people are at their identity provider, their sessions, and the tenant's SAML settings.
-- What the first migration says about ids, times, texts and unique constraints holds here too.

ALTER TABLE users ADD COLUMN idp_entity_id TEXT;
ALTER TABLE users ADD COLUMN name_id TEXT;
-- The SHA-256 of both, by which they are found; all three are there, or none.
ALTER TABLE users ADD COLUMN identity_key BLOB
    CHECK (length(identity_key) = 32)
    CHECK ((identity_key IS NULL) = (idp_entity_id IS NULL) AND (identity_key IS NULL) = (name_id IS NULL));
-- The sessions that hold are those that began under this number.
ALTER TABLE users ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 1 CHECK (session_epoch >= 1);

CREATE UNIQUE INDEX users_identity_taken ON users (tenant_id, identity_key) WHERE identity_key IS NOT NULL;

-- The tenant is vouched for by what the session is begun with: the person or the break-glass link.
CREATE TABLE sessions (
    id             BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id      BLOB NOT NULL,
    secret_hash    BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    -- Either a person's …
    user_id        BLOB REFERENCES users (id) ON DELETE CASCADE,
    user_epoch     INTEGER,
    idp_entity_id  TEXT,
    name_id        TEXT,
    name_id_format TEXT,
    session_index  TEXT,
    -- … or an operator's.
    operator_name  TEXT,
    started_at     INTEGER NOT NULL,
    last_seen_at   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    source_ip      TEXT,
    user_agent     TEXT,
    CHECK (CASE WHEN operator_name IS NULL
        THEN user_id IS NOT NULL AND user_epoch IS NOT NULL AND idp_entity_id IS NOT NULL
            AND name_id IS NOT NULL AND name_id_format IS NOT NULL
        ELSE coalesce(user_id, user_epoch, idp_entity_id, name_id, name_id_format, session_index) IS NULL
        END)
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, started_at DESC, id DESC) WHERE user_id IS NOT NULL;
-- What is over is found without reading all that is not: everybody else who writes waits meanwhile.
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_use ON sessions (last_seen_at);

CREATE TABLE saml_settings (
    tenant_id  BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    document   TEXT NOT NULL CHECK (json_type(document) = 'object'),
    version    INTEGER NOT NULL CHECK (version >= 1),
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE saml_metadata_checks (
    tenant_id  BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    checked_at INTEGER NOT NULL,
    problem    TEXT
) STRICT;

-- What may count once only, such as an assertion. Short-lived; no foreign key, which every sign-in
-- would have to check.
CREATE TABLE used_once (
    tenant_id BLOB NOT NULL,
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    until     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_once_by_end ON used_once (until);

CREATE TABLE admin_links (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id   BLOB NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    created_by  TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;

CREATE INDEX admin_links_by_end ON admin_links (expires_at);

-- Of the whole installation, so without a tenant.
CREATE TABLE signing_keys (
    id          TEXT NOT NULL PRIMARY KEY,
    public_jwk  TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    signs_from  INTEGER NOT NULL
) STRICT;
