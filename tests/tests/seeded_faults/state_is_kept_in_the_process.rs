//! A step keeps what its undo will need in the memory of the process, where a cancellation after a crash does not find it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Outcome, Services, StepContext, step, workflow};

use crate::books::{App, Books, Pages, assert_fails, assert_passes};

/// How many were reserved, by the key of the step.
#[derive(Default)]
struct Memory {
    reserved: Mutex<BTreeMap<String, i64>>,
}

/// A process, in a world that outlives it.
#[derive(Services)]
struct Process {
    #[services(flatten)]
    world: Arc<App>,
    memory: Memory,
}

impl Process {
    fn new(world: &Arc<App>) -> Self {
        Self { world: Arc::clone(world), memory: Memory::default() }
    }
}

#[step(compensate = release)]
async fn reserve(count: i64, books: &Books, memory: &Memory, ctx: &StepContext) -> Result<i64> {
    if books.first(ctx.step_key()) {
        books.add("stock", "mug", -count);
    }
    memory.reserved.lock().expect("nobody panics here").insert(ctx.step_key().to_owned(), count);
    Ok(count)
}

#[step]
async fn release(_count: Outcome<i64>, books: &Books, memory: &Memory, ctx: &StepContext) -> Result<()> {
    if let Some(count) = memory.reserved.lock().expect("nobody panics here").remove(ctx.step_key()) {
        books.add("stock", "mug", count);
    }
    Ok(())
}

#[step]
async fn charge(cents: i64) -> Result<i64> {
    Ok(cents)
}

workflow! {
    async fn place_order(count: i64) -> Result<i64> {
        let count = reserve(count).await?;
        charge(count * 250).await
    }
}

fn an_order() -> Fixture<place_order, Process, Pages> {
    Fixture::new(|| (Process::new(&Arc::new(App::new())), place_order(2)))
        .world(|process: &Process| process.world.pages())
}

#[test]
fn is_found_by_cancelling_on_an_engine_that_dies() {
    let suite = an_order().after_crash(|process| Process::new(&process.world)).suite();
    let message = "`release` ran after the crash, but does not undo what was done before it: does it look for something that only the \
         process remembered, and not its payload? stock still differs: mug 3 -> 1; cancelled at `charge`, and the engine died; undo order \
         was `reserve`";
    assert_fails(&suite, "cancel_and_crash_at::charge", message);
    assert_passes(&suite, &["succeeds", "cancel_at::charge", "cancel_on_an_engine_at::charge", "fail_at::charge"]);
}

#[test]
fn is_not_found_where_the_container_outlives_the_crash() {
    assert_passes(&an_order().suite(), &["cancel_and_crash_at::charge"]);
}
