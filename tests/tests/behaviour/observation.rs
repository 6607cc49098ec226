//! What observers are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use workflow_runtime::{Observation, Observed, Watcher, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn full(x: String) -> Result<String> {
        a(x).await?;
        if x.is_empty() {
            b(x).await?;
        }
        let tried = patient(x).await?;
        c(tried).await
    }
}

/// An observation as one line.
fn line(seen: &Observation) -> String {
    let text = match &seen.event {
        Observed::StepBegan(at) => format!("began {} {}", at.node, at.attempt),
        Observed::StepSucceeded(at) => format!("succeeded {} {}", at.node, at.attempt),
        Observed::StepRetrying { at, error, wait } => format!("retrying {} {}: {error}, {wait:?}", at.node, at.attempt),
        Observed::StepFailed { at, error } => format!("failed {} {}: {error}", at.node, at.attempt),
        Observed::StepSkipped(at) => format!("skipped {} {}", at.node, at.attempt),
        Observed::CompensationBegan(at) => format!("undo began {} {}", at.node, at.attempt),
        Observed::CompensationSucceeded(at) => format!("undo succeeded {} {}", at.node, at.attempt),
        Observed::CompensationRetrying { at, error, wait } => {
            format!("undo retrying {} {}: {error}, {wait:?}", at.node, at.attempt)
        }
        Observed::CompensationFailed { at, error } => format!("undo failed {} {}: {error}", at.node, at.attempt),
        Observed::WorkflowCompleted => "completed".to_owned(),
        Observed::WorkflowFailed { status, error } => format!("{status}: {error}"),
        other => panic!("{other:?} is new"),
    };
    format!("{} {}: {text}", seen.execution_id, seen.workflow)
}

fn watcher() -> (Arc<Mutex<Vec<String>>>, Watcher) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    (lines, Watcher::new(move |seen: &Observation| into.lock().unwrap().push(line(seen))))
}

fn prefixed(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| format!("run-1 full: {line}")).collect()
}

// Case 53.
async fn an_observer_is_told_of_a_full_run_once_each_and_in_order(host: Host) {
    let (seen, watcher) = watcher();
    let host = host.observer(&watcher);
    let app = App::default().fails_times("patient", 1);
    host.run(full(x()).id("run-1"), &app).await.unwrap();
    watcher.flush().await;
    let expected = [
        "began a 1",
        "succeeded a 1",
        "skipped if#1/0/b 0",
        "began patient 1",
        "retrying patient 1: patient fails, 1s",
        "began patient 2",
        "succeeded patient 2",
        "began c 1",
        "succeeded c 1",
        "completed",
    ];
    assert_eq!(*seen.lock().unwrap(), prefixed(&expected));
}

// Case 53.
async fn an_observer_is_told_of_a_rollback_once_each_and_in_order(host: Host) {
    let (seen, watcher) = watcher();
    let host = host.observer(&watcher);
    let app = App::default().fails("c").fails_times("undo_patient", 1).fails("undo_a");
    host.run(full(x()).id("run-1"), &app).await.unwrap_err();
    watcher.flush().await;
    let expected = [
        "began a 1",
        "succeeded a 1",
        "skipped if#1/0/b 0",
        "began patient 1",
        "succeeded patient 1",
        "began c 1",
        "failed c 1: c fails",
        "undo began patient 1",
        "undo retrying patient 1: undo_patient fails, 1s",
        "undo began patient 2",
        "undo succeeded patient 2",
        "undo began a 1",
        "undo failed a 1: undo_a fails",
        "failed: workflow `full` failed at `c`: c fails; undone: patient; NOT undone: `a`: undo_a fails",
    ];
    assert_eq!(*seen.lock().unwrap(), prefixed(&expected));
}

workflow! {
    async fn beside(x: String) -> Result<()> {
        parallel!(patient(x), b(x)).await?;
        Ok(())
    }
}

async fn a_step_whose_retries_end_early_is_told_to_have_failed(host: Host) {
    let (seen, watcher) = watcher();
    let host = host.observer(&watcher);
    let app = App::default().fails("patient").fails("b").takes("b", 2);
    host.run(beside(x()).id("1"), &app).await.unwrap_err();
    watcher.flush().await;
    let told = seen.lock().unwrap().iter().filter(|line| line.contains(": failed")).cloned().collect::<Vec<_>>();
    let expected =
        ["1 beside: failed parallel#1/1/b 1: b fails", "1 beside: failed parallel#1/0/patient 2: patient fails"];
    assert_eq!(told, expected);
}

// Case 53.
async fn an_observer_that_panics_or_is_slow_disturbs_nothing(host: Host) {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let slow = Watcher::new(move |_: &Observation| {
        let _ = held.recv_timeout(Duration::from_secs(600));
    });
    let panicking = Watcher::new(|_: &Observation| panic!("an observer panics"));
    let app = App::default();
    let (seen, watcher) = watcher();
    let host = host.observer(&slow).observer(&panicking).observer(&watcher);
    host.run(full(x()).id("run-1"), &app).await.unwrap();
    // The slow one still holds the first observation, and the run is over.
    watcher.flush().await;
    panicking.flush().await;
    assert_eq!(seen.lock().unwrap().len(), 8);
    drop(release);
}

on_every_host![
    an_observer_is_told_of_a_full_run_once_each_and_in_order,
    an_observer_is_told_of_a_rollback_once_each_and_in_order,
    a_step_whose_retries_end_early_is_told_to_have_failed,
    an_observer_that_panics_or_is_slow_disturbs_nothing,
];
