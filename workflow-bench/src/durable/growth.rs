//! What starting and finishing costs when many executions are stored already.

use std::sync::Arc;
use std::time::Duration;

use super::meter::Used;
use super::rates::{Kind, steps};
use super::stored::Template;
use super::workflows::{Order, sum_three};
use super::{Bench, engine, raw};
use crate::report::{head, row, target, time};

/// Prints the table.
///
/// # Errors
/// When the disk or SQLite fails.
pub fn measure(bench: &Bench) -> anyhow::Result<()> {
    let sizes: &[usize] = bench.choose(&[1_000, 10_000, 100_000, 1_000_000], &[1_000, 10_000]);
    let (turns, span) = bench.choose((4, Duration::from_secs(2)), (1, Duration::from_millis(500)));
    head(&[
        "stored executions",
        "file",
        "three steps, 1 in flight",
        "128 in flight",
        "raw, 128 rows a commit",
        "of raw",
        "processor each, 128 in flight",
        "against 1,000 stored",
        "wanted",
    ]);
    let (path, mut stored, mut first) = (bench.file("growth.db"), 0, None);
    for &size in sizes {
        fill(bench, &path, stored..size)?;
        stored = size;
        let (mut alone, mut many, mut limit) = (Used::default(), Used::default(), Used::default());
        for turn in 0..turns {
            alone = alone.and(steps(bench, &path, 1, Kind::Three, span)?);
            limit = limit.and(raw::rows(&bench.file(&format!("growth-raw-{size}-{turn}")), 128, 200, span)?);
            many = many.and(steps(bench, &path, 128, Kind::Three, span)?);
        }
        let each = |used: Used| 3.0 * 1e9 / used.rate();
        let processor = 3.0 * many.processor_each();
        // Compared by what it takes of the limit, since the machine may be busier at one time than at another.
        let of_raw = many.rate() * 4.0 / 3.0 / limit.rate();
        let first = *first.get_or_insert((of_raw, processor));
        row(&[
            size.to_string(),
            format!("{:.0} MB", std::fs::metadata(&path)?.len() as f64 / 1e6),
            time(each(alone)),
            time(each(many)),
            format!("{} a row", time(1e9 / limit.rate())),
            format!("{of_raw:.2}"),
            time(processor),
            format!("{:.2} times the time, {:.2} times the processor", first.0 / of_raw, processor / first.1),
            target(processor / first.1, 1.2, "x"),
        ]);
    }
    Ok(())
}

fn fill(bench: &Bench, path: &std::path::Path, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
    bench.runtime.block_on(async {
        let (engine, store) = engine(path, &Arc::default()).await?;
        engine.run(sum_three(Order::new()).id("template")).await?;
        engine.shutdown().await?;
        Template::of(&store, "template").await?.fill(&store, numbers, "").await
    })
}
