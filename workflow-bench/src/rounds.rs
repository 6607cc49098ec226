//! Timing: rounds of both sides in turn, so that what disturbs the machine disturbs both, and the median of each.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What one round of a side measured, in nanoseconds a run.
pub type Sample = f64;

/// The medians of two sides.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// Written by hand.
    pub by_hand: Sample,
    /// As a workflow.
    pub workflow: Sample,
}

impl Pair {
    /// How many times as long the workflow takes.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.workflow / self.by_hand
    }
}

/// Runs both sides in turn and gives the medians. Each side takes a number of runs and gives the time that they took.
pub fn interleaved(
    rounds: usize,
    mut by_hand: impl FnMut(usize) -> Duration,
    mut workflow: impl FnMut(usize) -> Duration,
) -> Pair {
    let (by_hand_runs, workflow_runs) = (runs(&mut by_hand), runs(&mut workflow));
    let (mut left, mut right) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds {
        left.push(nanos(by_hand(by_hand_runs), by_hand_runs));
        right.push(nanos(workflow(workflow_runs), workflow_runs));
    }
    Pair { by_hand: median(left), workflow: median(right) }
}

/// The processor time that this thread has used. Unlike the time of day it stands still while others use the machine.
#[must_use]
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// How many runs a round needs to last about a millisecond. Also warms up.
fn runs(side: &mut impl FnMut(usize) -> Duration) -> usize {
    let mut runs = 1;
    while side(runs) < Duration::from_millis(1) && runs < 1 << 20 {
        runs *= 2;
    }
    runs
}

fn nanos(time: Duration, runs: usize) -> Sample {
    time.as_secs_f64() * 1e9 / runs as f64
}

/// The middle of some samples.
#[must_use]
pub fn median(mut samples: Vec<Sample>) -> Sample {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
