//! The tables of `migrations/postgres`, as diesel sees them.

// Each table! makes public items in a module that is private to this crate.
#![allow(unreachable_pub, missing_docs)]

diesel::table! {
    tenants (id) {
        id -> Uuid,
        slug -> Text,
        created_at -> Timestamptz,
        user_count -> BigInt,
    }
}

diesel::table! {
    settings (tenant_id) {
        tenant_id -> Uuid,
        scim_role_attribute -> Text,
        default_role_id -> Uuid,
        version -> BigInt,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    roles (id) {
        id -> Uuid,
        tenant_id -> Uuid,
        name -> Text,
        name_key -> Text,
        permissions -> Jsonb,
        is_admin -> Bool,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        tenant_id -> Uuid,
        user_name -> Text,
        user_name_key -> Text,
        email -> Text,
        email_key -> Text,
        given_name -> Text,
        family_name -> Text,
        external_id -> Nullable<Text>,
        active -> Bool,
        role_id -> Uuid,
        pending_role_id -> Nullable<Uuid>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search_key -> Text,
        idp_entity_id -> Nullable<Text>,
        name_id -> Nullable<Text>,
        identity_key -> Nullable<Bytea>,
        session_epoch -> BigInt,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Uuid,
        tenant_id -> Uuid,
        name -> Text,
        permissions -> Jsonb,
        allowed_networks -> Jsonb,
        expires_at -> Nullable<Timestamptz>,
        hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        previous_valid_until -> Nullable<Timestamptz>,
        created_by_kind -> Text,
        created_by_name -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        last_used_from -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    audit_log (tenant_id, id) {
        id -> Uuid,
        tenant_id -> Uuid,
        at -> Timestamptz,
        action -> Text,
        result -> Text,
        description -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        target_kind -> Text,
        target_id -> Nullable<Uuid>,
        target_name -> Text,
        changes -> Jsonb,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        tenant_id -> Uuid,
        secret_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        user_epoch -> Nullable<BigInt>,
        idp_entity_id -> Nullable<Text>,
        name_id -> Nullable<Text>,
        name_id_format -> Nullable<Text>,
        session_index -> Nullable<Text>,
        operator_name -> Nullable<Text>,
        started_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    saml_settings (tenant_id) {
        tenant_id -> Uuid,
        document -> Jsonb,
        version -> BigInt,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    saml_metadata_checks (tenant_id) {
        tenant_id -> Uuid,
        checked_at -> Timestamptz,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    scim_contacts (tenant_id) {
        tenant_id -> Uuid,
        at -> Timestamptz,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        token_id -> Uuid,
        token_name -> Text,
    }
}

diesel::table! {
    used_once (tenant_id, hash) {
        tenant_id -> Uuid,
        hash -> Bytea,
        until -> Timestamptz,
    }
}

diesel::table! {
    admin_links (id) {
        id -> Uuid,
        tenant_id -> Uuid,
        secret_hash -> Bytea,
        created_by -> Text,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        public_jwk -> Text,
        private_key -> Bytea,
        created_at -> Timestamptz,
        signs_from -> Timestamptz,
    }
}

diesel::table! {
    /// Kept by diesel: the migrations that were run.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

diesel::table! {
    /// What a program must know to work on this schema.
    schema_compatibility (only_row) {
        only_row -> Bool,
        oldest_migration -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(tenants, settings, roles, users, sessions);
