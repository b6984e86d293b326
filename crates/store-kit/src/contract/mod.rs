//! The promises of the `Store` port, as tests that every store runs.
//!
//! One module per subject, one function per promise; the name of a function is the promise in a
//! sentence. A store writes, in its `tests/contract.rs`:
//!
//! ```text
//! async fn fresh() -> Fresh { /* an empty, migrated database */ }
//! roster_store_kit::contract_tests!(fresh);
//! ```
//!
//! and gets a `#[tokio::test]` for each. A new promise is written into its module and into the
//! list below; a test at the foot of this file fails when it stands in only one of them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests: each name is a sentence, and a promise that does not hold fails loudly"
)]

pub mod admins;
pub mod atomicity;
pub mod audit;
pub mod erasure;
pub mod identities;
pub mod isolation;
pub mod keys_and_links;
pub mod lists;
pub mod retention;
pub mod roles;
pub mod saml_settings;
pub mod scim_contacts;
pub mod searches;
pub mod sessions;
pub mod settings;
pub mod tenants;
pub mod tokens;
pub mod users;
pub mod versions;
pub mod world;

use std::any::Any;
use std::sync::Arc;

use roster_application::ports::store::Store;

/// An empty, migrated database for one test.
pub struct Fresh {
    /// The store on it.
    pub store: Arc<dyn Store>,
    /// What must live as long as the test: a temporary directory, a guard that drops a database.
    pub keep: Box<dyn Any + Send>,
}

/// Makes a `#[tokio::test]` of each promise. Takes the name of an `async fn() -> Fresh`.
#[macro_export]
macro_rules! contract_tests {
    ($fresh:ident) => {
        $crate::contract_tests! { $fresh:
            tenants {
                a_migrated_store_is_ready,
                a_new_tenant_has_its_roles_and_settings_and_is_found_by_its_slug,
                tenants_are_listed_by_slug,
                a_slug_is_given_once,
                a_tenant_is_created_through_the_handle_of_its_own_id_alone,
                a_tenant_that_does_not_exist_has_nothing_and_takes_nothing,
            }
            isolation {
                the_same_names_can_be_used_in_two_tenants,
                no_read_reaches_into_another_tenant,
                no_write_reaches_into_another_tenant,
                no_role_of_another_tenant_can_be_given,
            }
            users {
                every_field_of_a_user_reads_back,
                a_changed_user_reads_back_with_every_field,
                user_names_and_emails_are_unique_without_regard_to_case,
                a_user_can_not_take_the_name_of_another,
                a_user_may_change_the_case_of_the_own_names,
                a_user_is_found_by_folded_names_whatever_their_case_was,
                external_ids_are_compared_exactly_and_need_not_be_unique,
                a_question_for_an_impossible_text_finds_nobody,
            }
            lists {
                pages_are_in_the_order_of_creation_then_of_id,
                an_offset_beyond_the_end_shows_nobody_but_counts_all,
                a_limit_of_nothing_gives_the_total_alone,
                pages_miss_and_repeat_nobody_while_people_are_added,
                the_total_counts_the_people_that_were_created_and_no_others,
                the_cursor_walks_over_equal_times_of_creation,
                the_cursor_walks_back_the_way_it_came,
            }
            searches {
                a_search_looks_into_all_four_names_in_any_case,
                a_search_takes_every_character_literally,
                filters_combine,
                a_role_finds_those_who_have_it_and_those_who_wait_for_it,
            }
            roles {
                every_field_of_a_role_reads_back,
                the_admin_role_has_every_permission_whatever_was_stored,
                role_names_are_unique_without_regard_to_case,
                a_renamed_role_is_renamed_for_everybody_who_has_it,
                usage_counts_those_who_have_a_role_and_those_who_wait_for_it,
                the_usage_of_all_roles_names_each_that_is_used,
                a_role_that_nobody_uses_is_deleted,
                a_role_that_somebody_has_stays,
                a_role_that_somebody_waits_for_stays,
                the_default_role_stays,
                whoever_assigns_a_role_that_was_deleted_meanwhile_decides_again,
                a_role_is_not_deleted_and_assigned_at_once,
            }
            settings {
                every_field_of_the_settings_reads_back,
                a_default_role_that_was_deleted_meanwhile_is_a_conflict,
            }
            versions {
                a_user_of_another_version_is_not_written,
                a_role_of_another_version_is_neither_written_nor_deleted,
                a_token_of_another_version_is_not_written,
                settings_of_another_version_are_not_written,
                what_does_not_exist_is_not_written,
                sixty_four_writers_of_one_user_lose_nothing,
            }
            admins {
                the_last_admin_stays,
                an_admin_without_access_is_no_other_admin,
                an_admin_who_waits_for_another_role_is_no_other_admin,
                who_waits_to_become_an_admin_is_no_other_admin,
                an_admin_may_go_when_there_is_another,
                an_admin_with_an_admin_role_pending_counts,
                of_two_admins_who_demote_each_other_at_once_one_stays,
                an_admin_is_not_lost_between_a_deactivation_and_a_demotion,
            }
            atomicity {
                nobody_is_created_without_an_audit_record,
                no_tenant_is_created_by_half,
                nothing_is_changed_without_an_audit_record,
                nobody_signs_in_without_an_audit_record,
                a_commit_that_fails_leaves_no_audit_record,
            }
            tokens {
                every_field_of_a_token_reads_back,
                a_changed_token_reads_back_with_every_field,
                a_token_is_found_by_its_present_and_its_previous_hash,
                a_token_that_is_revoked_is_found_but_not_listed,
                tokens_are_listed_in_the_order_of_creation,
                tokens_are_found_by_name_in_any_case_revoked_ones_too,
                a_last_use_is_noted_and_only_moves_forward,
                the_latest_of_several_uses_in_one_batch_is_kept,
                a_last_use_that_is_unknown_here_changes_nothing,
                a_changed_token_keeps_its_last_use,
            }
            audit {
                every_field_of_a_record_reads_back,
                every_action_result_target_and_actor_reads_back,
                a_change_is_recorded_in_the_same_commit,
                a_refusal_is_recorded_and_changes_nothing,
                records_are_listed_newest_first_and_in_pages,
                each_filter_selects_what_it_says,
                records_are_selected_by_the_kind_of_their_actor,
                a_time_is_that_of_the_record_and_not_that_of_its_id,
                filters_of_the_log_combine,
            }
            retention {
                the_oldest_records_are_found_a_stretch_at_a_time,
                old_records_are_deleted_and_a_record_says_so,
                a_stretch_that_was_counted_otherwise_stays,
                of_ten_who_delete_one_stretch_at_once_one_does,
            }
            erasure {
                an_erased_person_is_nobody_anywhere,
                a_person_of_another_version_is_not_erased,
                a_redacted_record_takes_the_place_of_its_own_and_of_no_other,
                a_record_that_was_changed_meanwhile_is_not_redacted,
                of_ten_who_redact_one_record_at_once_one_does,
                nothing_is_erased_without_an_audit_record,
                a_scrubbed_store_goes_on,
            }
            identities {
                an_identity_reads_back_and_finds_its_user,
                an_identity_may_be_longer_than_an_index_can_hold,
                an_identity_is_that_of_one_user,
                a_user_is_bound_freed_and_bound_again,
                of_many_first_sign_ins_of_one_person_at_once_one_creates,
                the_same_identity_can_be_used_in_two_tenants,
                the_epoch_of_a_users_sessions_reads_back,
            }
            saml_settings {
                saml_settings_that_were_never_written_are_so,
                every_field_of_the_saml_settings_reads_back,
                saml_settings_of_another_version_are_not_written,
                of_many_who_write_the_first_saml_settings_at_once_one_does,
                twenty_writers_of_the_saml_settings_lose_nothing,
                saml_settings_do_not_reach_into_another_tenant,
                a_tenant_that_does_not_exist_takes_no_saml_settings,
                a_check_of_the_metadata_is_noted,
                a_check_of_the_metadata_is_claimed_when_it_is_due,
                of_many_who_claim_a_check_at_once_one_gets_it,
            }
            scim_contacts {
                every_field_of_a_contact_reads_back,
                a_contact_only_moves_forward,
                no_contact_reaches_into_another_tenant,
            }
            sessions {
                every_field_of_a_session_reads_back,
                an_operators_session_reads_back_and_is_no_persons,
                a_session_is_found_by_its_secret_even_when_it_has_expired,
                a_session_comes_with_the_person_as_they_are_now,
                a_session_has_the_permissions_of_the_role_in_force,
                an_admins_session_has_every_permission_whatever_was_stored,
                the_sessions_of_a_person_are_listed_newest_first,
                a_session_begins_only_for_the_version_it_was_decided_on,
                a_secret_opens_one_session_only,
                a_session_that_was_ended_is_gone_and_can_not_be_ended_again,
                of_many_who_end_a_session_at_once_one_does,
                a_use_of_a_session_is_noted_and_only_moves_forward,
                sessions_that_are_over_are_deleted_in_every_tenant,
                no_session_reaches_into_another_tenant,
            }
            keys_and_links {
                every_field_of_a_link_reads_back,
                a_link_opens_one_session_and_is_used_up,
                a_link_that_has_expired_or_is_unknown_opens_nothing,
                of_twenty_who_redeem_one_link_at_once_one_gets_in,
                no_link_reaches_into_another_tenant,
                links_that_expired_long_ago_are_deleted_in_every_tenant,
                what_was_used_once_is_not_used_again,
                a_mark_counts_until_it_is_deleted_and_not_only_until_it_ends,
                many_marks_are_made_and_deleted_at_once,
                of_twenty_who_use_one_thing_at_once_one_may,
                every_field_of_a_signing_key_reads_back,
                a_key_follows_the_newest_or_none,
                dead_keys_go_with_the_commit_that_adds_one,
                of_ten_who_add_a_key_at_once_one_does,
            }
        }
    };
    ($fresh:ident: $($module:ident { $($promise:ident),+ $(,)? })+) => {
        $(
            mod $module {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $promise() {
                        let fresh: $crate::contract::Fresh = super::$fresh().await;
                        $crate::contract::$module::$promise(::std::sync::Arc::clone(&fresh.store)).await;
                    }
                )+
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_promise_is_in_the_list() {
        let list: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.trim().strip_suffix(','))
            .collect();
        for module in [
            include_str!("admins.rs"),
            include_str!("atomicity.rs"),
            include_str!("audit.rs"),
            include_str!("erasure.rs"),
            include_str!("identities.rs"),
            include_str!("isolation.rs"),
            include_str!("keys_and_links.rs"),
            include_str!("lists.rs"),
            include_str!("retention.rs"),
            include_str!("roles.rs"),
            include_str!("saml_settings.rs"),
            include_str!("scim_contacts.rs"),
            include_str!("searches.rs"),
            include_str!("sessions.rs"),
            include_str!("settings.rs"),
            include_str!("tenants.rs"),
            include_str!("tokens.rs"),
            include_str!("users.rs"),
            include_str!("versions.rs"),
        ] {
            let promises = module
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn "));
            let promises: Vec<&str> = promises.filter_map(|line| line.split('(').next()).collect();
            assert!(!promises.is_empty());
            for promise in promises {
                assert!(
                    list.contains(&promise),
                    "{promise} is not in the list of contract_tests!"
                );
            }
        }
    }
}
