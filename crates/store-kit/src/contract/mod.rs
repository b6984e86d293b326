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
pub mod isolation;
pub mod lists;
pub mod roles;
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
                a_search_looks_into_all_four_names_in_any_case,
                a_search_takes_every_character_literally,
                filters_combine,
            }
            roles {
                every_field_of_a_role_reads_back,
                the_admin_role_has_every_permission_whatever_was_stored,
                role_names_are_unique_without_regard_to_case,
                a_renamed_role_is_renamed_for_everybody_who_has_it,
                usage_counts_those_who_have_a_role_and_those_who_wait_for_it,
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
                a_commit_that_fails_leaves_no_audit_record,
            }
            tokens {
                every_field_of_a_token_reads_back,
                a_changed_token_reads_back_with_every_field,
                a_token_is_found_by_its_present_and_its_previous_hash,
                a_token_that_is_revoked_is_found_but_not_listed,
                tokens_are_listed_in_the_order_of_creation,
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
                a_time_is_that_of_the_record_and_not_that_of_its_id,
                filters_of_the_log_combine,
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
            include_str!("isolation.rs"),
            include_str!("lists.rs"),
            include_str!("roles.rs"),
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
