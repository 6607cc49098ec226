use std::time::Duration;

use anyhow::Result;
use workflow_runtime::{EngineError, ExecutionStatus, Observation, Observed, Watcher, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Lab, MINUTE, act, end, try_act};

workflow! {
    pub async fn nap(what: String) -> Result<String> {
        sleep!("2h").await;
        act(what).await
    }
}

workflow! {
    #[workflow(timeout = "1h")]
    pub async fn late(what: String) -> Result<String> {
        let done = act(what).await?;
        sleep!("2h").await;
        Ok(done)
    }
}

workflow! {
    pub async fn stubborn(what: String) -> Result<String> {
        let done = try_act(what).await?;
        end().await?;
        Ok(done)
    }
}

async fn a_sleep_ends_on_time_over_restarts<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<nap>().start().await.unwrap();
    engine.start(nap("x".into()).id("n")).await.unwrap();
    engine.shutdown().await.unwrap();
    lab.clock.advance(Duration::from_secs(7190));
    let engine = lab.builder().workflow::<nap>().start().await.unwrap();
    lab.settle().await;
    assert_eq!(engine.status("n").await.unwrap(), Some(ExecutionStatus::Waiting));
    assert!(lab.books.calls().is_empty());
    let run = engine.execution::<nap>("n").await.unwrap();
    lab.clock.advance(Duration::from_secs(10));
    assert_eq!(lab.until(Duration::ZERO, run.result()).await.unwrap(), "x!");
}

#[tokio::test]
async fn a_thousand_sleepers_wake_once_each() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<nap>().at_most(16).start().await.unwrap();
    for number in 0..1000 {
        engine.start(nap(number.to_string()).id(format!("n{number}"))).await.unwrap();
    }
    assert!(lab.books.calls().is_empty());
    lab.clock.advance(Duration::from_secs(7200));
    for number in 0..1000 {
        let run = engine.execution::<nap>(&format!("n{number}")).await.unwrap();
        assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), format!("{number}!"));
    }
    assert_eq!(lab.books.calls().len(), 1000);
}

async fn a_workflow_times_out_over_a_restart<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<late>().start().await.unwrap();
    let run = engine.start(late("x".into()).id("l")).await.unwrap();
    lab.reaches(&engine, "l", ExecutionStatus::Waiting).await;
    engine.shutdown().await.unwrap();
    assert!(matches!(run.result().await, Err(EngineError::Closed)));
    let engine = lab.builder().workflow::<late>().start().await.unwrap();
    let run = engine.execution::<late>("l").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert_eq!(error.workflow_error().unwrap().timed_out_at(), Some("sleep#1"));
    assert_eq!(lab.books.calls(), ["l/act", "l/act/undo"]);
}

/// Attempts are counted over a restart, and leave nothing in the journal.
async fn a_retry_waits_as_a_row<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    lab.books.fail("try_act", u32::MAX);
    let engine = lab.builder().workflow::<stubborn>().start().await.unwrap();
    engine.start(stubborn("x".into()).id("r")).await.unwrap();
    lab.reaches(&engine, "r", ExecutionStatus::Waiting).await;
    let before = engine.history("r").await.unwrap().len();
    engine.shutdown().await.unwrap();
    let engine = lab.builder().workflow::<stubborn>().start().await.unwrap();
    let run = engine.execution::<stubborn>("r").await.unwrap();
    lab.clock.advance(Duration::from_secs(2));
    while lab.books.count("r/try_act") < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(engine.history("r").await.unwrap().len(), before);
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert_eq!(error.workflow_error().unwrap().attempts(), Some(3));
    // The compensation hears of doubt, so it is told of the last attempt.
    assert_eq!(lab.books.calls(), ["r/try_act", "r/try_act", "r/try_act", "r/try_act/undo"]);
}

async fn observers_hear_of_everything_once_and_in_order<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    lab.books.fail("try_act", 1);
    lab.books.fail("end", 1);
    let (tell, told) = std::sync::mpsc::channel();
    let watcher = Watcher::new(move |seen: &Observation| {
        let what = match &seen.event {
            Observed::StepBegan(at) => format!("began {} {}", at.node, at.attempt),
            Observed::StepSucceeded(at) => format!("succeeded {} {}", at.node, at.attempt),
            Observed::StepRetrying { at, .. } => format!("retrying {} {}", at.node, at.attempt),
            Observed::StepFailed { at, .. } => format!("failed {} {}", at.node, at.attempt),
            Observed::CompensationBegan(at) => format!("undoing {} {}", at.node, at.attempt),
            Observed::CompensationSucceeded(at) => format!("undone {} {}", at.node, at.attempt),
            Observed::WorkflowFailed { status, .. } => format!("{status}"),
            other => format!("{other:?}"),
        };
        tell.send(format!("{} {what}", seen.execution_id)).unwrap();
    });
    let engine = lab.builder().workflow::<stubborn>().observer(&watcher).start().await.unwrap();
    lab.until(MINUTE, engine.run(stubborn("x".into()).id("r"))).await.unwrap_err();
    watcher.flush().await;
    let told: Vec<String> = told.try_iter().collect();
    let expected = [
        "r began try_act 1",
        "r retrying try_act 1",
        "r began try_act 2",
        "r succeeded try_act 2",
        "r began end 1",
        "r failed end 1",
        "r undoing try_act 1",
        "r undone try_act 1",
        "r compensated",
    ];
    assert_eq!(told, expected);
}

on_every_store![
    a_sleep_ends_on_time_over_restarts,
    a_workflow_times_out_over_a_restart,
    a_retry_waits_as_a_row,
    observers_hear_of_everything_once_and_in_order,
];
