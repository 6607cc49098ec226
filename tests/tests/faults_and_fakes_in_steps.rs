//! The testing kit: what a plan makes of a run, what a fake stands in for, and how an engine of a test crashes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use workflow_runtime::testing::{FaultPlan, Recorder, StepFault, TestEngine};
use workflow_runtime::{Outcome, Partial, Services, Status, StepContext, StepError, StepResponse, step, workflow};

#[derive(Default)]
struct Ledger {
    charged: AtomicU32,
}

#[derive(Services, Default)]
struct App {
    ledger: Ledger,
}

#[step(compensate = release)]
async fn reserve(sku: String) -> Result<StepResponse<String, u32>> {
    Ok(StepResponse::new(sku, 7))
}

#[step(retry(attempts = 3, backoff = "1s..5s"))]
async fn release(_reservation: u32) -> Result<()> {
    Ok(())
}

#[step(compensate = refund, retry(attempts = 3, backoff = "1s..5s"), timeout = "30s")]
async fn charge(cents: u32, ledger: &Ledger) -> Result<u32> {
    ledger.charged.fetch_add(cents, Ordering::SeqCst);
    Ok(cents)
}

#[step]
async fn refund(charge: Outcome<u32>, ledger: &Ledger) -> Result<()> {
    let _ = charge;
    ledger.charged.store(0, Ordering::SeqCst);
    Ok(())
}

#[step]
async fn pack(item: u32) -> Result<u32, Partial<u32>> {
    Ok(item)
}

#[step]
async fn ship(parcel: String, ctx: &StepContext) -> Result<String> {
    Ok(format!("{parcel} {}", ctx.attempt()))
}

workflow! {
    #[workflow(timeout = "1h")]
    async fn place_order(sku: String, items: Vec<u32>) -> Result<String> {
        let stock = reserve(sku).await?;
        let packed = for item in items {
            pack(item).await?
        };
        let cents: u32 = packed.iter().sum();
        let paid = charge(cents).await?;
        if paid > 1_000 {
            #[name = "express"]
            ship(stock).await
        } else {
            ship(stock).await
        }
    }
}

fn order() -> workflow_runtime::Invocation<place_order> {
    place_order("mug".to_owned(), vec![2, 3])
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_for_good_unless_it_says_how_often() {
    let (app, recorder) = (App::default(), Recorder::new());
    let faults = FaultPlan::new().fail_after_effect("charge");
    let error = order().faults(&faults).observer(&recorder).run(&app).await.unwrap_err();
    assert_eq!((error.node_path(), error.attempts()), (Some("charge"), Some(3)));
    assert_eq!(app.ledger.charged.load(Ordering::SeqCst), 0, "all three charges were refunded");
    recorder.assert_order(["reserve", "for#1[0]/pack", "for#1[1]/pack", "charge", "undo charge", "undo reserve"]);
    recorder.assert_before("charge", "undo charge");
    assert_eq!((faults.hits().len(), faults.missed()), (3, vec![]));

    let faults = FaultPlan::new().fail("charge").times(2).fail("for#1[1]/pack").times(0);
    assert_eq!(order().faults(&faults).run(&App::default()).await.unwrap(), "mug 1");
    assert_eq!(faults.hits().len(), 2);
    assert_eq!(faults.missed(), ["the plan wanted `for#1[1]/pack` to fail, but it did not run"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_panics_hangs_repeats_and_is_cancelled() {
    let app = App::default();
    let error = order().faults(&FaultPlan::new().panic("for#1/pack")).run(&app).await.unwrap_err();
    assert_eq!(error.node_path(), Some("for#1[0]/pack"));
    assert!(error.to_string().contains("panicked: planned: `for#1[0]/pack` panics"), "{error}");

    let error = order().faults(&FaultPlan::new().time_out("charge")).run(&app).await.unwrap_err();
    assert!(error.to_string().contains("timed out after 30s"), "{error}");

    let slow = FaultPlan::new().step("ship", StepFault::Slow(Duration::from_secs(4_000)));
    let error = order().faults(&slow).run(&app).await.unwrap_err();
    assert_eq!(error.timed_out_at(), Some("if#1/1/ship"));

    let repeat = FaultPlan::new().repeat("charge");
    order().faults(&repeat).run(&app).await.unwrap();
    assert_eq!(app.ledger.charged.load(Ordering::SeqCst), 10, "charged twice");

    let recorder = Recorder::new();
    let cancel = FaultPlan::new().cancel_at("charge");
    let error = order().faults(&cancel).observer(&recorder).run(&app).await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(recorder.attempts("undo charge"), 1, "it was running, and is undone");
}

#[tokio::test(start_paused = true)]
async fn a_compensation_fails_once_or_for_good() {
    let app = App::default();
    let recorder = Recorder::new();
    let once = FaultPlan::new().fail("charge").fail_undo("reserve").times(1);
    let error = order().faults(&once).observer(&recorder).run(&app).await.unwrap_err();
    assert_eq!((error.status(), recorder.attempts("undo reserve")), (Status::Compensated, 2));

    let for_good = FaultPlan::new().fail("charge").fail_undo("reserve");
    let error = order().faults(&for_good).run(&app).await.unwrap_err();
    assert_eq!(error.status(), Status::Failed);
    assert_eq!(error.not_undone().next().map(|node| node.path().to_owned()), Some("reserve".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn ways_are_forced_or_said_to_be_impossible() {
    let recorder = Recorder::new();
    let ways = FaultPlan::new().take_arm("if#1", "paid > 1_000").take_items("for#1", 3);
    order().faults(&ways).observer(&recorder).run(&App::default()).await.unwrap();
    recorder.assert_order(["reserve", "for#1[0]/pack", "for#1[1]/pack", "for#1[2]/pack", "charge", "if#1/0/express"]);
    assert_eq!(ways.missed(), Vec::<String>::new());

    let none = FaultPlan::new().take_arm("if#1", "paid < 0").take_items("for#1", 1);
    place_order("mug".to_owned(), vec![]).faults(&none).run(&App::default()).await.unwrap();
    assert_eq!(
        none.missed(),
        ["`if#1` has no arm `paid < 0`", "the loop `for#1` has no item, and nobody can make one up"]
    );
}

#[tokio::test(start_paused = true)]
async fn fakes_stand_in_for_steps_and_compensations() {
    let app = App::default();
    let run = order()
        .replace::<reserve>(|(sku,)| async move { Ok(StepResponse::new(sku.to_uppercase(), 9)) })
        .replace::<pack>(|(item,)| async move { if item == 3 { bail_partial(item) } else { Ok(item) } })
        .replace::<release>(|(reservation,)| async move {
            assert_eq!(reservation, 9, "the payload of the fake");
            bail!("the fake was asked")
        });
    let error = run.run(&app).await.unwrap_err();
    assert!(error.to_string().contains("NOT undone: `reserve` after 3 attempts: the fake was asked"), "{error}");
    assert_eq!(app.ledger.charged.load(Ordering::SeqCst), 0);

    let charged = order().replace::<charge>(|(cents,)| async move { Ok(cents * 1_000) }).run(&app).await.unwrap();
    assert_eq!(charged, "mug 1");
    assert_eq!(app.ledger.charged.load(Ordering::SeqCst), 0, "the service was not touched");
}

fn bail_partial(item: u32) -> Result<u32, Partial<u32>> {
    Err(Partial::new(StepError::new("half"), item))
}

#[tokio::test(start_paused = true)]
async fn faults_strike_on_an_engine_too_and_a_crash_is_a_call() {
    let (faults, recorder) = (FaultPlan::new().fail("charge").times(1), Recorder::new());
    let builder = TestEngine::builder(App::default()).workflow::<place_order>().faults(&faults).observer(&recorder);
    let mut engine = builder.start().await.unwrap();
    engine.start(order().id("o")).await.unwrap();
    while recorder.attempts("charge") < 1 {
        tokio::task::yield_now().await;
    }
    engine.restart().await.unwrap();
    assert_eq!(engine.execution::<place_order>("o").await.unwrap().result().await.unwrap(), "mug 1");
    assert_eq!(recorder.attempts("charge"), 2);
    assert_eq!(recorder.attempts("reserve"), 1, "what was acknowledged does not run again");
    let history = engine.history("o").await.unwrap().to_string();
    let charge: Vec<&str> = history.lines().filter(|line| line.contains(" charge ")).collect();
    let expected = [
        "step.began charge {\"input\":{\"whole\":[5]},\"runs\":\"charge\"}",
        "step.succeeded charge {\"attempts\":2,\"output\":5}",
    ];
    assert_eq!(charge, expected);
    assert!(history.starts_with("deadline.began timeout\nstep.began reserve "), "{history}");

    let engine = TestEngine::builder(App::default()).workflow::<place_order>();
    let engine = engine.faults(&FaultPlan::new().cancel_at("charge")).start().await.unwrap();
    let error = engine.run(order().id("o")).await.unwrap_err();
    assert!(error.workflow_error().unwrap().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn an_engine_takes_faults_and_fakes_and_an_invocation_for_it_does_not() {
    let engine = TestEngine::builder(App::default()).workflow::<place_order>();
    let engine = engine.replace::<charge>(|(cents,)| async move { Ok(cents * 1_000) }).start().await.unwrap();
    assert_eq!(engine.run(order().id("faked")).await.unwrap(), "mug 1");
    assert!(
        engine
            .history("faked")
            .await
            .unwrap()
            .to_string()
            .contains("step.succeeded charge {\"attempts\":1,\"output\":5000}")
    );

    let error = engine.start(order().faults(&FaultPlan::new().fail("charge"))).await.map(drop).unwrap_err();
    assert!(error.to_string().contains("`TestEngine::builder(..)`"), "{error}");

    let faults = FaultPlan::new().fail("charge");
    let engine = workflow_runtime::Engine::builder(App::default()).store(workflow_runtime::MemoryStore::new());
    let engine = engine.clock(workflow_runtime::PausedClock::new()).workflow::<place_order>();
    let engine = engine.faults(&faults).start().await.unwrap();
    let error = engine.run(order()).await.unwrap_err();
    assert_eq!(error.workflow_error().unwrap().node_path(), Some("charge"));
}
