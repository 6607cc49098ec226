//! Random workflows whose engine dies at one of its writes, and which another engine takes up.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use workflow_runtime::store::{Store, StoredEvent};
use workflow_runtime::testing::{Fault, FaultStore};

use crate::durable::{self, ID, World, with_timeout};
use crate::graph::{Node, Plan, TIMEOUTS};
use crate::steps::{TIMED_FROM, label};
use crate::{model, nothing_is_forgotten};

/// Where an engine dies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    write: Index,
    /// Whether the write is made.
    after: bool,
}

pub(crate) fn stop() -> impl Strategy<Value = Stop> {
    (any::<Index>(), any::<bool>()).prop_map(|(write, after)| Stop { write, after })
}

pub(crate) fn survives(plan: &Plan, stop: Stop) -> Result<(), TestCaseError> {
    with_timeout!(plan, survives_with(plan, stop))
}

fn survives_with<const T: usize>(plan: &Plan, stop: Stop) -> Result<(), TestCaseError> {
    let whole = World::new(plan);
    let store = FaultStore::new(whole.memory.clone());
    let _ = whole.run_on(whole.work_on::<T>(store.clone()));
    let write = 1 + stop.write.index(store.writes() as usize) as u64;

    let world = World::new(plan);
    let store = FaultStore::new(world.memory.clone());
    store.inject(if stop.after { Fault::StopAfter(write) } else { Fault::StopBefore(write) });
    world.run_on(async {
        tokio::select! {
            result = world.work_on::<T>(store.clone()) => panic!("it ended without a stop: {result:?}"),
            () = store.stopped() => {}
        }
    });
    let before = world.trace();
    let journal = world.run_on(async {
        let Some(row) = world.memory.load(ID).await.unwrap() else { return Vec::new() };
        // Its lease ends with it, so that its heir need not wait: waiting would change what times out.
        world.memory.retire(row.owner.as_deref().unwrap_or_default()).await.unwrap();
        world.memory.history(ID, 1).await.unwrap()
    });
    let result = world.run_on(world.work_on::<T>(world.memory.clone()));
    let seen = durable::seen(&world, result);

    let again = seen.trace.get(before.len()..).unwrap();
    for line in ended(&journal, ".succeeded") {
        let repeated = again.iter().any(|seen| seen.starts_with(&line));
        prop_assert!(!repeated, "`{}` had succeeded for good, and ran again: {:#?}", line, seen);
    }
    for attempt in seen.trace.iter().filter(|line| line.starts_with("begin ")) {
        let times = seen.trace.iter().filter(|line| *line == attempt).count();
        prop_assert!(times <= 2, "`{}` {} times over one stop", attempt, times);
    }
    nothing_is_forgotten(plan, &seen, 2)?;
    // Where nothing runs beside anything else, and no time runs out, a stop changes nothing.
    if plan.timeout.is_none() && plan.root.iter().all(is_steady) {
        prop_assert_eq!(&seen.result, &model::run(plan).result);
    }
    Ok(())
}

/// How traces begin to tell of the operations that ended so.
fn ended(journal: &[StoredEvent], how: &str) -> BTreeSet<String> {
    let ended = journal.iter().filter(|event| event.kind.ends_with(how));
    ended
        .map(|event| match event.kind.starts_with("undo") {
            true => format!("undo {} ", label(&event.path)),
            false => format!("begin {} ", label(&event.path)),
        })
        .collect()
}

/// Whether a node takes no notice of time.
fn is_steady(node: &Node) -> bool {
    match node {
        Node::Parallel { .. } | Node::ParallelFor { .. } => false,
        Node::Child { slot, body, .. } => *slot < TIMED_FROM && body.iter().all(is_steady),
        Node::For { body, .. } => body.iter().all(is_steady),
        Node::Branch { arms, .. } => arms.iter().flatten().all(is_steady),
        Node::Step(_) | Node::Undo { .. } | Node::Sleep(_) | Node::Nothing => true,
    }
}
