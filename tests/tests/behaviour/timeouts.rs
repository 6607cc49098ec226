//! Timeouts of steps, of workflows and of children.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;
use workflow_runtime::{Outcome, Status, StepContext, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

/// Writes down that it was dropped before its end.
struct Dropped<'a>(&'a Log);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.add("dropped");
    }
}

#[step(compensate = undo_limited, timeout = "10s", retry(attempts = 2, backoff = "1s..1s", jitter = false))]
async fn limited(hangs: u32, log: &Log, ctx: &StepContext) -> Result<u32> {
    log.add(format!("limited {}", ctx.attempt()));
    if ctx.attempt() <= hangs {
        let _dropped = Dropped(log);
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    Ok(ctx.attempt())
}

#[step]
async fn undo_limited(heard: Outcome<u32>, log: &Log) -> Result<()> {
    log.add(format!("undo limited: {heard:?}"));
    Ok(())
}

workflow! {
    async fn with_a_limit(hangs: u32) -> Result<u32> {
        a(x()).await?;
        limited(hangs).await
    }
}

// Case 37.
async fn a_step_that_times_out_is_dropped_and_retried(host: Host) {
    let app = App::default();
    let begun = Instant::now();
    assert_eq!(host.run(with_a_limit(1), &app).await.unwrap(), 2);
    assert_eq!(app.lines(), lines(["a(x)", "limited 1", "dropped", "limited 2"]));
    assert_eq!(begun.elapsed().as_secs(), 11);
}

// Case 37.
async fn a_step_that_times_out_for_good_may_have_had_its_effect(host: Host) {
    let app = App::default();
    let error = host.run(with_a_limit(9), &app).await.unwrap_err();
    let expected = ["a(x)", "limited 1", "dropped", "limited 2", "dropped", "undo limited: Unknown", "undo a(x)"];
    assert_eq!(app.lines(), lines(expected));
    assert_eq!(error.error().unwrap().to_string(), "timed out after 10s");
    assert_eq!(error.attempts(), Some(2));
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn during_a_step(x: String) -> Result<()> {
        a(x).await?;
        b(x).await?;
        c(x).await?;
        Ok(())
    }
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn during_a_sleep(x: String) -> Result<()> {
        a(x).await?;
        sleep!("1h").await;
        b(x).await?;
        Ok(())
    }
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn during_a_signal(x: String) -> Result<String> {
        a(x).await?;
        let answer = signal!(String).await?;
        b(answer).await
    }
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn during_a_group(x: String) -> Result<()> {
        a(x).await?;
        parallel!(
            async {
                b(x).await?;
                c(x).await
            },
            async {
                sleep!("1h").await;
                d(x).await
            },
        ).await?;
        Ok(())
    }
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn during_retries(x: String) -> Result<()> {
        a(x).await?;
        patient(x).await?;
        Ok(())
    }
}

// Case 38.
async fn when_a_workflow_times_out_a_running_step_settles_and_then_all_is_undone(host: Host) {
    let app = App::default().takes("b", 15);
    let error = host.run(during_a_step(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "b settles", "undo b(x)", "undo a(x)"]));
    assert_eq!(error.timed_out_at(), Some("b"));
    assert_eq!(error.status(), Status::Compensated);
    assert_eq!(error.to_string(), "workflow `during_a_step` timed out at `b`; undone: b, a");
}

// Case 38.
async fn when_a_workflow_times_out_waits_end_at_once(host: Host) {
    let app = App::default();
    let begun = Instant::now();
    let error = host.run(during_a_sleep(x()), &app).await.unwrap_err();
    assert_eq!(error.timed_out_at(), Some("sleep#1"));
    assert_eq!(app.lines(), lines(["a(x)", "undo a(x)"]));
    let handle = host.start(during_a_signal(x()), &App::default()).await;
    let error = handle.result().await.unwrap_err();
    assert_eq!(error.timed_out_at(), Some("String"));
    assert_eq!(error.undone(), ["a"]);
    assert_eq!(begun.elapsed().as_secs(), 20);
}

// Case 38.
async fn when_a_workflow_times_out_in_a_group_what_runs_settles(host: Host) {
    let app = App::default().takes("b", 15);
    let error = host.run(during_a_group(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "b settles", "undo b(x)", "undo a(x)"]));
    assert_eq!(error.timed_out_at(), Some("parallel#1/0/b"));
}

async fn when_a_workflow_times_out_there_are_no_more_attempts(host: Host) {
    let app = App::default().takes("patient", 8).fails("patient");
    let error = host.run(during_retries(x()), &app).await.unwrap_err();
    // The first attempt ends after 8 s, the second one runs while the timeout fires, a third one is not made.
    let expected = [
        "a(x)",
        "patient(x) 1",
        "patient settles",
        "patient(x) 2",
        "patient settles",
        "undo patient: Unknown 1",
        "undo a(x)",
    ];
    assert_eq!(app.lines(), lines(expected));
    assert_eq!(error.timed_out_at(), Some("patient"));
}

workflow! {
    #[workflow(timeout = "10s")]
    async fn handles_too_late(x: String) -> Result<()> {
        a(x).await?;
        let result = b(x).await;
        let text = format!("{}", result.is_ok());
        c(text).await?;
        Ok(())
    }
}

// Case 39.
async fn a_handled_result_does_not_swallow_the_timeout_of_the_workflow(host: Host) {
    let app = App::default().takes("b", 15).fails("b");
    let error = host.run(handles_too_late(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["a(x)", "b(x)", "b settles", "undo a(x)"]));
    assert_eq!(error.timed_out_at(), Some("b"));
}

workflow! {
    async fn waits_for_a_child(x: String) -> Result<()> {
        d(x).await?;
        during_a_sleep(x).await?;
        Ok(())
    }
}

workflow! {
    async fn handles_a_child(x: String) -> Result<String> {
        d(x).await?;
        let result = during_a_sleep(x).await;
        let text = match result {
            Ok(()) => "in time".to_owned(),
            Err(error) => error.to_string(),
        };
        e(text).await
    }
}

async fn a_child_that_times_out_fails_its_parent(host: Host) {
    let app = App::default();
    let error = host.run(waits_for_a_child(x()), &app).await.unwrap_err();
    assert_eq!(app.lines(), lines(["d(x)", "a(x)", "undo a(x)", "undo d(x)"]));
    assert_eq!(error.timed_out_at(), None);
    assert_eq!(
        error.to_string(),
        "workflow `waits_for_a_child` failed at `during_a_sleep`: the workflow `during_a_sleep` timed out at \
         `during_a_sleep/sleep#1`; undone: during_a_sleep/a, d"
    );
}

async fn a_handled_child_that_times_out_is_undone_alone(host: Host) {
    let app = App::default();
    let text = host.run(handles_a_child(x()), &app).await.unwrap();
    let error = "the workflow `during_a_sleep` timed out at `during_a_sleep/sleep#1`";
    assert_eq!(text, format!("e({error})"));
    assert_eq!(app.lines(), lines(["d(x)", "a(x)", "undo a(x)", &format!("e({error})")]));
}

on_every_host![
    a_step_that_times_out_is_dropped_and_retried,
    a_step_that_times_out_for_good_may_have_had_its_effect,
    when_a_workflow_times_out_a_running_step_settles_and_then_all_is_undone,
    when_a_workflow_times_out_waits_end_at_once,
    when_a_workflow_times_out_in_a_group_what_runs_settles,
    when_a_workflow_times_out_there_are_no_more_attempts,
    a_handled_result_does_not_swallow_the_timeout_of_the_workflow,
    a_child_that_times_out_fails_its_parent,
    a_handled_child_that_times_out_is_undone_alone,
];
