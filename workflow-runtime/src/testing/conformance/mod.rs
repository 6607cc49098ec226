//! One suite for every store: each promise of [`Store`] as a named check.

mod appending;
mod claiming;
mod concurrency;
mod creating;
mod fixture;
mod leases;
mod listing;
mod mail;
mod outbox;
mod payloads;
mod retention;
mod schedules;

use std::fmt;
use std::future::Future;

use crate::store::{PayloadLimit, Store};

/// How the suite comes by the stores that it checks.
pub trait StoreSetup: Send + Sync {
    /// The store.
    type Store: Store;

    /// An empty store that takes payloads of this size.
    fn empty(&self, limit: PayloadLimit) -> impl Future<Output = Self::Store> + Send;

    /// A second way to what a store holds, as another process would open it; `None` if there is no such thing.
    fn again(&self, store: &Self::Store) -> impl Future<Output = Option<Self::Store>> + Send;
}

/// The checks that a store did not pass.
#[derive(Debug)]
pub struct NotConforming {
    checks: usize,
    failures: Vec<(&'static str, anyhow::Error)>,
}

impl NotConforming {
    /// The names of the checks that failed.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.failures.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for NotConforming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store does not pass {} of {} checks:", self.failures.len(), self.checks)?;
        for (name, error) in &self.failures {
            write!(f, "\n  {}: {error:#}", name.replace('_', " "))?;
        }
        Ok(())
    }
}

impl std::error::Error for NotConforming {}

macro_rules! checks {
    ($setup:ident: $($module:ident { $($check:ident),* $(,)? })*) => {{
        let mut failures = Vec::new();
        let mut checks = 0;
        $($(
            checks += 1;
            if let Err(error) = $module::$check($setup).await {
                failures.push((stringify!($check), error));
            }
        )*)*
        (checks, failures)
    }};
}

/// Checks that a store keeps the promises of [`Store`]; how many checks it passed.
///
/// ```
/// use workflow_runtime::store::{MemoryStore, PayloadLimit};
/// use workflow_runtime::testing::{StoreSetup, store_conformance};
///
/// struct InMemory;
///
/// impl StoreSetup for InMemory {
///     type Store = MemoryStore;
///
///     async fn empty(&self, limit: PayloadLimit) -> MemoryStore {
///         MemoryStore::new().payload_limit(limit)
///     }
///
///     async fn again(&self, store: &MemoryStore) -> Option<MemoryStore> {
///         Some(store.clone())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// store_conformance(&InMemory).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// Every check that the store did not pass, with what it did instead.
pub async fn store_conformance(setup: &impl StoreSetup) -> Result<usize, NotConforming> {
    let (checks, failures) = checks! { setup:
        creating {
            what_was_created_is_loaded_and_has_its_events,
            an_id_has_one_execution,
            a_further_run_keeps_the_journal_of_the_first,
            only_an_ended_execution_is_replaced,
            what_is_not_there_is_not_found,
        }
        appending {
            an_append_changes_everything_that_it_carries,
            an_append_of_another_owner_is_lost,
            an_append_at_another_revision_is_lost,
            a_lost_append_leaves_no_trace,
            a_failed_attempt_changes_the_row_and_not_the_journal,
            what_ends_belongs_to_nobody,
            a_result_stays_until_it_is_replaced,
        }
        claiming {
            what_is_due_is_claimed_once,
            the_longest_due_comes_first,
            a_claim_takes_no_more_than_its_limit,
            what_others_hold_is_left_alone,
            only_known_workflows_are_claimed,
            another_version_is_left_for_a_while_to_one_who_knows_it,
            what_is_parked_or_ended_is_not_claimed,
            a_claim_says_when_to_come_again,
            a_released_execution_is_claimed_when_it_is_due,
            one_execution_can_be_taken_whatever_its_status,
        }
        leases {
            after_its_lease_an_owner_loses_what_it_held,
            a_renewed_lease_holds,
            a_worker_does_not_claim_from_itself,
            a_retired_owner_leaves_everything_at_once,
            an_owner_without_a_lease_holds_nothing,
            a_taken_execution_respects_leases,
        }
        mail {
            a_message_arrives_once,
            messages_are_read_in_order_until_they_are_consumed,
            a_consumed_message_never_comes_back,
            mail_makes_a_waiting_execution_due,
            mail_that_comes_before_the_release_is_not_missed,
            an_owner_sees_its_mail_in_one_question,
            mail_to_nobody_or_to_the_ended_is_refused,
            a_lost_append_consumes_nothing,
        }
        listing {
            every_filter_filters,
            filters_combine,
            pages_hold_everything_once,
            executions_that_begin_meanwhile_do_not_shift_pages,
            a_prefix_is_taken_literally,
        }
        outbox {
            released_events_are_read_in_order,
            a_subscriber_goes_on_where_it_was,
            a_position_never_moves_back,
            one_owner_delivers_to_a_subscriber,
            a_lost_append_releases_nothing,
        }
        retention {
            only_old_and_ended_executions_are_forgotten,
            forgetting_takes_everything_with_it,
            forgetting_is_done_in_portions,
            released_events_stay_until_every_subscriber_has_seen_them,
        }
        schedules {
            a_schedule_is_written_by_compare_and_set,
            schedules_are_listed_by_name_and_removed,
        }
        payloads {
            payloads_come_back_byte_for_byte,
            big_payloads_are_kept,
            a_payload_that_is_too_big_is_refused_and_nothing_written,
        }
        concurrency {
            of_many_creations_one_wins,
            of_many_appends_at_one_revision_one_wins,
            many_claims_share_the_work,
            many_executions_at_once_lose_nothing,
            the_same_message_from_many_arrives_once,
            what_one_wrote_another_reads,
        }
    };
    if failures.is_empty() { Ok(checks) } else { Err(NotConforming { checks, failures }) }
}
