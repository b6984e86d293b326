-- Sign-in: who people are at their identity provider, their sessions, and the tenant's SAML settings.
-- What the first migration says about collations and the names that end in _taken holds here too.

ALTER TABLE users
    ADD COLUMN idp_entity_id text,
    ADD COLUMN name_id       text,
    -- The SHA-256 of both, since together they may be longer than an entry of a B-tree can be.
    ADD COLUMN identity_key  bytea CHECK (octet_length(identity_key) = 32),
    -- The sessions that hold are those that began under this number.
    ADD COLUMN session_epoch bigint NOT NULL DEFAULT 1 CHECK (session_epoch >= 1),
    ADD CONSTRAINT users_identity_whole
        CHECK (num_nulls(idp_entity_id, name_id, identity_key) IN (0, 3));

CREATE UNIQUE INDEX users_identity_taken ON users (tenant_id, identity_key)
    WHERE identity_key IS NOT NULL;

-- The tenant is vouched for by what the session is begun with: the person or the break-glass link.
CREATE TABLE sessions (
    id             uuid PRIMARY KEY,
    tenant_id      uuid NOT NULL,
    secret_hash    bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    -- Either a person's …
    user_id        uuid CONSTRAINT sessions_user REFERENCES users (id) ON DELETE CASCADE,
    user_epoch     bigint,
    idp_entity_id  text,
    name_id        text,
    name_id_format text,
    session_index  text,
    -- … or an operator's.
    operator_name  text,
    started_at     timestamptz NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    source_ip      text,
    user_agent     text,
    CONSTRAINT sessions_secret_unique UNIQUE (secret_hash),
    CONSTRAINT sessions_one_holder CHECK (
        CASE WHEN operator_name IS NULL
        THEN num_nulls(user_id, user_epoch, idp_entity_id, name_id, name_id_format) = 0
        ELSE num_nonnulls(user_id, user_epoch, idp_entity_id, name_id, name_id_format, session_index) = 0
        END)
) WITH (fillfactor = 80);

CREATE INDEX sessions_by_user ON sessions (user_id, started_at DESC, id DESC) WHERE user_id IS NOT NULL;
-- No index for those that are over: most end because nobody uses them, and to index last_seen_at
-- would make each use of a session dear. Whoever deletes them now and then reads the table once.

CREATE TABLE saml_settings (
    tenant_id  uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    document   jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
    version    bigint NOT NULL CHECK (version >= 1),
    updated_at timestamptz NOT NULL
);

CREATE TABLE saml_metadata_checks (
    tenant_id  uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    checked_at timestamptz NOT NULL,
    problem    text
);

-- What may count once only, such as an assertion. Short-lived; no foreign key, which every sign-in
-- would have to check.
CREATE TABLE used_once (
    tenant_id uuid NOT NULL,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    until     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

CREATE INDEX used_once_by_end ON used_once (until);

CREATE TABLE admin_links (
    id          uuid PRIMARY KEY,
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    created_by  text NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    CONSTRAINT admin_links_secret_unique UNIQUE (secret_hash)
);

-- Of the whole installation, so without a tenant.
CREATE TABLE signing_keys (
    id          text COLLATE "C" PRIMARY KEY,
    public_jwk  text NOT NULL,
    private_key bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    signs_from  timestamptz NOT NULL
);
