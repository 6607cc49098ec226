//! What a workflow does, case by case: each test is one sentence about it, and is run in process and on engines. Time is
//! virtual throughout.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod conditions;
mod data;
mod errors;
mod events;
mod failures_at_once;
mod graphs;
mod handled_failures;
mod host;
mod manual_undo;
mod observation;
mod order;
mod pivots;
mod retries;
mod rollback;
mod rollback_of_groups;
mod round_trips;
mod run_and_spawn;
mod signals;
mod support;
mod timeouts;
