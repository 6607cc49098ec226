use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, StepContext, Store, step, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Books, Lab, MINUTE, World, act, end};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Word {
    said: String,
}

/// Runs until the test lets it go.
#[step(compensate = undo_gated)]
pub async fn gated(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    while books.count("go") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(what)
}

#[step]
pub async fn undo_gated(_what: String, books: &Books, ctx: &StepContext) -> Result<()> {
    books.enter(ctx)?;
    while books.count("go back") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

workflow! {
    pub async fn through_the_gate(what: String) -> Result<String> {
        let done = act(what).await?;
        let through = gated(done).await?;
        end().await?;
        Ok(through)
    }
}

workflow! {
    pub async fn listening(what: String) -> Result<String> {
        let done = act(what).await?;
        let word = signal!(Word, timeout = "3h").await?;
        Ok(format!("{done} {}", word.said))
    }
}

async fn engine<S: Store + Clone>(lab: &Lab<S>) -> Engine<World> {
    lab.builder().workflow::<through_the_gate>().workflow::<listening>().start().await.unwrap()
}

async fn called<S: Store + Clone>(lab: &Lab<S>, call: &str) {
    let there = async {
        while lab.books.count(call) == 0 {
            tokio::task::yield_now().await;
        }
    };
    lab.until(Duration::ZERO, there).await;
}

fn word(said: &str) -> Word {
    Word { said: said.to_owned() }
}

async fn cancelled_while_a_step_runs_and_again_while_it_is_rolled_back<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = engine(&lab).await;
    let run = engine.start(through_the_gate("x".into()).id("g")).await.unwrap();
    called(&lab, "g/gated").await;
    let refused = engine.undo("g").await.unwrap_err();
    assert!(matches!(refused, EngineError::NotEnded { .. }), "{refused}");
    engine.cancel("g").await.unwrap();
    assert_eq!(engine.status("g").await.unwrap(), Some(ExecutionStatus::Running), "the step has to settle first");
    lab.books.note("go");
    called(&lab, "g/gated/undo").await;
    assert_eq!(engine.status("g").await.unwrap(), Some(ExecutionStatus::Compensating));
    // Both ask for what is under way.
    engine.cancel("g").await.unwrap();
    engine.undo("g").await.unwrap();
    lab.books.note("go back");
    let error = lab.until(Duration::ZERO, run.result()).await.unwrap_err();
    assert!(error.workflow_error().unwrap().is_cancelled(), "{error}");
    let steps: Vec<_> = lab.books.calls().into_iter().filter(|call| call.starts_with("g/")).collect();
    assert_eq!(steps, ["g/act", "g/gated", "g/gated/undo", "g/act/undo"]);
    engine.cancel("g").await.unwrap();
    engine.undo("g").await.unwrap();
    let unknown = engine.cancel("nobody").await.unwrap_err();
    assert!(matches!(unknown, EngineError::NoSuchExecution { .. }), "{unknown}");
}

async fn cancelled_while_it_waits_for_a_signal_by_an_engine_that_does_not_run_it<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let first = engine(&lab).await;
    first.start(listening("x".into()).id("l")).await.unwrap();
    lab.reaches(&first, "l", ExecutionStatus::Waiting).await;
    first.shutdown().await.unwrap();
    let second = engine(&lab).await;
    second.cancel("l").await.unwrap();
    let run = second.execution::<listening>("l").await.unwrap();
    let error = lab.until(Duration::ZERO, run.result()).await.unwrap_err();
    assert!(error.workflow_error().unwrap().is_cancelled(), "{error}");
    assert_eq!(lab.books.calls(), ["l/act", "l/act/undo"]);
    let late = second.signal::<listening, _>("l", word("late")).await.unwrap_err();
    assert!(matches!(late, EngineError::Ended { .. }), "{late}");
}

async fn cancelled_after_it_completed_changes_nothing_and_undone_after_that_does<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = engine(&lab).await;
    let run = engine.start(listening("x".into()).id("l")).await.unwrap();
    // Twice: the first is taken, and the second is nobody's.
    engine.signal::<listening, _>("l", word("one")).await.unwrap();
    engine.signal::<listening, _>("l", word("two")).await.unwrap();
    assert_eq!(lab.until(Duration::ZERO, run.result()).await.unwrap(), "x! one");
    let refused = engine.cancel("l").await.unwrap_err();
    assert!(matches!(refused, EngineError::Ended { status: ExecutionStatus::Completed, .. }), "{refused}");
    assert_eq!(lab.books.calls(), ["l/act"]);
    engine.undo("l").await.unwrap();
    let run = engine.execution::<listening>("l").await.unwrap();
    lab.until(MINUTE, run.result()).await.unwrap_err();
    assert_eq!(lab.books.calls(), ["l/act", "l/act/undo"]);
}

async fn a_signal_times_out_over_a_restart<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let first = engine(&lab).await;
    first.start(listening("x".into()).id("l")).await.unwrap();
    lab.reaches(&first, "l", ExecutionStatus::Waiting).await;
    first.shutdown().await.unwrap();
    lab.clock.advance(MINUTE * 179);
    let second = engine(&lab).await;
    lab.settle().await;
    assert_eq!(second.status("l").await.unwrap(), Some(ExecutionStatus::Waiting));
    lab.clock.advance(MINUTE);
    let run = second.execution::<listening>("l").await.unwrap();
    let error = lab.until(Duration::ZERO, run.result()).await.unwrap_err();
    assert!(error.to_string().contains("the signal `Word` did not arrive in time"), "{error}");
    assert_eq!(lab.books.calls(), ["l/act", "l/act/undo"]);
}

on_every_store![
    cancelled_while_a_step_runs_and_again_while_it_is_rolled_back,
    cancelled_while_it_waits_for_a_signal_by_an_engine_that_does_not_run_it,
    cancelled_after_it_completed_changes_nothing_and_undone_after_that_does,
    a_signal_times_out_over_a_restart,
];
