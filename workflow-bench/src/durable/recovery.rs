//! Going on after a crash: how long until every unfinished execution has ended.

use std::sync::Arc;
use std::time::Duration;

use workflow_runtime::store::{ExecutionStatus, Filter, Store};
use workflow_sqlite::SqliteStore;

use super::meter::Meter;
use super::stored::Template;
use super::workflows::{App, Order, blocked};
use super::{Bench, engine, raw};
use crate::report::{head, row, time};

/// Prints the table.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let count = bench.choose(100_000, 5_000);
    let path = bench.file("recovery.db");
    let app = Arc::new(App::default());
    bench.runtime.block_on(async {
        let template = template(bench).await?;
        let events = template.events();
        let store = SqliteStore::open(&path).await?;
        // The owner's lease is over.
        store.renew("gone", 1).await?;
        template.fill(&store, 0..count, "gone").await?;
        drop(store);

        app.gate.open_for(count);
        let meter = Meter::start();
        let (engine, store) = engine(&path, &app).await?;
        let started = meter.stop(engine.recovered(), 0);
        while app.count.get() < 2 * count as u64 || unfinished(&store).await? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let done = meter.stop(count as u64, store.commits());
        engine.shutdown().await?;
        // Two steps are left to do of each, and its claim is a write too.
        let limit = raw::rows(&bench.file("recovery-raw"), 1_024, 200, Duration::from_secs(2))?;
        head(&[
            "unfinished executions",
            "events of each",
            "engine started after",
            "all ended after",
            "executions/s",
            "processor each",
            "the same writes as raw rows",
        ]);
        row(&[
            count.to_string(),
            events.to_string(),
            time(started.time.as_secs_f64() * 1e9),
            format!("{:.1} s", done.time.as_secs_f64()),
            format!("{:.0}", done.rate()),
            time(done.processor_each()),
            format!("{:.1} s", 3.0 * count as f64 / limit.rate()),
        ]);
        anyhow::Ok(())
    })
}

/// An execution as a crash leaves it: one step done, the next one begun.
async fn template(bench: &Bench) -> anyhow::Result<Template> {
    let app = Arc::new(App::default());
    let (engine, store) = engine(&bench.file("template.db"), &app).await?;
    engine.start(blocked(Order::new()).id("template")).await?;
    while app.gate.arrived() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let template = Template::of(&store, "template").await?;
    app.gate.open_for(1);
    engine.shutdown().await?;
    Ok(template)
}

async fn unfinished(store: &SqliteStore) -> anyhow::Result<bool> {
    let statuses = vec![ExecutionStatus::Running, ExecutionStatus::Waiting, ExecutionStatus::Compensating];
    let page = store.list(Filter { statuses, limit: 1, ..Filter::default() }).await?;
    Ok(!page.executions.is_empty())
}
