//! Outages: observers hear of them, callers get a clear error, and whatever was given up goes on when they are over.

use std::time::Duration;

use workflow_runtime::store::{Filter, StoreError};
use workflow_runtime::testing::{Fault, FaultStore, Recorder};
use workflow_runtime::{EngineError, ExecutionStatus};

use crate::damage_stays_where_it_is::errand;
use crate::ground::{Ground, on_every_store};
use crate::lab::{Lab, MINUTE, Went};
use crate::rollback_survives::pair;

/// A world whose store fails as it is told.
async fn lab<G: Ground>(ground: &G) -> Lab<FaultStore<G::Store>> {
    Lab { virtual_time: true, ..Lab::on(FaultStore::new(ground.open().await)) }
}

async fn observers_hear_of_an_outage<G: Ground>() {
    let ground = G::new();
    let lab = lab(&ground).await;
    lab.store.inject(Fault::FailBefore(2..5));
    let recorder = Recorder::new();
    let engine = lab.builder().workflow::<pair>().observer(&recorder).start().await.unwrap();
    assert_eq!(engine.run(pair("x".into()).id("p")).await.unwrap(), "x!!");
    assert_eq!(lab.books.calls(), ["p/one", "p/two"]);
    let failure = |write| format!("not yet written: the store is unavailable: an injected failure of write {write}\n");
    let outage: String = (2..5).map(failure).collect();
    assert_eq!(recorder.to_string(), format!("{outage}one: done\ntwo: done\ncompleted\n"));
}

async fn what_an_outage_stopped_goes_on_when_it_is_over<G: Ground>() {
    let ground = G::new();
    let lab = lab(&ground).await;
    lab.store.inject(Fault::FailBefore(2..u64::MAX));
    let recorder = Recorder::new();
    let engine = lab.builder().workflow::<pair>().observer(&recorder).start().await.unwrap();
    let error = engine.run(pair("x".into()).id("p")).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Unavailable { .. })), "{error:?}");
    assert!(error.to_string().starts_with("the store is unavailable: an injected failure of write"), "{error}");
    let told = recorder.to_string();
    assert!(told.lines().last().unwrap().starts_with("not written: the store is unavailable"), "{told}");
    assert_eq!(lab.books.calls(), ["p/one"]);
    // Nothing more happens until it answers.
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(engine.status("p").await.unwrap(), Some(ExecutionStatus::Running));
    assert_eq!(lab.books.calls(), ["p/one"]);
    lab.store.heal();
    let run = engine.execution::<pair>("p").await.unwrap();
    assert_eq!(run.result().await.unwrap(), "x!!");
    // The first one's success was kept until it could be recorded.
    assert_eq!(lab.books.calls(), ["p/one", "p/two"]);
}

async fn nothing_begins_on_a_store_that_is_down<G: Ground>() {
    let ground = G::new();
    let lab = lab(&ground).await;
    let engine = lab.builder().workflow::<pair>().start().await.unwrap();
    lab.store.inject(Fault::Down);
    let down = "the store is unavailable: an injected outage";
    let error = engine.start(pair("x".into()).id("p")).await.unwrap_err();
    assert_eq!(error.to_string(), down);
    let error = engine.status("p").await.unwrap_err();
    assert_eq!(error.to_string(), down);
    let error = lab.builder().workflow::<pair>().start().await.unwrap_err();
    assert_eq!(error.to_string(), down);
    assert!(lab.books.calls().is_empty());
    lab.store.heal();
    assert_eq!(engine.status("p").await.unwrap(), None);
    assert_eq!(engine.run(pair("x".into()).id("p")).await.unwrap(), "x!!");
}

async fn without_a_list_parked_executions_wait_and_all_others_go_on<G: Ground>() {
    let ground = G::new();
    let lab = lab(&ground).await;
    lab.books.fail("e/try_act", 1);
    let before = lab.builder().workflow::<errand>().start().await.unwrap();
    before.start(errand("x".into()).id("e")).await.unwrap();
    lab.settle().await;
    before.shutdown().await.unwrap();
    assert_eq!(lab.books.calls(), ["e/act", "e/try_act"]);

    lab.store.inject(Fault::DamagedList);
    let engine = lab.builder().workflow::<errand>().workflow::<pair>().start().await.unwrap();
    let from_before = engine.execution::<errand>("e").await.unwrap();
    from_before.signal(Went { leg: "home".into() }).await.unwrap();
    lab.clock.advance(Duration::from_secs(60));
    assert_eq!(lab.until(MINUTE, from_before.result()).await.unwrap(), "x!? home");
    assert_eq!(engine.run(pair("y".into()).id("q")).await.unwrap(), "y!!");
    let said = engine.list(Filter::default()).await.unwrap_err().to_string();
    assert!(said.starts_with("the list of executions is damaged: an injected fault; nothing was changed"), "{said}");
    let recovered = engine.wait_for_recovered(Duration::ZERO).await;
    assert!(recovered.unwrap_err().to_string().starts_with("the list of executions is damaged"));
    engine.shutdown().await.unwrap();
}

on_every_store![
    observers_hear_of_an_outage,
    what_an_outage_stopped_goes_on_when_it_is_over,
    nothing_begins_on_a_store_that_is_down,
    without_a_list_parked_executions_wait_and_all_others_go_on,
];
