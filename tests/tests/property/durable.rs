//! Random workflows on an engine.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::{Clock, Engine, EngineError, Invocation, ManualClock};

use crate::build::{self, Root};
use crate::graph::{Plan, TIMEOUTS};
use crate::steps::{App, Stage};
use crate::{Seen, failed};

pub(crate) const ID: &str = "built-1";
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// What outlives an engine.
pub(crate) struct World {
    clock: ManualClock,
    app: App,
    pub(crate) memory: MemoryStore,
}

impl World {
    pub(crate) fn new(plan: &Plan) -> Self {
        build::provide(plan);
        let clock = ManualClock::new();
        let app = App { stage: Arc::new(Stage::new(plan, clock.clone())) };
        Self { clock, app, memory: MemoryStore::new() }
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.app.stage.trace()
    }

    /// Begins the execution on an engine of its own, or goes on with it, and waits for its end.
    pub(crate) async fn work_on<const T: usize>(&self, store: impl Store) -> Result<String, EngineError> {
        let builder = Engine::builder(self.app.clone()).store(store).clock(self.clock.clone());
        // Nobody else works on the store, so that nothing but the plan takes time.
        let engine = builder.workflow::<Root<T>>().look_every(100 * YEAR).lease(100 * YEAR).start().await?;
        engine.run(Invocation::<Root<T>>::new(()).id(ID)).await
    }

    /// Runs a future on a runtime that ends with it, and moves the clock on whenever everything waits.
    pub(crate) fn run_on<F: Future>(&self, future: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut future = pin!(future);
            loop {
                tokio::select! {
                    biased;
                    output = &mut future => return output,
                    // Tokio's own time is paused, and goes on when no task can.
                    () = tokio::time::sleep(Duration::from_millis(1)) => {
                        assert!(self.clock.advance_to_next(), "the run waits for nothing");
                        let passed = self.clock.now().duration_since(std::time::UNIX_EPOCH).unwrap();
                        assert!(passed < 90 * YEAR, "the run waits for nothing: {:#?}", self.trace());
                    }
                }
            }
        })
    }
}

/// Does something for the workflow type with the timeout of a plan.
macro_rules! with_timeout {
    ($plan:expr, $do:ident($($argument:expr),*)) => {
        match $plan.timeout.map_or(0, |timeout| 1 + TIMEOUTS.iter().position(|one| *one == timeout).unwrap()) {
            0 => $do::<0>($($argument),*),
            1 => $do::<1>($($argument),*),
            2 => $do::<2>($($argument),*),
            3 => $do::<3>($($argument),*),
            4 => $do::<4>($($argument),*),
            5 => $do::<5>($($argument),*),
            6 => $do::<6>($($argument),*),
            7 => $do::<7>($($argument),*),
            8 => $do::<8>($($argument),*),
            9 => $do::<9>($($argument),*),
            10 => $do::<10>($($argument),*),
            11 => $do::<11>($($argument),*),
            12 => $do::<12>($($argument),*),
            _ => unreachable!("there are {} timeouts", TIMEOUTS.len()),
        }
    };
}
pub(crate) use with_timeout;

pub(crate) fn run(plan: &Plan) -> Seen {
    with_timeout!(plan, run_with(plan))
}

fn run_with<const T: usize>(plan: &Plan) -> Seen {
    let world = World::new(plan);
    let result = world.run_on(world.work_on::<T>(world.memory.clone()));
    seen(&world, result)
}

pub(crate) fn seen(world: &World, result: Result<String, EngineError>) -> Seen {
    let result = result.map_err(|error| match error.workflow_error() {
        Some(error) => failed(error),
        None => panic!("{error}"),
    });
    Seen { trace: world.trace(), result }
}
