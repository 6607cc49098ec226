//! Who owns a run, and how it is stopped.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, sleep};
use workflow_runtime::{NotCancelled, Status, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

workflow! {
    async fn three(x: String) -> Result<String> {
        let first = a(x).await?;
        let second = b(first).await?;
        c(second).await
    }
}

workflow! {
    async fn sleeps(x: String) -> Result<String> {
        a(x).await?;
        sleep!("2h").await;
        b(x).await
    }
}

// In process only: an engine owns its executions, whoever waits for them.
#[tokio::test(start_paused = true)]
async fn a_run_whose_future_is_dropped_stops_without_undoing() {
    let app = App::default().takes("b", 60);
    let stopped = tokio::time::timeout(Duration::from_secs(5), three(x()).run(&app)).await;
    assert!(stopped.is_err());
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(app.lines(), lines(["a(x)", "b(a(x))"]));
}

// In process only, as above.
#[tokio::test(start_paused = true)]
async fn a_spawned_workflow_whose_handle_is_dropped_finishes() {
    let app = Arc::new(App::default().takes("b", 60));
    drop(three(x()).spawn::<App>(Arc::clone(&app)));
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(app.lines(), lines(["a(x)", "b(a(x))", "b settles", "c(b(a(x)))"]));
}

async fn a_sleep_takes_virtual_time(host: Host) {
    let app = App::default();
    let begun = Instant::now();
    assert_eq!(host.run(sleeps(x()), &app).await.unwrap(), "b(x)");
    assert_eq!(begun.elapsed().as_secs(), 2 * 3600);
}

async fn a_cancel_lets_the_running_step_settle_and_then_undoes(host: Host) {
    let app = App::default().takes("b", 60);
    let handle = host.start(three(x()), &app).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(handle.cancel().await, Ok(()));
    assert_eq!(handle.cancel().await, Ok(()), "a second cancel is no different");
    let error = handle.result().await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.status(), Status::Compensated);
    assert_eq!(error.to_string(), "workflow `three` was cancelled; undone: b, a");
    assert_eq!(app.lines(), lines(["a(x)", "b(a(x))", "b settles", "undo b(a(x))", "undo a(x)"]));
}

async fn a_cancel_ends_a_wait_at_once(host: Host) {
    let begun = Instant::now();
    let handle = host.start(sleeps(x()), &App::default()).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(handle.cancel().await, Ok(()));
    assert_eq!(handle.result().await.unwrap_err().undone(), ["a"]);
    assert_eq!(begun.elapsed().as_secs(), 5);
}

async fn a_cancel_does_not_disturb_a_rollback(host: Host) {
    let app = App::default().fails("c").takes("undo_b", 60);
    let handle = host.start(three(x()), &app).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(handle.cancel().await, Ok(()));
    let error = handle.result().await.unwrap_err();
    assert!(!error.is_cancelled(), "it had failed by itself before");
    assert_eq!(error.undone(), ["b", "a"]);
}

async fn a_cancel_after_the_end_says_so(host: Host) {
    let handle = host.start(three(x()), &App::default()).await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(handle.cancel().await, Err(NotCancelled::Ended));
    assert_eq!(handle.result().await.unwrap(), "c(b(a(x)))");
}

on_every_host![
    a_sleep_takes_virtual_time,
    a_cancel_lets_the_running_step_settle_and_then_undoes,
    a_cancel_ends_a_wait_at_once,
    a_cancel_does_not_disturb_a_rollback,
    a_cancel_after_the_end_says_so,
];
