//! A plan of faults reaches the nodes that are no steps: an `undo!`, which runs a compensation, and waits.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::{FaultPlan, Recorder, StepFault, TestEngine};
use workflow_runtime::{Outcome, Status, step, workflow};

#[derive(Clone, Serialize, Deserialize)]
struct Approval;

#[step(compensate = release)]
async fn reserve(sku: String) -> Result<String> {
    Ok(sku)
}

#[step(timeout = "30s", retry(attempts = 2, backoff = "1s..1s"))]
async fn release(_sku: Outcome<String>) -> Result<()> {
    Ok(())
}

workflow! {
    async fn try_out(sku: String) -> Result<bool> {
        reserve(sku).await?;
        sleep!("2d").await;
        undo!(reserve).await?;
        let approval = signal!(Approval, timeout = "3d").await;
        Ok(approval.is_ok())
    }
}

#[step(retry(forever, backoff = "1s..1m"))]
async fn insist(sku: String) -> Result<String> {
    Ok(sku)
}

workflow! {
    async fn insistent(sku: String) -> Result<String> {
        reserve(sku).await?;
        insist(sku).await
    }
}

workflow! {
    async fn doze(millis: u64) -> Result<()> {
        sleep!(std::time::Duration::from_millis(millis)).await;
        Ok(())
    }
}

workflow! {
    async fn give_back(sku: String) -> Result<()> {
        undo!(reserve, sku).await?;
        Ok(())
    }
}

fn trial() -> workflow_runtime::Invocation<try_out> {
    try_out("mug".to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_undo_fails_where_it_stands_and_the_rollback_tries_again() {
    let (faults, recorder) = (FaultPlan::new().fail("undo-reserve#1"), Recorder::new());
    let error = trial().faults(&faults).observer(&recorder).spawn(()).result().await.unwrap_err();
    assert_eq!((error.node_path(), error.attempts()), (Some("undo-reserve#1"), Some(2)));
    assert!(
        error.to_string().contains("planned: `undo-reserve#1` fails before its effect; undone: reserve"),
        "{error}"
    );
    assert_eq!(error.status(), Status::Compensated);
    assert_eq!(recorder.attempts("undo reserve"), 3, "twice where it stands, and once in the rollback");
    assert!(faults.hits().iter().all(|hit| hit.node == "undo-reserve#1" && !hit.undo));

    let both = FaultPlan::new().fail_undo("reserve");
    let error = trial().faults(&both).spawn(()).result().await.unwrap_err();
    assert_eq!((error.node_path(), error.status()), (Some("undo-reserve#1"), Status::Failed));
    assert_eq!(error.not_undone().map(|node| node.path().to_owned()).collect::<Vec<_>>(), ["reserve"]);
}

#[tokio::test(start_paused = true)]
async fn an_undo_suffers_whatever_a_step_does() {
    for fault in [StepFault::Panic, StepFault::TimeOut, StepFault::FailAfterEffect] {
        let faults = FaultPlan::new().step("undo-reserve#1", fault);
        let error = trial().faults(&faults).spawn(()).result().await.unwrap_err();
        assert_eq!(error.node_path(), Some("undo-reserve#1"), "{fault:?}: {error}");
        assert_eq!(faults.missed(), Vec::<String>::new());
    }
    let faults = FaultPlan::new().time_out("undo-reserve#1").times(1);
    let handle = trial().faults(&faults).spawn(());
    handle.signal(Approval).unwrap();
    assert!(handle.result().await.unwrap());

    let error = trial().faults(&FaultPlan::new().cancel_at("undo-reserve#1")).spawn(()).result().await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.undone(), ["reserve"], "it was let finish, and is not undone again");
}

#[tokio::test(start_paused = true)]
async fn an_undo_with_a_payload_from_elsewhere_has_a_node_of_its_own() {
    for faults in [FaultPlan::new().fail("undo-reserve#1"), FaultPlan::new().fail_undo("undo-reserve#1")] {
        let error = give_back("mug".to_owned()).faults(&faults).run(&()).await.unwrap_err();
        assert_eq!((error.node_path(), error.undone()), (Some("undo-reserve#1"), &[][..]));
        assert_eq!(faults.hits().len(), 2);
    }
    let step = FaultPlan::new().fail("reserve");
    give_back("mug".to_owned()).faults(&step).run(&()).await.unwrap();
    assert_eq!(step.missed(), ["the plan wanted `reserve` to fail, but it did not run"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_cancelled_while_it_waits() {
    for wait in ["sleep#1", "Approval"] {
        let error = trial().faults(&FaultPlan::new().cancel_at(wait)).spawn(()).result().await.unwrap_err();
        assert!(error.is_cancelled(), "{error}");
        let engine = TestEngine::builder(()).workflow::<try_out>();
        let engine = engine.faults(&FaultPlan::new().cancel_at(wait)).start().await.unwrap();
        engine.start(trial().id("t")).await.unwrap();
        engine.signal::<try_out, _>("t", Approval).await.unwrap();
        let error = engine.execution::<try_out>("t").await.unwrap().result().await.unwrap_err();
        assert!(error.workflow_error().unwrap().is_cancelled(), "{error}");
    }
}

/// Also one that would be over before anybody could look.
#[tokio::test(start_paused = true)]
async fn the_shortest_sleep_is_long_enough_to_be_cancelled() {
    let cancel = || FaultPlan::new().cancel_at("sleep#1");
    assert!(doze(0).faults(&cancel()).spawn(()).result().await.unwrap_err().is_cancelled());
    let engine = TestEngine::builder(()).workflow::<doze>().faults(&cancel()).start().await.unwrap();
    assert!(engine.run(doze(0)).await.unwrap_err().workflow_error().unwrap().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_signal_is_kept_from_the_wait_that_is_to_time_out() {
    let faults = FaultPlan::new().time_out("Approval");
    let handle = trial().faults(&faults).spawn(());
    handle.signal(Approval).unwrap();
    assert!(!handle.result().await.unwrap());
    assert_eq!(faults.hits().len(), 1);

    let engine = TestEngine::builder(()).workflow::<try_out>().faults(&FaultPlan::new().time_out("Approval"));
    let mut engine = engine.start().await.unwrap();
    engine.start(trial().id("t")).await.unwrap();
    engine.signal::<try_out, _>("t", Approval).await.unwrap();
    engine.advance(std::time::Duration::from_secs(3 * 86_400)).await;
    engine.restart().await.unwrap();
    assert!(!engine.execution::<try_out>("t").await.unwrap().result().await.unwrap(), "also after a crash");
}

#[tokio::test(start_paused = true)]
async fn a_lost_success_is_never_for_good_where_it_is_tried_for_ever() {
    for fault in [StepFault::FailAfterEffect, StepFault::Panic, StepFault::TimeOut] {
        let faults = FaultPlan::new().step("insist", fault);
        assert_eq!(insistent("mug".to_owned()).faults(&faults).run(&()).await.unwrap(), "mug", "{fault:?}");
        assert_eq!(faults.hits().iter().map(|hit| hit.absorbed).collect::<Vec<_>>(), [true, true]);
    }
    let refused = FaultPlan::new().fail("insist");
    let error = insistent("mug".to_owned()).faults(&refused).run(&()).await.unwrap_err();
    assert_eq!((error.node_path(), error.attempts()), (Some("insist"), Some(1)));
}
