use std::time::Duration;

use anyhow::Result;
use workflow_runtime::store::{Filter, MemoryStore, Store};
use workflow_runtime::testing::{Fault, FaultStore};
use workflow_runtime::{Engine, EngineError, ExecutionStatus, Observation, Rerun, workflow};

use crate::ground::{Ground, Place};
use crate::lab::{Lab, MINUTE, World, act, end};

workflow! {
    pub async fn errand(what: String) -> Result<String> {
        let done = act(what).await?;
        sleep!("1h").await;
        end().await?;
        Ok(done)
    }
}

async fn engine<S: Store + Clone>(lab: &Lab<S>) -> Engine<World> {
    // Time passes here in leaps that would end leases.
    lab.builder().workflow::<errand>().lease(MINUTE * 60 * 24).start().await.unwrap()
}

/// The first run under `e`, which fails and is undone; or cannot be undone.
async fn first_run<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>, undone: bool) {
    lab.books.fail("e/end", 1);
    if !undone {
        lab.books.fail("e/act/undo", u32::MAX);
    }
    lab.until(MINUTE, engine.run(errand("x".into()).id("e"))).await.unwrap_err();
    let expected = if undone { ExecutionStatus::Compensated } else { ExecutionStatus::Failed };
    assert_eq!(engine.status("e").await.unwrap(), Some(expected));
}

async fn stays_as_it_ended<S: Store + Clone>(lab: &Lab<S>, engine: &Engine<World>, rerun: Rerun) {
    let calls = lab.books.calls();
    let error = lab.until(MINUTE, engine.run(errand("x".into()).id("e").rerun(rerun))).await.unwrap_err();
    assert!(matches!(error, EngineError::Workflow(_)), "{error}");
    assert_eq!(lab.books.calls(), calls);
}

async fn runs_again<S: Store + Clone>(lab: Lab<S>) {
    let engine = engine(&lab).await;
    first_run(&lab, &engine, true).await;
    stays_as_it_ended(&lab, &engine, Rerun::Never).await;
    let other = engine.start(errand("y".into()).id("e")).await.unwrap_err();
    assert!(matches!(other, EngineError::OtherInput { .. }), "{other}");

    // The further run may have another input.
    let again = || errand("y".into()).id("e").rerun(Rerun::AfterCompensated);
    let run = engine.start(again()).await.unwrap();
    let found = engine.start(again()).await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), "y!");
    assert_eq!(lab.until(MINUTE, found.result()).await.unwrap(), "y!");
    assert_eq!(lab.until(MINUTE, engine.run(again())).await.unwrap(), "y!", "what has completed is found");
    assert_eq!(lab.books.calls(), ["e/act", "e/end", "e/act/undo", "e~2/act", "e~2/end"]);

    let listed = engine.list(Filter::default()).await.unwrap().executions;
    assert_eq!(listed.iter().map(|found| (found.id.as_str(), found.run)).collect::<Vec<_>>(), [("e", 2)]);
    let first = engine.history_of_run("e", 1).await.unwrap();
    let second = engine.history_of_run("e", 2).await.unwrap();
    assert!(first.iter().any(|entry| entry.kind == "rolling back"), "{first:?}");
    assert!(second.iter().all(|entry| entry.kind != "rolling back"), "{second:?}");
    assert_eq!(engine.history("e").await.unwrap(), second);
    let none = engine.history_of_run("e", 3).await.unwrap_err();
    assert_eq!(none.to_string(), "the execution `e` has no run 3: there are 2, counted from 1");

    // Undone after its completion, it may run a third time.
    engine.undo("e").await.unwrap();
    let undone = engine.execution::<errand>("e").await.unwrap();
    lab.until(MINUTE, undone.result()).await.unwrap_err();
    assert_eq!(lab.until(MINUTE, engine.run(again())).await.unwrap(), "y!");
    assert_eq!(lab.books.count("e~3/act"), 1);
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn after_it_was_undone() {
    runs_again(Lab::new()).await;
    let place = Place::new();
    runs_again(Lab { virtual_time: true, ..Lab::on(place.open().await) }).await;
}

#[tokio::test]
async fn after_it_failed_only_where_that_was_said() {
    let lab = Lab::new();
    let engine = engine(&lab).await;
    first_run(&lab, &engine, false).await;
    stays_as_it_ended(&lab, &engine, Rerun::AfterCompensated).await;
    let again = errand("x".into()).id("e").rerun(Rerun::EvenAfterFailed);
    assert_eq!(lab.until(MINUTE, engine.run(again)).await.unwrap(), "x!");
    assert_eq!((lab.books.count("e~2/act"), lab.books.count("e~2/end")), (1, 1));
}

async fn once_for_many_who_ask_at_once<S: Store + Clone>(lab: Lab<S>) {
    let one = engine(&lab).await;
    let two = engine(&lab).await;
    first_run(&lab, &one, true).await;
    let asked = (0..20).map(|number| {
        let engine = if number % 2 == 0 { &one } else { &two };
        async {
            let run = engine.start(errand("x".into()).id("e").rerun(Rerun::AfterCompensated)).await.unwrap();
            run.result().await
        }
    });
    for result in lab.until(MINUTE, futures_util::future::join_all(asked)).await {
        assert_eq!(result.unwrap(), "x!");
    }
    assert_eq!(lab.books.calls(), ["e/act", "e/end", "e/act/undo", "e~2/act", "e~2/end"]);
    one.shutdown().await.unwrap();
    two.shutdown().await.unwrap();
}

#[tokio::test]
async fn once_however_many_ask_for_it() {
    once_for_many_who_ask_at_once(Lab::new()).await;
    let place = Place::new();
    once_for_many_who_ask_at_once(Lab { virtual_time: true, ..Lab::on(place.open().await) }).await;
}

/// The second run is stopped before and after each of its writes; the next engine goes on with it, not with a third.
#[tokio::test]
async fn over_a_crash_at_any_write() {
    let mut writes = 0;
    for fault in 1..20 {
        for before in [true, false] {
            let memory = MemoryStore::new();
            let store = FaultStore::new(memory.clone());
            let lab = Lab::on(store.clone());
            let first = engine(&lab).await;
            first_run(&lab, &first, true).await;
            let at = store.writes() + fault;
            store.inject(if before { Fault::StopBefore(at) } else { Fault::StopAfter(at) });
            let again = || errand("x".into()).id("e").rerun(Rerun::AfterCompensated);
            let told = tokio::select! {
                result = lab.until(MINUTE, first.run(again())) => Some(result.unwrap()),
                () = store.stopped() => None,
            };
            writes = writes.max((store.writes() + fault).saturating_sub(at));
            let heir = lab.with(memory);
            lab.clock.advance(MINUTE * 60 * 24);
            let next = engine(&heir).await;
            assert_eq!(heir.until(MINUTE, next.run(again())).await.unwrap(), told.unwrap_or("x!".to_owned()));
            let row = heir.store.load("e").await.unwrap().unwrap();
            assert_eq!((row.run, row.status), (2, ExecutionStatus::Completed), "stopped at {fault}");
            let journal = next.history("e").await.unwrap();
            assert_eq!(journal.iter().filter(|entry| entry.kind == "step.succeeded").count(), 2);
            assert!(heir.books.count("e~2/act") <= 2 && heir.books.count("e~2/end") <= 2);
            next.shutdown().await.unwrap();
        }
    }
    assert!(writes > 3, "{writes}");
}

#[tokio::test]
async fn what_belongs_to_a_run_in_process_is_refused_and_not_passed_over() {
    let lab = Lab::new();
    let engine = engine(&lab).await;
    let with = [
        (errand("x".into()).observer(|_: &Observation| ()), "an observer", "`Engine::builder(..).observer(..)`"),
        (errand("x".into()).on_any_event(|_| ()), "a subscriber", "`Engine::builder(..).on_event(name, ..)`"),
        (errand("x".into()).clock(lab.clock.clone()), "a clock", "`Engine::builder(..).clock(..)`"),
        (errand("x".into()).round_trip(), "`.round_trip()`", "`.run(&app)`"),
    ];
    for (invocation, what, instead) in with {
        let error = engine.start(invocation).await.unwrap_err();
        assert!(matches!(error, EngineError::Misplaced { .. }), "{error}");
        assert!(error.to_string().contains(what) && error.to_string().contains(instead), "{error}");
    }
    lab.until(Duration::ZERO, async { assert!(lab.books.calls().is_empty()) }).await;
}
