-- The tables of Roster.
--
-- Ids are 16 bytes, so that they sort as they do elsewhere. Times are whole microseconds since
-- 1970 in UTC. Text compares byte by byte (SQLite's BINARY): the program folds letter case itself
-- and keeps the folded form in a column of its own (…_key), so that every database agrees on what
-- is equal.
--
-- The columns of the unique constraints are read by the program, from SQLite's message: they say
-- which name was not free.

CREATE TABLE tenants (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug        TEXT NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    -- Counted up by the transaction that creates a person, so that a total costs no scan.
    user_count  INTEGER NOT NULL DEFAULT 0 CHECK (user_count >= 0)
) STRICT;

CREATE TABLE roles (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id   BLOB NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    permissions TEXT NOT NULL CHECK (json_type(permissions) = 'array'),
    is_admin    INTEGER NOT NULL CHECK (is_admin IN (0, 1)),
    version     INTEGER NOT NULL CHECK (version >= 1),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (tenant_id, name_key),
    -- What the foreign keys below refer to, so that no record can point at another tenant's role.
    UNIQUE (tenant_id, id)
) STRICT;

CREATE TABLE settings (
    tenant_id           BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE RESTRICT,
    scim_role_attribute TEXT NOT NULL,
    default_role_id     BLOB NOT NULL,
    version             INTEGER NOT NULL CHECK (version >= 1),
    updated_at          INTEGER NOT NULL,
    FOREIGN KEY (tenant_id, default_role_id) REFERENCES roles (tenant_id, id) ON DELETE RESTRICT
) STRICT;

-- The tenant is vouched for by the role: a foreign key to tenants would check it a second time.
CREATE TABLE users (
    id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id       BLOB NOT NULL,
    user_name       TEXT NOT NULL,
    user_name_key   TEXT NOT NULL,
    email           TEXT NOT NULL,
    email_key       TEXT NOT NULL,
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    external_id     TEXT,
    active          INTEGER NOT NULL CHECK (active IN (0, 1)),
    role_id         BLOB NOT NULL,
    pending_role_id BLOB,
    version         INTEGER NOT NULL CHECK (version >= 1),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    -- userName, e-mail and names, folded, one a line: what a search looks through.
    search_key      TEXT NOT NULL,
    UNIQUE (tenant_id, user_name_key),
    UNIQUE (tenant_id, email_key),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (tenant_id, pending_role_id) REFERENCES roles (tenant_id, id) ON DELETE RESTRICT
) STRICT;

CREATE INDEX users_in_order ON users (tenant_id, created_at, id);
-- In the order of lists, too: or SQLite would rather walk a whole tenant than sort what it finds.
CREATE INDEX users_by_external_id ON users (tenant_id, external_id, created_at, id) WHERE external_id IS NOT NULL;
CREATE INDEX users_by_role ON users (tenant_id, role_id);
CREATE INDEX users_by_pending_role ON users (tenant_id, pending_role_id) WHERE pending_role_id IS NOT NULL;

CREATE TABLE api_tokens (
    id                   BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    tenant_id            BLOB NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    name                 TEXT NOT NULL,
    permissions          TEXT NOT NULL CHECK (json_type(permissions) = 'array'),
    allowed_networks     TEXT NOT NULL CHECK (json_type(allowed_networks) = 'array'),
    expires_at           INTEGER,
    hash                 BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    previous_hash        BLOB CHECK (length(previous_hash) = 32),
    previous_valid_until INTEGER,
    created_by_kind      TEXT NOT NULL,
    created_by_name      TEXT NOT NULL,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    revoked_at           INTEGER,
    last_used_at         INTEGER,
    last_used_from       TEXT,
    version              INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((previous_hash IS NULL) = (previous_valid_until IS NULL))
) STRICT;

CREATE INDEX api_tokens_in_order ON api_tokens (tenant_id, created_at, id);
CREATE INDEX api_tokens_by_previous_hash ON api_tokens (previous_hash, tenant_id) WHERE previous_hash IS NOT NULL;

-- No foreign keys: a record outlives what it is about.
CREATE TABLE audit_log (
    id          BLOB NOT NULL CHECK (length(id) = 16),
    tenant_id   BLOB NOT NULL,
    at          INTEGER NOT NULL,
    action      TEXT NOT NULL,
    result      TEXT NOT NULL,
    description TEXT NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    BLOB,
    actor_name  TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id   BLOB,
    target_name TEXT NOT NULL,
    changes     TEXT NOT NULL CHECK (json_type(changes) = 'array'),
    source_ip   TEXT,
    user_agent  TEXT,
    request_id  TEXT,
    -- Serves "newest first" too: ids are in the order of time.
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE INDEX audit_log_by_action ON audit_log (tenant_id, action, id);
CREATE INDEX audit_log_by_actor ON audit_log (tenant_id, actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_log_by_target ON audit_log (tenant_id, target_id, id) WHERE target_id IS NOT NULL;
-- Failures are few, and what an administrator looks for; the rest is nearly the whole log.
CREATE INDEX audit_log_of_failures ON audit_log (tenant_id, id) WHERE result = 'FAILED';

-- The log is append-only. SQLite knows no users and no settings of a session, so deleting can't be
-- allowed to some and refused to others as in PostgreSQL: only changing a record is refused here,
-- and whoever may write the file may delete old records from it.
CREATE TRIGGER audit_log_append_only BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: UPDATE is refused');
END;
