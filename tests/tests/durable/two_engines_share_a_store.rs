use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::testing::{Fault, FaultStore};

use crate::lab::{Lab, MINUTE, Plan, journey};

const NODES: [&str; 10] = [
    "a",
    "parallel#1/0/b",
    "parallel#1/1/c1",
    "parallel#1/1/c2",
    "if#1/0/d",
    "for#1[0]/item",
    "for#1[1]/item",
    "parallel#2[0]/beside",
    "leg/first",
    "leg/second",
];

#[tokio::test]
async fn every_node_of_every_execution_runs_once() {
    let lab = Lab::new();
    let one = lab.builder().workflow::<journey>().start().await.unwrap();
    let two = lab.builder().workflow::<journey>().start().await.unwrap();
    for number in 0..100 {
        let engine = if number % 2 == 0 { &one } else { &two };
        engine.start(journey(Plan::new(true)).id(format!("j{number}"))).await.unwrap();
    }
    for number in 0..100 {
        // The engine that did not start it asks for the result.
        let engine = if number % 2 == 0 { &two } else { &one };
        let run = engine.execution::<journey>(&format!("j{number}")).await.unwrap();
        lab.until(MINUTE, run.result()).await.unwrap();
    }
    for number in 0..100 {
        for node in NODES {
            assert_eq!(lab.books.count(&format!("j{number}/{node}")), 1, "j{number}/{node}");
        }
    }
}

#[tokio::test]
async fn one_takes_over_what_the_other_left() {
    let memory = MemoryStore::new();
    let store = FaultStore::new(memory.clone());
    store.inject(Fault::StopAfter(400));
    let lab = Lab::on(store.clone());
    let doomed = lab.builder().workflow::<journey>().start().await.unwrap();
    for number in 0..50 {
        doomed.start(journey(Plan::new(true)).id(format!("j{number}"))).await.unwrap();
    }
    lab.until(MINUTE, store.stopped()).await;
    let mut acknowledged = Vec::new();
    for number in 0..50 {
        for event in memory.history(&format!("j{number}"), 1).await.unwrap() {
            if event.kind == "step.succeeded" {
                acknowledged.push(format!("j{number}/{}", event.path));
            }
        }
    }
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    let heir = lab.with(memory);
    let engine = heir.builder().workflow::<journey>().start().await.unwrap();
    for number in 0..50 {
        let run = engine.execution::<journey>(&format!("j{number}")).await.unwrap();
        heir.until(MINUTE, run.result()).await.unwrap();
    }
    for call in acknowledged {
        assert_eq!(heir.books.count(&call), 1, "{call} was acknowledged and ran again");
    }
}
