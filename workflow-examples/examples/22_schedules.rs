//! Executions that begin by the clock: every night at three, also after nights in which nobody was there.
//!
//! The clock is exchanged here, so that a week passes at once.

use std::time::Duration;

use anyhow::Result;
use workflow_runtime::{Engine, ExecutionStatus, ManualClock, Schedule, Tick, step, workflow};
use workflow_sqlite::SqliteStore;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[step]
async fn count_stock(night: String) -> Result<String> {
    println!("  counted for {night}");
    Ok(night)
}

#[step]
async fn remind(whom: String) -> Result<()> {
    println!("  reminded {whom}");
    Ok(())
}

workflow! {
    async fn stocktaking(night: String) -> Result<String> {
        count_stock(night).await
    }
}

workflow! {
    async fn reminder(whom: String) -> Result<()> {
        remind(whom).await
    }
}

/// What a program does whenever it starts: a schedule that is there already goes on where it was.
async fn open(store: &SqliteStore, clock: &ManualClock) -> Result<Engine<()>> {
    let builder = Engine::builder(()).store(store.clone()).clock(clock.clone());
    let engine = builder.workflow::<stocktaking>().workflow::<reminder>().start().await?;
    let nightly = Schedule::cron("0 3 * * *")?;
    engine.schedule_with("nightly", nightly, |tick: &Tick| stocktaking(tick.to_string())).await?;
    let twice = Schedule::every(DAY).at_most(2);
    engine.schedule("daily", twice, reminder("Ada".to_owned())).await?;
    Ok(engine)
}

/// Ends when an execution has completed that may not have begun yet.
async fn until_done(engine: &Engine<()>, id: &str) -> Result<()> {
    while engine.status(id).await? != Some(ExecutionStatus::Completed) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let clock = ManualClock::new();
    let store = SqliteStore::open(folder.path().join("stock.db")).await?;

    println!("two nights");
    let engine = open(&store, &clock).await?;
    for day in 1..=2 {
        clock.advance(DAY / 8);
        until_done(&engine, &format!("nightly@1970-01-0{day}T03:00:00Z")).await?;
        clock.advance(DAY - DAY / 8);
        until_done(&engine, &format!("daily@1970-01-0{}T00:00:00Z", day + 1)).await?;
    }
    engine.shutdown().await?;

    println!("four nights later");
    clock.advance(4 * DAY);
    let engine = open(&store, &clock).await?;
    // Of what was missed the latest is made up for, unless `Schedule::missed` says otherwise.
    until_done(&engine, "nightly@1970-01-06T03:00:00Z").await?;

    for schedule in engine.schedules().await? {
        let next = if schedule.next.is_some() { "goes on" } else { "is over" };
        println!("{} ({}): {} runs, {next}", schedule.name, schedule.when, schedule.runs);
    }
    let wrong = Schedule::cron("0 3 * * FRY").map(drop);
    println!("{}", wrong.err().map_or_else(String::new, |error| error.to_string()));
    engine.shutdown().await?;
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/22_schedules.rs"]
pub(crate) mod suite;
