//! The tables of `migrations/sqlite`, as diesel sees them.

// Each table! makes public items in a module that is private to this crate.
#![allow(unreachable_pub, missing_docs)]

diesel::table! {
    tenants (id) {
        id -> Binary,
        slug -> Text,
        created_at -> BigInt,
        user_count -> BigInt,
    }
}

diesel::table! {
    settings (tenant_id) {
        tenant_id -> Binary,
        scim_role_attribute -> Text,
        default_role_id -> Binary,
        version -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    roles (id) {
        id -> Binary,
        tenant_id -> Binary,
        name -> Text,
        name_key -> Text,
        permissions -> Json,
        is_admin -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Binary,
        tenant_id -> Binary,
        user_name -> Text,
        user_name_key -> Text,
        email -> Text,
        email_key -> Text,
        given_name -> Text,
        family_name -> Text,
        external_id -> Nullable<Text>,
        active -> Bool,
        role_id -> Binary,
        pending_role_id -> Nullable<Binary>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        search_key -> Text,
        idp_entity_id -> Nullable<Text>,
        name_id -> Nullable<Text>,
        identity_key -> Nullable<Binary>,
        session_epoch -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Binary,
        tenant_id -> Binary,
        secret_hash -> Binary,
        user_id -> Nullable<Binary>,
        user_epoch -> Nullable<BigInt>,
        idp_entity_id -> Nullable<Text>,
        name_id -> Nullable<Text>,
        name_id_format -> Nullable<Text>,
        session_index -> Nullable<Text>,
        operator_name -> Nullable<Text>,
        started_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    saml_settings (tenant_id) {
        tenant_id -> Binary,
        document -> Json,
        version -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    saml_metadata_checks (tenant_id) {
        tenant_id -> Binary,
        checked_at -> BigInt,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    scim_contacts (tenant_id) {
        tenant_id -> Binary,
        at -> BigInt,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        token_id -> Binary,
        token_name -> Text,
    }
}

diesel::table! {
    used_once (tenant_id, hash) {
        tenant_id -> Binary,
        hash -> Binary,
        until -> BigInt,
    }
}

diesel::table! {
    admin_links (id) {
        id -> Binary,
        tenant_id -> Binary,
        secret_hash -> Binary,
        created_by -> Text,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        public_jwk -> Text,
        private_key -> Binary,
        created_at -> BigInt,
        signs_from -> BigInt,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Binary,
        tenant_id -> Binary,
        name -> Text,
        permissions -> Json,
        allowed_networks -> Json,
        expires_at -> Nullable<BigInt>,
        hash -> Binary,
        previous_hash -> Nullable<Binary>,
        previous_valid_until -> Nullable<BigInt>,
        created_by_kind -> Text,
        created_by_name -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        last_used_from -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    audit_log (tenant_id, id) {
        id -> Binary,
        tenant_id -> Binary,
        at -> BigInt,
        action -> Text,
        result -> Text,
        description -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Binary>,
        actor_name -> Text,
        target_kind -> Text,
        target_id -> Nullable<Binary>,
        target_name -> Text,
        changes -> Json,
        source_ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
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
