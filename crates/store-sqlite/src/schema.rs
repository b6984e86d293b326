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

diesel::allow_tables_to_appear_in_same_query!(tenants, settings, roles, users);
