//! Steps a second, with so many executions at once, beside rows of the same size from SQLite alone, and beside the same
//! workflow written by hand.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use workflow_runtime::store::Store;

use super::meter::{Meter, Used};
use super::workflows::{App, Order, sum_ten, sum_three};
use super::{Bench, by_hand, engine, raw};
use crate::report::{at_least, head, row, time};

/// How many executions are at work at once.
const IN_FLIGHT: [usize; 4] = [1, 16, 128, 1_000];

/// Which workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of three steps.
    Three,
    /// Of ten.
    Ten,
}

impl Kind {
    /// How many it has.
    #[must_use]
    pub const fn steps(self) -> u64 {
        match self {
            Self::Three => 3,
            Self::Ten => 10,
        }
    }
}

/// Prints the table.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let bytes = bytes_of_a_write(bench)?;
    let by_hand = by_hand::bytes_of_a_write(bench)?;
    println!("A write of `sum_ten` has {bytes} bytes of text on average; so has a raw row. By hand it is {by_hand}.\n");
    head(&[
        "in flight",
        "workflow",
        "fdatasync/s",
        "raw rows/s",
        "writes/s by hand",
        "steps/s",
        "writes/s",
        "writes / raw rows",
        "wanted",
        "writes / by hand",
        "writes a commit",
        "by hand",
        "processor a write",
        "by hand",
        "a raw row",
        "bytes written a write",
        "a raw row",
    ]);
    for in_flight in IN_FLIGHT.into_iter().filter(|many| bench.in_flight.is_none_or(|only| only == *many)) {
        line(bench, in_flight, bytes)?;
    }
    println!("\nRaw rows without group commit are those of the lines with one in flight.");
    Ok(())
}

/// The text that one write of a workflow of ten steps adds to the journal.
fn bytes_of_a_write(bench: &Bench) -> anyhow::Result<usize> {
    bench.runtime.block_on(async {
        let (engine, store) = engine(&bench.file("size.db"), &Arc::default()).await?;
        engine.run(sum_ten(Order::new()).id("size")).await?;
        let journal = store.history("size", 1).await?;
        let bytes: usize = journal.iter().map(|event| event.kind.len() + event.path.len() + event.data.len()).sum();
        Ok(bytes / writes(Kind::Ten) as usize)
    })
}

/// One write for the start, and one for each step.
#[must_use]
pub const fn writes(kind: Kind) -> u64 {
    kind.steps() + 1
}

fn line(bench: &Bench, in_flight: usize, bytes: usize) -> anyhow::Result<()> {
    let (turns, time_of_one) = bench.choose((6, Duration::from_secs(2)), (2, Duration::from_millis(500)));
    let (mut syncs, mut raw) = (Used::default(), Used::default());
    let mut lines = [Kind::Three, Kind::Ten].map(|kind| (kind, Used::default(), Used::default()));
    // Turn and turn about, so that a disk in another mood is not taken for a difference.
    for turn in 0..turns {
        let file = |name: &str| bench.file(&format!("{name}-{in_flight}-{turn}"));
        syncs = syncs.and(raw::syncs(&file("syncs"), time_of_one / 4)?);
        raw = raw.and(raw::rows(&file("raw"), in_flight, bytes, time_of_one / 2)?);
        for (kind, workflow, hand) in &mut lines {
            *workflow = workflow.and(steps(bench, &file(&format!("{kind:?}")), in_flight, *kind, time_of_one)?);
            let path = file(&format!("{kind:?}-by-hand"));
            *hand = hand.and(by_hand::steps(bench, &path, in_flight, *kind, time_of_one)?);
            raw = raw.and(raw::rows(&file(&format!("raw-after-{kind:?}")), in_flight, bytes, time_of_one / 2)?);
        }
    }
    for (kind, workflow, hand) in lines {
        show(in_flight, kind, [syncs, raw, hand, workflow]);
    }
    Ok(())
}

fn show(in_flight: usize, kind: Kind, [syncs, raw, hand, steps]: [Used; 4]) {
    let share = writes(kind) as f64 / kind.steps() as f64;
    let (written, by_hand) = (steps.rate() * share, hand.rate() * share);
    let each_commit = |used: Used| format!("{:.1}", used.count as f64 * share / used.commits.max(1) as f64);
    let wanted = match (kind, in_flight) {
        (Kind::Three, _) | (_, 16) => String::new(),
        (Kind::Ten, 1) => at_least(written / raw.rate(), 0.9),
        (Kind::Ten, _) => at_least(written / raw.rate(), 0.6),
    };
    row(&[
        in_flight.to_string(),
        format!("{} steps", kind.steps()),
        format!("{:.0}", syncs.rate()),
        format!("{:.0}", raw.rate()),
        format!("{by_hand:.0}"),
        format!("{:.0}", steps.rate()),
        format!("{written:.0}"),
        format!("{:.2}", written / raw.rate()),
        wanted,
        format!("{:.2}", written / by_hand),
        each_commit(steps),
        each_commit(hand),
        time(steps.processor_each() / share),
        time(hand.processor_each() / share),
        time(raw.processor_each()),
        format!("{:.0}", steps.written_each() / share),
        format!("{:.0}", raw.written_each()),
    ]);
}

/// Keeps so many executions going, and counts the steps of a while in the middle.
///
/// # Errors
/// When the store fails.
pub fn steps(bench: &Bench, path: &Path, in_flight: usize, kind: Kind, time: Duration) -> anyhow::Result<Used> {
    let app = Arc::new(App::default());
    bench.runtime.block_on(async {
        let (engine, store) = engine(path, &app).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut lanes = JoinSet::new();
        for _ in 0..in_flight {
            let (engine, stop) = (engine.clone(), Arc::clone(&stop));
            lanes.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    match kind {
                        Kind::Three => engine.run(sum_three(Order::new())).await?,
                        Kind::Ten => engine.run(sum_ten(Order::new())).await?,
                    };
                }
                anyhow::Ok(())
            });
        }
        tokio::time::sleep(time / 5).await;
        let (meter, count, commits) = (Meter::start(), app.count.get(), store.commits());
        tokio::time::sleep(time).await;
        let used = meter.stop(app.count.get() - count, store.commits() - commits);
        stop.store(true, Ordering::Relaxed);
        while let Some(lane) = lanes.join_next().await {
            lane??;
        }
        engine.shutdown().await?;
        Ok(used)
    })
}
