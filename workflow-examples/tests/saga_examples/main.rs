//! Everything that can go wrong in the workflows of the examples, each of which says beside its suite what has to be as
//! before when it fails.

use std::process::ExitCode;

use workflow_runtime::testing::run_suites;

/// Keeps what the steps print, because it is what they do.
macro_rules! println {
    ($($text:tt)*) => { $crate::notebook::write(&format!($($text)*)) };
}

mod notebook;

macro_rules! examples {
    ($($file:literal $example:ident)*) => {
        $(
            #[path = $file]
            #[allow(dead_code, unused_imports, reason = "a program of its own, with a `main`, and tests of its own")]
            mod $example;
        )*

        fn main() -> ExitCode {
            run_suites([$($example::suite::suites(notebook::done)),*].into_iter().flatten().collect())
        }
    };
}

examples! {
    "../../examples/01_basic_workflow.rs" basic_workflow
    "../../examples/02_services.rs" services
    "../../examples/03_compensation.rs" compensation
    "../../examples/04_expressions.rs" expressions
    "../../examples/05_parallel_steps.rs" parallel_steps
    "../../examples/06_conditions.rs" conditions
    "../../examples/07_batches.rs" batches
    "../../examples/08_automatic_compensation.rs" automatic_compensation
    "../../examples/09_retries_and_idempotency_keys.rs" retries_and_idempotency_keys
    "../../examples/10_handled_errors.rs" handled_errors
    "../../examples/11_workflow_in_workflow.rs" workflow_in_workflow
    "../../examples/12_manual_compensation.rs" manual_compensation
    "../../examples/13_sleep_and_signals.rs" sleep_and_signals
    "../../examples/14_events.rs" events
    "../../examples/15_observers.rs" observers
    "../../examples/16_axum_route.rs" axum_route
    "../../examples/17_database_transaction.rs" database_transaction
    "../../examples/19_testing_a_workflow.rs" testing_a_workflow
    "../../examples/20_durable_waiting.rs" durable_waiting
    "../../examples/21_recovery.rs" recovery
    "../../examples/22_schedules.rs" schedules
    "../../examples/23_undo_of_a_completed_execution.rs" undo_of_a_completed_execution
    "../../examples/24_versions.rs" versions
}
