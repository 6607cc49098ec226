//! Random workflows against a small reference interpreter: the same steps at the same times, the same result, the same
//! failures, and the same undos in the same order; in process, and on an engine, which may be stopped at any write.
//!
//! Time is virtual and every step takes its own number of milliseconds, days if need be, so that a parallel run has one right trace and
//! the model can tell it without imitating the executor.
#![allow(missing_docs, non_camel_case_types, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod build;
mod durable;
mod graph;
mod model;
mod steps;
mod stops;
mod ties;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use proptest::prelude::*;
use workflow_runtime::__rt::{WorkflowInfo, run_built_the_long_way, run_built_with};
use workflow_runtime::{GraphBuilder, Handle, ManualClock, Out, Status, WorkflowError};

use crate::graph::Plan;
use crate::steps::{App, Stage};

/// What there is to compare of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) trace: Vec<String>,
    pub(crate) result: Result<String, Failed>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// What failed, without order: branches that are cut short at one moment have none.
    pub(crate) failures: Vec<String>,
    pub(crate) first: Option<String>,
    pub(crate) timed_out: bool,
    pub(crate) undone: Vec<String>,
    pub(crate) not_undone: Vec<String>,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Runs a future to its end, and moves the clock on whenever everything waits.
fn run_on<F: Future>(clock: &ManualClock, future: F) -> F::Output {
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    let mut future = pin!(future);
    loop {
        flag.0.store(false, Ordering::SeqCst);
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        if !flag.0.load(Ordering::SeqCst) {
            assert!(clock.advance_to_next(), "the run waits for nothing");
        }
    }
}

/// Which way a run goes where one fiber has the execution to itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Straight,
    Long,
}

pub(crate) fn run(plan: &Plan) -> Seen {
    run_on_way(plan, Way::Straight)
}

fn run_on_way(plan: &Plan, way: Way) -> Seen {
    let clock = ManualClock::new();
    let stage = Stage::new(plan, clock.clone());
    let app = App { stage: Arc::new(stage) };
    let info = match plan.timeout {
        Some(millis) => WorkflowInfo::new("built").timeout(millis),
        None => WorkflowInfo::new("built"),
    };
    build::provide(plan);
    let root = |b: &mut GraphBuilder<App>, _: Handle<()>, out: Out<String>| build::block(b, &plan.root, out);
    let result = match way {
        Way::Straight => run_on(&clock, run_built_with(info, clock.clone(), root, (), &app)),
        Way::Long => run_on(&clock, run_built_the_long_way(info, clock.clone(), root, (), &app)),
    };
    Seen { trace: app.stage.trace(), result: result.map_err(|error| failed(&error)) }
}

pub(crate) fn failed(error: &WorkflowError) -> Failed {
    let name = |path: &str| steps::label(path);
    let mut failures: Vec<String> =
        error.failures().map(|failure| steps::plain(&failure.error().to_string())).collect();
    let first = failures.first().cloned();
    failures.sort();
    let mut not_undone: Vec<String> = error.not_undone().map(|failure| name(failure.path())).collect();
    not_undone.sort();
    assert_eq!(error.status() == Status::Compensated, not_undone.is_empty());
    Failed {
        failures,
        first,
        timed_out: error.timed_out_at().is_some(),
        undone: error.undone().iter().map(|path| name(path)).collect(),
        not_undone,
    }
}

/// Leaves out which failure came first where a child's timeout is one of several: it fails when what it stopped has
/// settled, which is the very moment at which that may fail too.
fn certain(mut seen: Seen) -> Seen {
    if let Err(failed) = &mut seen.result
        && failed.failures.len() > 1
        && failed.failures.iter().any(|failure| failure == "timeout")
    {
        failed.first = None;
    }
    seen
}

/// Whatever was done is undone, or told not to be, and undone no more than so often.
fn nothing_is_forgotten(plan: &Plan, seen: &Seen, most: usize) -> Result<(), TestCaseError> {
    let done: BTreeSet<&str> = seen.trace.iter().filter_map(|line| line.strip_prefix("done ")).collect();
    for label in done {
        let undone = seen.trace.iter().filter(|line| line.strip_prefix("undone ") == Some(label)).count();
        prop_assert!(undone <= most, "{} is undone {} times", label, undone);
        let Err(failed) = &seen.result else { continue };
        let given_up = failed.not_undone.iter().any(|name| name == label);
        if steps::is_undoable(plan, label) {
            prop_assert_eq!(undone == 0, given_up, "{} is forgotten\n{:#?}", label, seen);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(600), max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_workflow_does_what_the_model_says(plan in graph::plan()) {
        let expected = certain(model::run(&plan));
        let seen = certain(run(&plan));
        prop_assert_eq!(&seen, &expected);
    }

    #[test]
    fn a_timeout_comes_before_what_happens_at_its_moment(plan in ties::at_a_moment()) {
        let expected = certain(model::run(&plan));
        prop_assert_eq!(&certain(run(&plan)), &expected);
        prop_assert_eq!(&certain(run_on_way(&plan, Way::Long)), &expected);
    }

    #[test]
    fn timeouts_at_one_moment_come_from_the_outside_inwards(plan in graph::even()) {
        let expected = certain(model::run(&plan));
        prop_assert_eq!(&certain(run(&plan)), &expected);
        prop_assert_eq!(&certain(run_on_way(&plan, Way::Long)), &expected);
    }

    #[test]
    fn timeouts_at_one_moment_do_so_on_an_engine_too(plan in graph::even()) {
        let expected = certain(model::run(&plan));
        prop_assert_eq!(&certain(durable::run(&plan)), &expected);
    }

    #[test]
    fn the_straight_way_and_the_long_way_are_the_same(plan in graph::plan()) {
        let straight = run_on_way(&plan, Way::Straight);
        let long = run_on_way(&plan, Way::Long);
        prop_assert_eq!(&straight, &long);
    }

    #[test]
    fn a_random_workflow_does_the_same_on_an_engine(plan in graph::plan()) {
        let expected = certain(model::run(&plan));
        let seen = certain(durable::run(&plan));
        prop_assert_eq!(&seen, &expected);
    }

    #[test]
    fn a_random_workflow_survives_a_stop_at_any_write(plan in graph::plan(), stop in stops::stop()) {
        stops::survives(&plan, stop)?;
    }

    #[test]
    fn nothing_is_undone_twice_and_nothing_is_forgotten(plan in graph::plan()) {
        nothing_is_forgotten(&plan, &run(&plan), 1)?;
    }
}
