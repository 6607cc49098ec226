use std::time::Duration;

use anyhow::Result;
use workflow_runtime::{EngineError, ExecutionStatus, Status, step, workflow};

use crate::ground::{Ground, on_every_store};
use crate::lab::{Books, Lab, MINUTE, act, act_once, end};

workflow! {
    pub async fn pair(what: String) -> Result<String> {
        #[name = "one"]
        let one = act(what).await?;
        #[name = "two"]
        let two = act(one).await?;
        Ok(two)
    }
}

workflow! {
    pub async fn failing(what: String) -> Result<String> {
        let done = pair(what).await?;
        end().await?;
        Ok(done)
    }
}

workflow! {
    pub async fn once(what: String) -> Result<String> {
        let before = act(what).await?;
        act_once(before).await
    }
}

#[step(pivot)]
pub async fn commit(books: &Books) -> Result<usize> {
    Ok(books.calls().len())
}

workflow! {
    pub async fn forward_only(what: String) -> Result<String> {
        let done = act(what).await?;
        commit().await?;
        sleep!("1h").await;
        Ok(done)
    }
}

workflow! {
    pub async fn slow(what: String) -> Result<String> {
        let done = act(what).await?;
        sleep!("10h").await;
        Ok(done)
    }
}

async fn a_completed_execution_is_undone_newest_first_and_once<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<pair>().start().await.unwrap();
    engine.run(pair("x".into()).id("p")).await.unwrap();
    engine.undo("p").await.unwrap();
    engine.undo("p").await.unwrap();
    let run = engine.execution::<pair>("p").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert_eq!(error.to_string(), "workflow `pair` was undone after it had completed; undone: two, one");
    engine.undo("p").await.unwrap();
    assert_eq!(lab.books.calls(), ["p/one", "p/two", "p/two/undo", "p/one/undo"]);
    assert_eq!(engine.status("p").await.unwrap(), Some(ExecutionStatus::Compensated));
    let unknown = engine.undo("q").await.unwrap_err();
    assert!(matches!(unknown, EngineError::NoSuchExecution { .. }), "{unknown}");
}

async fn a_compensation_that_gave_up_is_tried_again_on_request<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    lab.books.fail("end", u32::MAX);
    lab.books.fail("pair/one/undo", 3);
    let engine = lab.builder().workflow::<failing>().start().await.unwrap();
    let error = lab.until(MINUTE, engine.run(failing("x".into()).id("f"))).await.unwrap_err();
    let error = error.workflow_error().unwrap();
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.undone(), ["pair/two"]);
    assert_eq!(error.not_undone().map(|node| node.path()).collect::<Vec<_>>(), ["pair/one"]);
    // Another engine, after a restart.
    engine.shutdown().await.unwrap();
    let engine = lab.builder().workflow::<failing>().start().await.unwrap();
    engine.retry_compensation("f").await.unwrap();
    let run = engine.execution::<failing>("f").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    let error = error.workflow_error().unwrap();
    assert_eq!(error.status(), Status::Compensated, "{error}");
    assert_eq!(error.undone(), ["pair/two", "pair/one"]);
    assert_eq!((lab.books.count("f/pair/two/undo"), lab.books.count("f/pair/one/undo")), (1, 4));
}

async fn a_step_that_may_run_at_most_once_is_in_doubt_after_a_crash<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let store = workflow_runtime::testing::FaultStore::new(lab.store.clone());
    let faulty = lab.with(store.clone());
    // The third write would acknowledge it.
    store.inject(workflow_runtime::testing::Fault::StopBefore(3));
    let engine = faulty.builder().workflow::<once>().start().await.unwrap();
    engine.start(once("x".into()).id("o")).await.unwrap();
    faulty.until(MINUTE, store.stopped()).await;
    assert_eq!(lab.books.calls(), ["o/act", "o/act_once"]);
    let engine = lab.builder().workflow::<once>().start().await.unwrap();
    let run = engine.execution::<once>("o").await.unwrap();
    let error = lab.until(MINUTE, run.result()).await.unwrap_err();
    assert!(error.to_string().contains("at most once"), "{error}");
    assert_eq!(lab.books.calls(), ["o/act", "o/act_once", "o/act_once/undo", "o/act/undo"]);
}

async fn cancel_while_sleeping_rolls_back_and_past_the_pivot_changes_nothing<G: Ground + 'static>() {
    let lab = Lab::on_ground::<G>().await;
    let engine = lab.builder().workflow::<slow>().workflow::<forward_only>().start().await.unwrap();
    let run = engine.start(slow("x".into()).id("c")).await.unwrap();
    lab.reaches(&engine, "c", ExecutionStatus::Waiting).await;
    engine.cancel("c").await.unwrap();
    engine.cancel("c").await.unwrap();
    let error = lab.until(Duration::ZERO, run.result()).await.unwrap_err();
    assert!(error.workflow_error().unwrap().is_cancelled(), "{error}");
    assert_eq!(lab.books.calls(), ["c/act", "c/act/undo"]);
    engine.cancel("c").await.unwrap();

    let run = engine.start(forward_only("x".into()).id("p")).await.unwrap();
    lab.reaches(&engine, "p", ExecutionStatus::Waiting).await;
    let refused = engine.cancel("p").await.unwrap_err();
    assert!(matches!(refused, EngineError::PastPivot { .. }), "{refused}");
    lab.until(MINUTE, run.result()).await.unwrap();
    let refused = engine.undo("p").await.unwrap_err();
    assert!(matches!(refused, EngineError::PastPivot { .. }), "{refused}");
    let refused = engine.cancel("p").await.unwrap_err();
    assert!(matches!(refused, EngineError::Ended { .. }), "{refused}");
    assert_eq!(lab.books.count("p/act/undo"), 0);
}

on_every_store![
    a_completed_execution_is_undone_newest_first_and_once,
    a_compensation_that_gave_up_is_tried_again_on_request,
    a_step_that_may_run_at_most_once_is_in_doubt_after_a_crash,
    cancel_while_sleeping_rolls_back_and_past_the_pivot_changes_nothing,
];
