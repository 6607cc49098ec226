//! What an execution holds in memory while it sleeps, and while it runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use workflow_runtime::store::{ExecutionStatus, Filter, Store};
use workflow_sqlite::SqliteStore;

use super::workflows::{App, Order, blocked, nap};
use super::{Bench, engine};
use crate::report::{head, row, target};

/// Prints the table. `live` tells how many bytes are allocated now; what SQLite's C code allocates is not in it, and
/// `resident` tells what the whole process has.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench, live: impl Fn() -> isize) -> anyhow::Result<()> {
    head(&["executions", "count", "bytes allocated for each", "wanted", "resident memory for each"]);
    let count = bench.choose(100_000, 5_000);
    let (allocated, resident) = asleep(bench, count, &live)?;
    show("asleep", count, allocated, resident, 1024.0);
    let (allocated, resident) = at_work(bench, 1_000, &live)?;
    show("at work, a step in flight", 1_000, allocated, resident, 8192.0);
    Ok(())
}

fn show(name: &str, count: usize, allocated: f64, resident: f64, most: f64) {
    row(&[
        name.to_owned(),
        count.to_string(),
        format!("{allocated:.0}"),
        target(allocated, most, " bytes"),
        format!("{resident:.0}"),
    ]);
}

/// Bytes for each execution that sleeps.
fn asleep(bench: &Bench, count: usize, live: &impl Fn() -> isize) -> anyhow::Result<(f64, f64)> {
    let app = Arc::new(App::default());
    bench.runtime.block_on(async {
        let (engine, store) = engine(&bench.file("asleep.db"), &app).await?;
        put_to_sleep(&engine, &store, 0..1_000).await?;
        let (before, resident_before) = (live(), resident());
        put_to_sleep(&engine, &store, 1_000..count + 1_000).await?;
        let held = (live() - before) as f64 / count as f64;
        let resident = resident().saturating_sub(resident_before) as f64 / count as f64;
        engine.shutdown().await?;
        Ok((held, resident))
    })
}

async fn put_to_sleep(
    engine: &workflow_runtime::Engine<App>,
    store: &SqliteStore,
    numbers: std::ops::Range<usize>,
) -> anyhow::Result<()> {
    let last = numbers.end;
    let mut lanes = JoinSet::new();
    for lane in numbers.clone().take(500) {
        let engine = engine.clone();
        lanes.spawn(async move {
            for number in (lane..last).step_by(500) {
                engine.start(nap(Order::new()).id(format!("nap-{number}"))).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    // Until nobody is awake.
    let statuses = vec![ExecutionStatus::Running];
    while !store.list(Filter { statuses: statuses.clone(), limit: 1, ..Filter::default() }).await?.executions.is_empty()
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(())
}

/// Bytes for each execution with a step in flight.
fn at_work(bench: &Bench, count: usize, live: &impl Fn() -> isize) -> anyhow::Result<(f64, f64)> {
    let app = Arc::new(App::default());
    bench.runtime.block_on(async {
        let (engine, _store) = engine(&bench.file("at-work.db"), &app).await?;
        let (before, resident_before) = (live(), resident());
        for number in 0..count {
            engine.start(blocked(Order::new()).id(format!("order-{number}"))).await?;
        }
        while app.gate.arrived() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let held = (live() - before) as f64 / count as f64;
        let resident = resident().saturating_sub(resident_before) as f64 / count as f64;
        app.gate.open_for(count);
        engine.shutdown().await?;
        Ok((held, resident))
    })
}

/// What the process has in memory; 0 where the system does not tell.
fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or_default() * 1024
}
