//! A store may stop before or after any of its writes, or fail for a while: nothing is lost, nothing acknowledged repeated.

use workflow_runtime::EngineError;
use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::testing::{Fault, FaultStore};

use crate::ground::{Ground, Place};
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
async fn with_fault<G: Ground>(plan: &Plan, fault: Option<Fault>) -> (u64, String) {
    let ground = G::new();
    let store = FaultStore::new(ground.open().await);
    let lab = Lab { virtual_time: true, ..Lab::on(store.clone()) };
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
    // Looked at in this order: a write that was under way beside the one that stopped may still be answered.
    let calls = lab.books.calls();
    let heir = ground.open().await;
    let journal = heir.history("j", 1).await.unwrap();
    let acknowledged: Vec<String> = (journal.iter().filter(|event| event.kind.ends_with(".succeeded")))
        .map(|event| format!("j/{}", event.path))
        .collect();
    let before: Vec<usize> = acknowledged.iter().map(|call| lab.books.count(call)).collect();
    for call in &calls {
        let intent = |path: &str| format!("j/{path}") == *call;
        let recorded = journal.iter().any(|event| event.kind.ends_with(".began") && intent(&event.path));
        assert!(recorded, "{call} ran before its intent was durable: {fault:?}");
    }

    let second = lab.with(heir);
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

async fn any_stop<G: Ground>(plan: Plan) {
    let (writes, whole) = with_fault::<G>(&plan, None).await;
    assert!(writes > 10, "{writes}");
    for write in 1..=writes {
        for fault in [Fault::StopBefore(write), Fault::StopAfter(write)] {
            let (_, result) = with_fault::<G>(&plan, Some(fault.clone())).await;
            assert_eq!(whole, result, "{fault:?} of {writes}");
        }
    }
}

/// An error does not say whether the write was made: neither case loses or repeats anything.
async fn any_outage<G: Ground>(plan: Plan) {
    let (writes, whole) = with_fault::<G>(&plan, None).await;
    for write in 1..=writes {
        for fault in [Fault::FailBefore(write..write + 3), Fault::FailAfter(write..write + 3)] {
            let (_, result) = with_fault::<G>(&plan, Some(fault.clone())).await;
            assert_eq!(whole, result, "{fault:?} of {writes}");
        }
    }
}

fn rolling_back() -> Plan {
    Plan { fail: true, ..Plan::new(true) }
}

macro_rules! on {
    ($module:ident: $ground:ty) => {
        mod $module {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn stopping_forward() {
                any_stop::<$ground>(Plan::new(true)).await;
            }

            #[tokio::test(start_paused = true)]
            async fn stopping_while_rolling_back() {
                any_stop::<$ground>(rolling_back()).await;
            }

            #[tokio::test(start_paused = true)]
            async fn an_outage_forward() {
                any_outage::<$ground>(Plan::new(true)).await;
            }

            #[tokio::test(start_paused = true)]
            async fn an_outage_while_rolling_back() {
                any_outage::<$ground>(rolling_back()).await;
            }
        }
    };
}

on!(on_memory: MemoryStore);
on!(on_sqlite: Place);
