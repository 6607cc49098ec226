//! Counts allocations and bytes: `cargo run --release -p workflow-bench --bin memory`.
//!
//! A binary of its own, because the counting allocator would distort the times.

use std::alloc::System;
use std::future::Future;
use std::sync::Arc;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use tokio::runtime::{Builder, Runtime};
use workflow_bench::chains::chain;
use workflow_bench::report::{head, row, target};
use workflow_bench::steps::{App, Parcel, pack, pack_slowly};
use workflow_bench::{by_hand, workflows};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    let bench = Bench { runtime: Builder::new_current_thread().enable_time().build()?, app: Arc::default() };
    head(&["case", "by hand", "workflow", "target"]);
    bench.a_step();
    bench.in_flight();
    bench.kept();
    Ok(())
}

struct Bench {
    runtime: Runtime,
    app: Arc<App>,
}

impl Bench {
    /// What a future allocates, once everything that is built once has been built.
    fn of<T>(&self, run: impl AsyncFn() -> T) -> Stats {
        self.runtime.block_on(async {
            drop(run().await);
            let region = Region::new(ALLOCATOR);
            drop(run().await);
            region.change()
        })
    }

    fn a_step(&self) {
        let app = &*self.app;
        let new = Parcel::new;
        let hand = self.of(async || by_hand::sequence(10, new(), app).await);
        let ours = self.of(async || workflows::ten(new()).run(app).await);
        row(&[
            "allocations of 10 steps".to_owned(),
            hand.allocations.to_string(),
            ours.allocations.to_string(),
            target(ours.allocations as f64, 50.0, ""),
        ]);
        let between = |short: Stats, long: Stats| (long.allocations - short.allocations) as f64;
        let hand = between(
            self.of(async || by_hand::sequence(10, new(), app).await),
            self.of(async || by_hand::sequence(1000, new(), app).await),
        ) / 990.0;
        let at_once = between(
            self.of(async || chain::<pack, 10>(new()).run(app).await),
            self.of(async || chain::<pack, 1000>(new()).run(app).await),
        ) / 990.0;
        let slowly = between(
            self.of(async || chain::<pack_slowly, 10>(new()).run(app).await),
            self.of(async || chain::<pack_slowly, 1000>(new()).run(app).await),
        ) / 990.0;
        let late = between(
            self.of(async || chain::<pack, 1000>(new()).run(app).await),
            self.of(async || chain::<pack, 10_000>(new()).run(app).await),
        ) / 9000.0;
        let line = |case: &str, ours: f64| {
            row(&[case.to_owned(), format!("{hand:.2}"), format!("{ours:.2}"), target(ours, 5.0, "")]);
        };
        line("allocations a step, steps 11 to 1,000", at_once);
        line("the same, each step yields once", slowly);
        line("allocations a step, steps 1,001 to 10,000", late);
        let hand = self.of(async || by_hand::fan(new(), app).await);
        let ours = self.of(async || workflows::fan(new()).run(app).await);
        row(&[
            "allocations of 1 + 10 parallel + 1 steps".to_owned(),
            hand.allocations.to_string(),
            ours.allocations.to_string(),
            String::new(),
        ]);
    }

    fn in_flight(&self) {
        let hand = self.held(1, |app| async move { by_hand::waiting(1, &app).await.is_ok() });
        let ours = self.held(1, |app| async move { workflows::waiting(1).run(&*app).await.is_ok() });
        row(&["bytes held with one step in flight".to_owned(), hand.to_string(), ours.to_string(), String::new()]);
        let hand = self.held(10, |app| async move { by_hand::ten_waiting(1, &app).await.is_ok() });
        let ours = self.held(10, |app| async move { workflows::ten_waiting(1).run(&*app).await.is_ok() });
        row(&["bytes held with 10 steps in flight".to_owned(), hand.to_string(), ours.to_string(), String::new()]);
        // What a value takes is what ten more of them add: one that the run has, and one for which it keeps a place.
        let more = self.held(10, |app| async move { workflows::ten_waiting_with_values(1).run(&*app).await.is_ok() });
        let had = more.saturating_sub(ours) / 10;
        let more = self.held(10, |app| async move { workflows::ten_waiting_for_values(1).run(&*app).await.is_ok() });
        let awaited = more.saturating_sub(ours) / 10;
        // It has its input, and waits for what ten steps give and for its result.
        let values = had + 11 * awaited;
        row(&[
            format!("the same besides its values: one of {had} bytes, and places for eleven of {awaited} bytes each"),
            String::new(),
            (ours - values).to_string(),
            target((ours - values) as f64, 3072.0, ""),
        ]);
    }

    /// The bytes that an execution holds, task included, on average over many that wait at the gate.
    fn held<F: Future<Output = bool> + Send + 'static>(&self, steps: usize, run: impl Fn(Arc<App>) -> F) -> usize {
        const COUNT: usize = 1000;
        self.runtime.block_on(async {
            let mut tasks = Vec::with_capacity(COUNT);
            let region = Region::new(ALLOCATOR);
            for _ in 0..COUNT {
                tasks.push(tokio::spawn(run(Arc::clone(&self.app))));
            }
            self.app.gate.arrived(COUNT * steps).await;
            let held = live(region.change());
            self.app.gate.open_for(COUNT * steps).await;
            for task in tasks {
                assert!(task.await.unwrap_or(false), "every execution completes");
            }
            held.max(0) as usize / COUNT
        })
    }

    /// Nothing stays when a run has ended, however many there were.
    fn kept(&self) {
        let app = &*self.app;
        let kept = self.runtime.block_on(async {
            let everything = async || {
                drop(workflows::ten_yielding(Parcel::new()).run(app).await);
                drop(workflows::fan(Parcel::new()).run(app).await);
                drop(workflows::rolled_back(Parcel::new()).run(app).await);
                drop(chain::<pack, 1000>(Parcel::new()).run(app).await);
            };
            everything().await;
            let region = Region::new(ALLOCATOR);
            for _ in 0..1000 {
                everything().await;
            }
            live(region.change())
        });
        row(&["bytes kept after 4,000 runs".to_owned(), String::new(), kept.to_string(), target(kept as f64, 0.0, "")]);
    }
}

/// Allocated and not freed. Growing in place counts as both.
fn live(stats: Stats) -> isize {
    stats.bytes_allocated as isize - stats.bytes_deallocated as isize
}
