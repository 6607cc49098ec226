//! Times workflows beside the same work written by hand: `cargo run --release -p workflow-bench`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use workflow_bench::chains::chain;
use workflow_bench::report::{head, row, target, time};
use workflow_bench::rounds::{Pair, interleaved, processor_time};
use workflow_bench::steps::{App, Parcel, pack, pack_slowly};
use workflow_bench::{by_hand, workflows};

const ROUNDS: usize = 101;

fn main() -> anyhow::Result<()> {
    let bench = Bench { runtime: Builder::new_current_thread().enable_time().build()?, app: Arc::default() };
    head(&["case", "by hand", "workflow", "ratio", "workflow a step", "target"]);
    bench.sequences();
    bench.shapes();
    bench.lengths();
    bench.in_flight();
    Ok(())
}

struct Bench {
    runtime: Runtime,
    app: Arc<App>,
}

impl Bench {
    /// Runs a future again and again, one after the other.
    fn repeated<T, F: Future<Output = T>>(&self, runs: usize, run: impl Fn() -> F) -> Duration {
        self.runtime.block_on(async {
            let start = processor_time();
            for _ in 0..runs {
                std::hint::black_box(run().await);
            }
            processor_time() - start
        })
    }

    fn pair<A, B, F: Future<Output = A>, G: Future<Output = B>>(
        &self,
        by_hand: impl Fn() -> F,
        workflow: impl Fn() -> G,
    ) -> Pair {
        interleaved(ROUNDS, |runs| self.repeated(runs, &by_hand), |runs| self.repeated(runs, &workflow))
    }

    fn sequences(&self) {
        let app = &*self.app;
        let new = Parcel::new;
        let pair = self.pair(|| by_hand::sequence(3, new(), app), || workflows::three(new()).run(app));
        show("3 steps", pair, 3, None);
        let pair = self.pair(|| by_hand::sequence(10, new(), app), || workflows::ten(new()).run(app));
        show("10 steps", pair, 10, Some(2.0));
        let pair = self.pair(|| by_hand::sequence(100, new(), app), || chain::<pack, 100>(new()).run(app));
        show("100 steps", pair, 100, None);
        let pair = self.pair(|| by_hand::sequence(1000, new(), app), || chain::<pack, 1000>(new()).run(app));
        show("1,000 steps", pair, 1000, None);
        let pair = self.pair(|| by_hand::yielding(3, new(), app), || workflows::three_yielding(new()).run(app));
        show("3 steps, each yields once", pair, 3, None);
        let pair = self.pair(|| by_hand::yielding(10, new(), app), || workflows::ten_yielding(new()).run(app));
        show("10 steps, each yields once", pair, 10, Some(1.3));
        let pair = self.pair(|| by_hand::yielding(100, new(), app), || chain::<pack_slowly, 100>(new()).run(app));
        show("100 steps, each yields once", pair, 100, None);
        let pair = self.pair(|| by_hand::yielding(1000, new(), app), || chain::<pack_slowly, 1000>(new()).run(app));
        show("1,000 steps, each yields once", pair, 1000, None);
    }

    fn shapes(&self) {
        let app = &*self.app;
        let new = Parcel::new;
        let pair = self.pair(|| by_hand::fan(new(), app), || workflows::fan(new()).run(app));
        show("1 + 10 parallel + 1 steps", pair, 12, None);
        let pair = self.pair(|| by_hand::rolled_back(new(), app), || workflows::rolled_back(new()).run(app));
        show("10 steps, the tenth fails, nine are undone", pair, 19, Some(2.0));
    }

    /// The cost of a step does not depend on how many there are.
    fn lengths(&self) {
        let app = &*self.app;
        let new = Parcel::new;
        let pair = self.pair(|| by_hand::sequence(10_000, new(), app), || chain::<pack, 10_000>(new()).run(app));
        show("10,000 steps", pair, 10_000, None);
        let flat = self.pair(|| chain::<pack, 10>(new()).run(app), || chain::<pack, 10_000>(new()).run(app));
        let (short, long) = (flat.by_hand / 10.0, flat.workflow / 10_000.0);
        println!("\nA step costs {} in a graph of 10 and {} in a graph of 10,000.", time(short), time(long));
    }

    fn in_flight(&self) {
        println!();
        head(&["case", "by hand", "workflow", "ratio", "target"]);
        let many = 100_000;
        let pair = interleaved(5, |_| self.crowd(many, false), |_| self.crowd(many, true));
        let each = |nanos: f64| time(nanos / many as f64);
        let ratio = format!("{:.2}", pair.ratio());
        row(&[
            "100,000 executions in flight, each".to_owned(),
            each(pair.by_hand),
            each(pair.workflow),
            ratio,
            String::new(),
        ]);
        let by_hand = interleaved(21, |_| self.lanes(16, false), |_| self.lanes(1000, false));
        let workflow = interleaved(21, |_| self.lanes(16, true), |_| self.lanes(1000, true));
        let each = |nanos: f64| time(nanos / LANE_RUNS as f64);
        let line = |name: &str, by_hand: f64, workflow: f64| {
            let ratio = format!("{:.2}", workflow / by_hand);
            row(&[name.to_owned(), each(by_hand), each(workflow), ratio, String::new()]);
        };
        line("a workflow of 10 yielding steps, 16 in flight", by_hand.by_hand, workflow.by_hand);
        line("a workflow of 10 yielding steps, 1,000 in flight", by_hand.workflow, workflow.workflow);
        let (hand, ours) = (by_hand.ratio(), workflow.ratio());
        row(&[
            "1,000 in flight against 16".to_owned(),
            format!("{hand:.2}"),
            format!("{ours:.2}"),
            String::new(),
            target(ours, 1.3, "x"),
        ]);
    }

    /// Starts `count` executions, lets all of them wait, then lets all of them end.
    fn crowd(&self, count: usize, workflow: bool) -> Duration {
        self.runtime.block_on(async {
            let start = processor_time();
            let mut tasks = Vec::with_capacity(count);
            for id in 0..count as u64 {
                let app = Arc::clone(&self.app);
                tasks.push(if workflow {
                    tokio::spawn(async move { workflows::waiting(id).run(&*app).await.is_ok() })
                } else {
                    tokio::spawn(async move { by_hand::waiting(id, &app).await.is_ok() })
                });
            }
            self.app.gate.open_for(count).await;
            for task in tasks {
                assert!(task.await.unwrap_or(false), "every execution completes");
            }
            processor_time() - start
        })
    }

    /// `LANE_RUNS` workflows, so many of them at a time.
    fn lanes(&self, lanes: usize, workflow: bool) -> Duration {
        self.runtime.block_on(async {
            let start = processor_time();
            let mut tasks = Vec::with_capacity(lanes);
            for _ in 0..lanes {
                let app = Arc::clone(&self.app);
                let runs = LANE_RUNS / lanes;
                tasks.push(tokio::spawn(async move {
                    for _ in 0..runs {
                        let completed = if workflow {
                            workflows::ten_yielding(Parcel::new()).run(&*app).await.is_ok()
                        } else {
                            by_hand::yielding(10, Parcel::new(), &app).await.is_ok()
                        };
                        assert!(completed, "every execution completes");
                    }
                }));
            }
            for task in tasks {
                assert!(task.await.is_ok(), "no execution panics");
            }
            processor_time() - start
        })
    }
}

/// Divisible by 16 and by 1,000.
const LANE_RUNS: usize = 16_000;

fn show(case: &str, pair: Pair, steps: usize, most: Option<f64>) {
    row(&[
        case.to_owned(),
        time(pair.by_hand),
        time(pair.workflow),
        format!("{:.2}", pair.ratio()),
        time(pair.workflow / steps as f64),
        most.map_or(String::new(), |most| target(pair.ratio(), most, "x")),
    ]);
}
