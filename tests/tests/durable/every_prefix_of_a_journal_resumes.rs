use workflow_runtime::store::{Execution, MemoryStore, NewEvent, NewExecution, Store, StoredEvent};
use workflow_runtime::{EngineError, ExecutionStatus};

use crate::lab::{Lab, MINUTE, Plan, journey};

/// Runs a plan to its end.
async fn run(plan: &Plan, faults: &[(&str, u32)]) -> (Lab, Result<Vec<String>, EngineError>) {
    let lab = Lab::new();
    faults.iter().for_each(|(call, times)| lab.books.fail(call, *times));
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let result = lab.until(MINUTE, engine.run(journey(plan.clone()).id("j"))).await;
    engine.shutdown().await.unwrap();
    (lab, result)
}

/// A store with only the beginning of an execution in it.
async fn cut(row: &Execution, journal: &[StoredEvent]) -> MemoryStore {
    let store = MemoryStore::new();
    let rolling = journal.iter().any(|event| event.kind == "rolling back");
    let status = if rolling { ExecutionStatus::Compensating } else { ExecutionStatus::Running };
    let new = NewExecution {
        id: row.id.as_str().into(),
        workflow: row.workflow.as_str().into(),
        version: row.version,
        fingerprint: row.fingerprint.as_str().into(),
        input: row.input.clone(),
        status,
        owner: None,
        due: Some(0),
        events: journal.iter().cloned().map(NewEvent::from).collect::<Vec<_>>().into(),
        at: 0,
        replaces: None,
    };
    store.create(new).await.unwrap();
    store
}

async fn every_prefix_resumes(plan: Plan, faults: &[(&str, u32)]) {
    let (lab, whole) = run(&plan, faults).await;
    let row = lab.store.load("j").await.unwrap().unwrap();
    let journal = lab.store.history("j", 1).await.unwrap();
    assert!(journal.len() > 20, "{}", journal.len());
    for length in 0..journal.len() {
        let known = &journal[..length];
        let resumed = Lab::on(cut(&row, known).await);
        faults.iter().for_each(|(call, times)| resumed.books.fail(call, *times));
        let engine = resumed.builder().workflow::<journey>().start().await.unwrap();
        let handle = engine.execution::<journey>("j").await.unwrap();
        let result = resumed.until(MINUTE, handle.result()).await;
        match (&whole, &result) {
            (Ok(whole), Ok(result)) => assert_eq!(whole, result, "after {length} events"),
            (Err(whole), Err(result)) => assert_eq!(whole.to_string(), result.to_string(), "after {length} events"),
            other => panic!("after {length} events: {other:?}"),
        }
        let acknowledged = known.iter().filter(|event| event.kind.ends_with(".succeeded"));
        for done in acknowledged {
            assert_eq!(resumed.books.count(&format!("j/{}", done.path)), 0, "{} after {length} events", done.path);
        }
        let later = journal[length..].iter().filter(|event| event.kind.ends_with(".succeeded"));
        for todo in later {
            assert!(resumed.books.count(&format!("j/{}", todo.path)) > 0, "{} after {length} events", todo.path);
        }
        let after = resumed.store.load("j").await.unwrap().unwrap();
        assert_eq!((after.status, after.result, after.error), (row.status, row.result.clone(), row.error.clone()));
        engine.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn forward() {
    every_prefix_resumes(Plan::new(true), &[]).await;
    every_prefix_resumes(Plan::new(false), &[]).await;
}

#[tokio::test]
async fn with_attempts_that_fail() {
    every_prefix_resumes(Plan::new(true), &[("leg/second", 2)]).await;
}

#[tokio::test]
async fn rolling_back() {
    let plan = Plan { fail: true, ..Plan::new(true) };
    every_prefix_resumes(plan, &[("if#2/0/last", u32::MAX), ("parallel#1/0/b/undo", 1)]).await;
}
