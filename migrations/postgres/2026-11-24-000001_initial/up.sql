-- The tables of Roster.
--
-- Text that is compared, sorted or searched has the collation "C": the program folds letter case
-- itself and keeps the folded form in a column of its own (…_key), so that every database agrees
-- on what is equal, and an upgrade of the operating system's collations can't corrupt an index.
--
-- The names of the constraints that end in _taken are read by the program: they say which name
-- was not free.

CREATE TABLE tenants (
    id          uuid PRIMARY KEY,
    slug        text COLLATE "C" NOT NULL CONSTRAINT tenants_slug_taken UNIQUE,
    created_at  timestamptz NOT NULL,
    -- Counted up by the statement that creates a person, so that a total costs no scan.
    user_count  bigint NOT NULL DEFAULT 0 CHECK (user_count >= 0)
) WITH (fillfactor = 70);

CREATE TABLE roles (
    id          uuid PRIMARY KEY,
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    name        text NOT NULL,
    name_key    text COLLATE "C" NOT NULL,
    permissions jsonb NOT NULL CHECK (jsonb_typeof(permissions) = 'array'),
    is_admin    boolean NOT NULL,
    version     bigint NOT NULL CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT roles_name_taken UNIQUE (tenant_id, name_key),
    -- What the foreign keys below refer to, so that no record can point at another tenant's role.
    CONSTRAINT roles_of_tenant UNIQUE (tenant_id, id)
);

CREATE TABLE settings (
    tenant_id           uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    scim_role_attribute text NOT NULL,
    default_role_id     uuid NOT NULL,
    version             bigint NOT NULL CHECK (version >= 1),
    updated_at          timestamptz NOT NULL,
    CONSTRAINT settings_default_role FOREIGN KEY (tenant_id, default_role_id)
        REFERENCES roles (tenant_id, id) ON DELETE RESTRICT
);

-- The tenant is vouched for by the role: a foreign key to tenants would check it a second time.
CREATE TABLE users (
    id              uuid PRIMARY KEY,
    tenant_id       uuid NOT NULL,
    user_name       text NOT NULL,
    user_name_key   text COLLATE "C" NOT NULL,
    email           text NOT NULL,
    email_key       text COLLATE "C" NOT NULL,
    given_name      text NOT NULL,
    family_name     text NOT NULL,
    external_id     text COLLATE "C",
    active          boolean NOT NULL,
    role_id         uuid NOT NULL,
    pending_role_id uuid,
    version         bigint NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    -- userName, e-mail and names, folded, one a line: what a search looks through.
    search_key      text COLLATE "C" NOT NULL,
    CONSTRAINT users_user_name_taken UNIQUE (tenant_id, user_name_key),
    CONSTRAINT users_email_taken UNIQUE (tenant_id, email_key),
    CONSTRAINT users_role FOREIGN KEY (tenant_id, role_id)
        REFERENCES roles (tenant_id, id) ON DELETE RESTRICT,
    CONSTRAINT users_pending_role FOREIGN KEY (tenant_id, pending_role_id)
        REFERENCES roles (tenant_id, id) ON DELETE RESTRICT
) WITH (fillfactor = 90);

CREATE INDEX users_in_order ON users (tenant_id, created_at, id);
-- A hash index, since an external id may be longer than an entry of a B-tree can be.
CREATE INDEX users_by_external_id ON users USING hash (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX users_by_role ON users (tenant_id, role_id);
CREATE INDEX users_by_pending_role ON users (tenant_id, pending_role_id) WHERE pending_role_id IS NOT NULL;

CREATE TABLE api_tokens (
    id                   uuid PRIMARY KEY,
    tenant_id            uuid NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    name                 text NOT NULL,
    permissions          jsonb NOT NULL CHECK (jsonb_typeof(permissions) = 'array'),
    allowed_networks     jsonb NOT NULL CHECK (jsonb_typeof(allowed_networks) = 'array'),
    expires_at           timestamptz,
    hash                 bytea NOT NULL CHECK (octet_length(hash) = 32),
    previous_hash        bytea CHECK (octet_length(previous_hash) = 32),
    previous_valid_until timestamptz,
    created_by_kind      text NOT NULL,
    created_by_name      text NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    revoked_at           timestamptz,
    last_used_at         timestamptz,
    last_used_from       text,
    version              bigint NOT NULL CHECK (version >= 1),
    CONSTRAINT api_tokens_hash_unique UNIQUE (hash),
    CHECK ((previous_hash IS NULL) = (previous_valid_until IS NULL))
) WITH (fillfactor = 80);

CREATE INDEX api_tokens_in_order ON api_tokens (tenant_id, created_at, id);
CREATE INDEX api_tokens_by_previous_hash ON api_tokens (previous_hash) WHERE previous_hash IS NOT NULL;

-- No foreign keys: a record outlives what it is about, and to check the tenant at every write
-- would lock one row that all writers share.
CREATE TABLE audit_log (
    id          uuid NOT NULL,
    tenant_id   uuid NOT NULL,
    at          timestamptz NOT NULL,
    action      text COLLATE "C" NOT NULL,
    result      text COLLATE "C" NOT NULL,
    description text NOT NULL,
    actor_kind  text NOT NULL,
    actor_id    uuid,
    actor_name  text NOT NULL,
    target_kind text NOT NULL,
    target_id   uuid,
    target_name text NOT NULL,
    changes     jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'array'),
    source_ip   text,
    user_agent  text,
    request_id  text,
    -- Serves "newest first" too: ids are in the order of time.
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX audit_log_by_action ON audit_log (tenant_id, action, id);
CREATE INDEX audit_log_by_actor ON audit_log (tenant_id, actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_log_by_target ON audit_log (tenant_id, target_id, id) WHERE target_id IS NOT NULL;
-- Failures are few, and what an administrator looks for; the rest is nearly the whole log.
CREATE INDEX audit_log_of_failures ON audit_log (tenant_id, id) WHERE result = 'FAILED';

-- The log is append-only. Old records can be deleted, never changed, by a transaction that says so:
--   BEGIN; SET LOCAL roster.audit_prune = 'on'; DELETE FROM audit_log WHERE at < …; COMMIT;
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('roster.audit_prune', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'To delete old records, SET LOCAL roster.audit_prune = ''on'' in the same transaction.';
END;
$$;

CREATE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
