//! Big values: written once, however many steps read them.

use std::sync::Arc;
use std::time::Duration;

use super::meter::Meter;
use super::workflows::carry;
use super::{Bench, engine, raw};
use crate::report::{head, row, target, time};

/// Prints the table.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    head(&[
        "payload",
        "a workflow of ten steps",
        "as many raw rows, one of that size",
        "bytes written",
        "bytes kept in the file",
        "wanted",
    ]);
    for (name, bytes) in [("1 KB", 1_000), ("100 KB", 100_000), ("1 MB", 1_000_000)] {
        let runs = bench.choose(50, 10);
        let path = bench.file(&format!("payload-{bytes}.db"));
        let used = bench.runtime.block_on(async {
            let (engine, store) = engine(&path, &Arc::default()).await?;
            engine.run(carry(bytes)).await?;
            let (meter, commits) = (Meter::start(), store.commits());
            for _ in 0..runs {
                engine.run(carry(bytes)).await?;
            }
            let used = meter.stop(runs, store.commits() - commits);
            engine.shutdown().await?;
            anyhow::Ok(used)
        })?;
        // Closed, everything is in the one file.
        let grown = kept(&path) as f64 / (runs + 1) as f64;
        let limit = limit(bench, bytes, runs)?;
        row(&[
            name.to_owned(),
            time(used.time.as_secs_f64() * 1e9 / runs as f64),
            time(limit),
            format!("{:.0}", used.written_each()),
            format!("{grown:.0}"),
            // Once, and what eleven small writes and an empty database need.
            target(grown, (bytes as f64 * 1.1).round() + 16_000.0, ""),
        ]);
    }
    println!("\nBytes written count twice what goes to the log first and to the database later.");
    Ok(())
}

fn kept(path: &std::path::Path) -> u64 {
    std::fs::metadata(path).map(|data| data.len()).unwrap_or_default()
}

/// Nanoseconds for one commit with a big row and ten with a small one.
fn limit(bench: &Bench, bytes: usize, runs: u64) -> anyhow::Result<f64> {
    let span = Duration::from_millis(bench.choose(1_000, 200));
    let big = raw::rows(&bench.file(&format!("payload-raw-{bytes}")), 1, bytes, span)?;
    let small = raw::rows(&bench.file(&format!("payload-raw-small-{bytes}-{runs}")), 1, 200, span)?;
    Ok(1e9 / big.rate() + 10.0 * 1e9 / small.rate())
}
