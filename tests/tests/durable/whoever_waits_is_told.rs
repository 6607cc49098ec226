//! Answers that are lost, engines that are late, callers that go away: nothing runs twice for it, nothing is left lying, and
//! nobody waits in vain.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize, Serializer};
use workflow_runtime::store::{MemoryStore, Store as _};
use workflow_runtime::testing::{Fault, FaultStore, Recorder};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, PausedClock, Services, StepContext, step, workflow};

use workflow_tests::HoldingTime;

use crate::lab::{Books, Lab, act, act_once};

/// A result whose recording panics.
#[derive(Clone, Debug, Deserialize)]
pub struct Unspeakable(String);

impl Serialize for Unspeakable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("no words for {}", self.0)
    }
}

#[derive(Services, Clone)]
struct House {
    books: Arc<Books>,
    stuck: Arc<Stuck>,
}

/// How many attempts get stuck.
#[derive(Default)]
pub struct Stuck(AtomicU32);

/// Does not come to its end while attempts get stuck.
#[step]
pub async fn slow(what: String, books: &Books, stuck: &Stuck, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    if stuck.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(what)
}

#[step]
pub async fn speak(what: String) -> Result<Unspeakable> {
    Ok(Unspeakable(what))
}

workflow! {
    pub async fn slowly(what: String) -> Result<String> {
        slow(what).await
    }
}

workflow! {
    pub async fn long(what: String) -> Result<String> {
        sleep!("1h").await;
        Ok(what)
    }
}

workflow! {
    pub async fn twice(what: String) -> Result<String> {
        #[name = "first"]
        let first = slow(what).await?;
        #[name = "second"]
        slow(first).await
    }
}

workflow! {
    pub async fn aloud(what: String) -> Result<String> {
        let said = speak(what).await?;
        Ok(said.0.clone())
    }
}

workflow! {
    pub async fn beside(what: String) -> Result<String> {
        let (a, b) = parallel!(
            async {
                #[name = "a"]
                let a = act(what).await?;
                #[name = "then"]
                act(a).await
            },
            slow(what),
        ).await?;
        Ok(a + &b)
    }
}

#[step]
pub async fn short(what: String, books: &Books, ctx: &StepContext) -> Result<String> {
    books.enter(ctx)?;
    tokio::time::sleep(Duration::from_millis(700)).await;
    Ok(what)
}

workflow! {
    pub async fn careful(what: String) -> Result<String> {
        let (a, b) = parallel!(
            async {
                let first = short(what).await?;
                act_once(first).await
            },
            slow(what),
        ).await?;
        Ok(a + &b)
    }
}

async fn engine(store: FaultStore<MemoryStore>, house: &House, clock: PausedClock) -> Engine<House> {
    let engine = Engine::builder(house.clone()).store(store).clock(clock);
    let engine = engine.workflow::<slowly>().workflow::<twice>().workflow::<beside>().workflow::<aloud>();
    engine.workflow::<careful>().start().await.unwrap()
}

fn house(stuck: u32) -> House {
    House { books: Arc::default(), stuck: Arc::new(Stuck(stuck.into())) }
}

fn store() -> FaultStore<MemoryStore> {
    FaultStore::new(MemoryStore::new())
}

/// A write that has happened and is answered with an error does not cost the steps that run.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_stops_nothing() {
    for write in 1..5 {
        let (store, house) = (store(), house(0));
        store.inject(Fault::FailAfter(write..write + 1));
        let engine = engine(store, &house, PausedClock::new()).await;
        assert_eq!(engine.run(beside("x".into()).id("b")).await.unwrap(), "x!!x", "write {write}");
        let mut calls = house.books.calls();
        calls.sort_unstable();
        assert_eq!(calls, ["b/parallel#1/0/a", "b/parallel#1/0/then", "b/parallel#1/1/slow"], "write {write}");
        engine.shutdown().await.unwrap();
    }
}

/// The creation has happened, its answer is lost, and who asked for it does not ask again.
#[tokio::test(start_paused = true)]
async fn a_creation_of_which_nobody_has_heard_goes_on() {
    let (store, house) = (store(), house(0));
    store.inject(Fault::FailAfter(1..2));
    let engine = engine(store, &house, PausedClock::new()).await;
    let impatient = tokio::time::timeout(Duration::from_millis(1), engine.start(slowly("x".into()).id("s"))).await;
    assert!(impatient.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(engine.status("s").await.unwrap(), Some(ExecutionStatus::Completed));
    assert_eq!(house.books.calls(), ["s/slow"]);
}

/// At any moment of it.
#[tokio::test(start_paused = true)]
async fn an_undo_whose_caller_goes_away_is_made_or_is_not() {
    for fault in 0..4 {
        let (store, house) = (store(), house(0));
        let engine = engine(store.clone(), &house, PausedClock::new()).await;
        engine.run(beside("x".into()).id("b")).await.unwrap();
        // Asked again, and meanwhile the caller has gone.
        let write = store.writes() + 1 + fault / 2;
        store.inject(if fault % 2 == 0 {
            Fault::FailBefore(write..write + 1)
        } else {
            Fault::FailAfter(write..write + 1)
        });
        let impatient = tokio::time::timeout(Duration::from_millis(1), engine.undo("b")).await;
        assert!(impatient.is_err());
        let undone = engine.run(beside("x".into()).id("b"));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(engine.status("b").await.unwrap(), Some(ExecutionStatus::Compensated), "fault {fault}");
        let error = tokio::time::timeout(Duration::from_secs(5), undone).await.unwrap().unwrap_err();
        assert!(matches!(error, EngineError::Workflow(_)), "{error}");
        assert_eq!(house.books.count("b/parallel#1/0/then/undo"), 1);
    }
}

/// An engine that could not renew its lease, and whose step hangs, looks at what has become of its executions elsewhere.
#[tokio::test(start_paused = true)]
async fn a_result_that_another_engine_came_to_is_heard_of() {
    let (memory, house, clock) = (MemoryStore::new(), house(1), PausedClock::new());
    let cut_off = FaultStore::new(memory.clone());
    let one = engine(cut_off.clone(), &house, clock).await;
    let run = one.start(slowly("x".into()).id("s")).await.unwrap();
    let result = tokio::spawn(run.result());
    tokio::time::sleep(Duration::from_secs(1)).await;
    cut_off.inject(Fault::Down);
    let two = engine(FaultStore::new(memory), &house, clock).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(two.status("s").await.unwrap(), Some(ExecutionStatus::Completed));
    cut_off.heal();
    let told = tokio::time::timeout(Duration::from_secs(60), result).await;
    assert_eq!(told.unwrap().unwrap().unwrap(), "x");
    assert_eq!(house.books.calls(), ["s/slow", "s/slow"]);
}

/// An engine cannot write; what it works on is taken over and let go, and the engine claims it anew. Whoever worked on it
/// there still asks to write, and stops when the engine does.
#[tokio::test(start_paused = true)]
async fn a_worker_whose_execution_was_claimed_anew_holds_up_no_shutdown() {
    let (memory, house, clock) = (MemoryStore::new(), house(0), PausedClock::new());
    let cut_off = FaultStore::new(memory.clone());
    let one = engine(cut_off.clone(), &house, clock).await;
    one.start(twice("x".into()).id("t")).await.unwrap();
    cut_off.inject(Fault::Down);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let two = engine(FaultStore::new(memory.clone()), &house, clock).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    two.shutdown().await.unwrap();
    assert_eq!(house.books.calls(), ["t/first", "t/first"]);

    cut_off.inject(Fault::FailBefore(1..u64::MAX));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(memory.load("t").await.unwrap().unwrap().owner.is_some(), "claimed again");
    let shutdown = tokio::time::timeout(Duration::from_secs(600), one.shutdown()).await;
    shutdown.expect("the shutdown does not end").unwrap();
}

/// What could not be written at a shutdown has not happened for those who look on: it happens again.
#[tokio::test(start_paused = true)]
async fn nobody_hears_of_what_a_shutdown_could_not_write() {
    let (store, house, recorder) = (store(), house(0), Recorder::new());
    let builder = Engine::builder(house.clone()).store(store.clone()).clock(PausedClock::new()).observer(&recorder);
    let engine = builder.workflow::<twice>().start().await.unwrap();
    engine.start(twice("x".into()).id("t")).await.unwrap();
    store.inject(Fault::FailBefore(1..u64::MAX));
    engine.shutdown().await.unwrap();
    assert_eq!(house.books.calls(), ["t/first"]);
    let told = recorder.to_string();
    assert!(told.contains("not written: the store is unavailable") && !told.contains("done"), "{told}");
}

/// Two branches, of which one ends while the engine shuts down: what was to begin in the other one has not started.
#[tokio::test(start_paused = true)]
async fn what_had_not_started_at_a_shutdown_is_not_in_doubt() {
    let (memory, house, clock) = (MemoryStore::new(), house(0), PausedClock::new());
    let one = engine(FaultStore::new(memory.clone()), &house, clock).await;
    let run = one.start(careful("x".into()).id("c")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    one.shutdown().await.unwrap();
    drop(run);
    assert_eq!(house.books.calls(), ["c/parallel#1/0/short", "c/parallel#1/1/slow"]);
    let two = engine(FaultStore::new(memory), &house, clock).await;
    assert_eq!(two.execution::<careful>("c").await.unwrap().result().await.unwrap(), "xx");
    assert_eq!(house.books.calls(), ["c/parallel#1/0/short", "c/parallel#1/1/slow", "c/parallel#1/0/act_once"]);
}

/// Nothing runs any more: who asks then need not wait for it.
#[tokio::test(start_paused = true)]
async fn who_waits_at_an_engine_that_was_shut_down_is_told_so() {
    let (store, house) = (store(), house(0));
    let engine = engine(store, &house, PausedClock::new()).await;
    engine.run(slowly("x".into()).id("s")).await.unwrap();
    engine.shutdown().await.unwrap();
    // What has ended is there to be read.
    assert_eq!(engine.execution::<slowly>("s").await.unwrap().result().await.unwrap(), "x");
    engine.undo("s").await.unwrap_err();

    let two = Lab::new();
    let engine = two.builder().workflow::<crate::rollback_survives::slow>().start().await.unwrap();
    engine.start(crate::rollback_survives::slow("x".into()).id("s")).await.unwrap();
    engine.shutdown().await.unwrap();
    let run = engine.execution::<crate::rollback_survives::slow>("s").await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(3600), run.result()).await.unwrap();
    assert!(matches!(told, Err(EngineError::Closed)), "{told:?}");
}

/// A value that panics when it is recorded takes nobody with it.
#[tokio::test(start_paused = true)]
async fn a_value_that_panics_parks_its_execution_and_no_other() {
    let (store, house) = (store(), house(0));
    let engine = engine(store, &house, PausedClock::new()).await;
    let run = engine.start(aloud("this".into()).id("a")).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(60), run.result()).await.unwrap().unwrap_err();
    assert_eq!(told.to_string(), "the execution `a` is parked: panicked: no words for this");
    assert_eq!(engine.status("a").await.unwrap(), Some(ExecutionStatus::Parked));
    assert_eq!(engine.run(slowly("x".into()).id("s")).await.unwrap(), "x");
    tokio::time::timeout(Duration::from_secs(60), engine.shutdown()).await.unwrap().unwrap();
}

/// Each of them looks whether another engine has come to the end; all of them together do not keep the store from its work.
#[tokio::test(start_paused = true)]
async fn many_who_wait_leave_the_store_in_peace() {
    let store = HoldingTime::new(MemoryStore::new());
    let builder = Engine::builder(house(0)).store(store.clone()).clock(PausedClock::new());
    let engine = builder.workflow::<long>().start().await.unwrap();
    let mut waiting = Vec::new();
    for number in 0..2_000 {
        let run = engine.start(long(number.to_string()).id(format!("l{number}"))).await.unwrap();
        waiting.push(tokio::spawn(run.result()));
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = store.calls();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let calls = store.calls() - before;
    assert!(calls < 4_000, "{calls} calls in two seconds");
    engine.shutdown().await.unwrap();
    for told in waiting {
        assert!(matches!(told.await.unwrap(), Err(EngineError::Closed)));
    }
}
