use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{EngineError, ExecutionStatus, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Lab, MINUTE, act};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approval {
    by: String,
}

workflow! {
    pub async fn approve(what: String) -> Result<String> {
        let done = act(what).await?;
        #[name = "one"]
        let first = signal!(Approval).await?;
        #[name = "two"]
        let second = signal!(Approval, timeout = "3d").await;
        let second = match second {
            Ok(second) => second.by,
            Err(error) => format!("{error}"),
        };
        Ok(format!("{done} {} {second}", first.by))
    }
}

workflow! {
    pub async fn parent(what: String) -> Result<String> {
        approve(what).await
    }
}

fn by(who: &str) -> Approval {
    Approval { by: who.to_owned() }
}

async fn before_while_and_after_the_wait<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<approve>().start().await.unwrap();
    let run = engine.start(approve("x".into()).id("s")).await.unwrap();
    // Before it waits.
    engine.signal::<approve, _>("s", by("ann")).await.unwrap();
    lab.settle().await;
    assert_eq!(engine.status("s").await.unwrap(), Some(ExecutionStatus::Waiting));
    let misspelt = engine.signal_named::<approve, _>("s", "too", by("bob")).await.unwrap_err();
    assert_eq!(misspelt.to_string(), "no `signal!(Approval)` of `approve` has the name `too`: there is `one`, `two`");
    // While it waits, as a row.
    engine.signal_named::<approve, _>("s", "two", by("bob")).await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x! ann bob");
    // After.
    let late = engine.signal::<approve, _>("s", by("eve")).await.unwrap_err();
    assert!(matches!(late, EngineError::Ended { .. }), "{late}");
    let unknown = engine.signal::<approve, _>("nobody", by("eve")).await.unwrap_err();
    assert!(matches!(unknown, EngineError::NoSuchExecution { .. }), "{unknown}");
}

async fn one_that_does_not_come_in_time_is_an_error<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<approve>().start().await.unwrap();
    let run = engine.start(approve("x".into()).id("s")).await.unwrap();
    engine.signal::<approve, _>("s", by("ann")).await.unwrap();
    let result = lab.until(MINUTE * 60, run.result()).await.unwrap();
    assert_eq!(result, "x! ann the signal `two` did not arrive in time");
}

async fn over_a_restart_and_to_a_child<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<parent>().start().await.unwrap();
    engine.start(parent("x".into()).id("s")).await.unwrap();
    engine.signal::<approve, _>("s", by("ann")).await.unwrap();
    lab.settle().await;
    engine.shutdown().await.unwrap();
    let next = lab.builder().workflow::<parent>().start().await.unwrap();
    next.signal::<approve, _>("s", by("bob")).await.unwrap();
    let run = next.execution::<parent>("s").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x! ann bob");
    assert_eq!(lab.books.count("s/approve/act"), 1);
}

async fn a_handle_speaks_for_its_execution<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<approve>().start().await.unwrap();
    let run = engine.start(approve("x".into()).id("s")).await.unwrap();
    lab.settle().await;
    assert_eq!(run.status().await.unwrap(), ExecutionStatus::Waiting);
    run.signal(by("ann")).await.unwrap();
    run.signal_named("two", by("bob")).await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "x! ann bob");

    let run = engine.start(approve("y".into()).id("t")).await.unwrap();
    run.cancel().await.unwrap();
    let cancelled = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert!(cancelled.to_string().contains("cancelled"), "{cancelled}");
}

on_every_store![
    before_while_and_after_the_wait,
    one_that_does_not_come_in_time_is_an_error,
    over_a_restart_and_to_a_child,
    a_handle_speaks_for_its_execution,
];
