use workflow_runtime::EngineError;
use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::testing::{Fault, FaultStore};

use crate::lab::{Lab, MINUTE, Plan, journey};

const FAULTS: [(&str, u32); 2] = [("leg/second", 1), ("parallel#1/0/b/undo", 1)];

fn told(result: &Result<Vec<String>, EngineError>) -> String {
    match result {
        Ok(values) => values.join(" "),
        Err(error) => {
            // Branches are undone beside each other: in either order.
            let error = error.workflow_error().unwrap();
            let failed: Vec<String> = error.failures().map(|node| node.to_string()).collect();
            let mut undone = error.undone().to_vec();
            undone.sort();
            format!("{} {failed:?} {undone:?}", error.status())
        }
    }
}

/// Runs on a store with this fault until it ends or the store has stopped; then on a whole store to the end.
async fn with_fault(plan: &Plan, fault: Option<Fault>, virtual_time: bool) -> (u64, String) {
    let memory = MemoryStore::new();
    let store = FaultStore::new(memory.clone());
    let lab = Lab { virtual_time, ..Lab::on(store.clone()) };
    FAULTS.iter().for_each(|(call, times)| lab.books.fail(call, *times));
    if plan.fail {
        lab.books.fail("if#2/0/last", u32::MAX);
    }
    let stops = matches!(fault, Some(Fault::StopBefore(_) | Fault::StopAfter(_)));
    if let Some(fault) = fault.clone() {
        store.inject(fault);
    }
    let engine = lab.builder().workflow::<journey>().start().await.unwrap();
    let first = lab.until(MINUTE, async {
        tokio::select! {
            result = engine.run(journey(plan.clone()).id("j")) => Some(result),
            () = store.stopped() => None,
        }
    });
    if let Some(result) = first.await {
        assert!(!stops, "the store did not stop: {fault:?}");
        return (store.writes(), told(&result));
    }
    let journal = memory.history("j", 1).await.unwrap();
    let acknowledged: Vec<String> = (journal.iter().filter(|event| event.kind.ends_with(".succeeded")))
        .map(|event| format!("j/{}", event.path))
        .collect();
    let before: Vec<usize> = acknowledged.iter().map(|call| lab.books.count(call)).collect();
    let calls = lab.books.calls();
    for call in &calls {
        let intent = |path: &str| format!("j/{path}") == *call;
        let recorded = journal.iter().any(|event| event.kind.ends_with(".began") && intent(&event.path));
        assert!(recorded, "{call} ran before its intent was durable: {fault:?}");
    }

    let second = lab.with(memory);
    let engine = second.builder().workflow::<journey>().start().await.unwrap();
    let result = second.until(MINUTE, engine.run(journey(plan.clone()).id("j"))).await;
    let after: Vec<usize> = acknowledged.iter().map(|call| second.books.count(call)).collect();
    assert_eq!(before, after, "what was acknowledged ran again: {acknowledged:?}");
    let failing: u32 = 3;
    for call in second.books.calls() {
        let times = second.books.count(&call) - calls.iter().filter(|seen| **seen == call).count();
        assert!(times <= failing as usize, "{call} ran {times} times after the crash");
    }
    engine.shutdown().await.unwrap();
    (store.writes(), told(&result))
}

async fn any_stop(plan: Plan) {
    let (writes, whole) = with_fault(&plan, None, false).await;
    assert!(writes > 10, "{writes}");
    for write in 1..=writes {
        for fault in [Fault::StopBefore(write), Fault::StopAfter(write)] {
            let (_, result) = with_fault(&plan, Some(fault.clone()), false).await;
            assert_eq!(whole, result, "{fault:?} of {writes}");
        }
    }
}

#[tokio::test]
async fn forward() {
    any_stop(Plan::new(true)).await;
}

#[tokio::test]
async fn rolling_back() {
    any_stop(Plan { fail: true, ..Plan::new(true) }).await;
}

/// An error does not say whether the write was made: neither case loses or repeats anything.
#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_costs_time_only() {
    for plan in [Plan::new(true), Plan { fail: true, ..Plan::new(false) }] {
        let (writes, whole) = with_fault(&plan, None, true).await;
        for write in 1..=writes {
            for fault in [Fault::FailBefore(write..write + 3), Fault::FailAfter(write..write + 3)] {
                let (_, result) = with_fault(&plan, Some(fault.clone()), true).await;
                assert_eq!(whole, result, "{fault:?} of {writes}");
            }
        }
    }
}
