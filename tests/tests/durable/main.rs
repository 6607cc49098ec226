//! Durable executions: what the engine promises, promise by promise.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod a_file_that_cannot_be_written;
mod a_store_that_does_not_answer;
mod an_ended_id_may_run_again;
mod changed_definitions_are_parked;
mod damage_stays_where_it_is;
mod events_are_released_once_and_in_order;
mod every_prefix_of_a_journal_resumes;
mod ground;
mod lab;
mod one_id_is_one_execution;
mod one_write_for_each_step;
mod requests_at_any_time;
mod rollback_survives;
mod schedules_tick_once;
mod signals_arrive_once;
mod snapshots_tell_what_parks;
mod sqlite_outlives_engines;
mod stopping_at_any_write_loses_nothing;
mod two_engines_share_a_store;
mod waiting_takes_no_task;
mod what_ran_at_a_crash_runs_again;
mod what_was_left_is_taken_up;
mod whoever_waits_is_told;
