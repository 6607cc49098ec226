//! Failed attempts: they leave the journal as long as it was.

use std::sync::Arc;

use workflow_runtime::store::Store;

use super::meter::Meter;
use super::workflows::flaky;
use super::{Bench, engine};
use crate::report::{head, row, target};

/// Prints the table.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    head(&["failed attempts", "attempts/s", "events in the journal", "file, closed", "wanted"]);
    let mut first = None;
    for failures in bench.choose([0, 10, 10_000], [0, 10, 500]) {
        let path = bench.file(&format!("retries-{failures}.db"));
        let (used, events) = bench.runtime.block_on(async {
            let (engine, store) = engine(&path, &Arc::default()).await?;
            let (meter, commits) = (Meter::start(), store.commits());
            engine.run(flaky(failures).id("flaky")).await?;
            let used = meter.stop(u64::from(failures) + 1, store.commits() - commits);
            let events = store.history("flaky", 1).await?.len();
            engine.shutdown().await?;
            anyhow::Ok((used, events))
        })?;
        let size = std::fs::metadata(&path)?.len() as f64;
        let first = *first.get_or_insert(size);
        row(&[
            failures.to_string(),
            format!("{:.0}", used.rate()),
            events.to_string(),
            format!("{size:.0} bytes"),
            target(size, first, " bytes"),
        ]);
    }
    Ok(())
}
