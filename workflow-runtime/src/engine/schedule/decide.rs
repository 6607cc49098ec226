//! What a schedule does next: a function of where it stands and of the time.

use super::plan::{Last, Plan};
use super::{Missed, Overlap};

/// A tick that is later than this was missed.
const GRACE: i64 = 60_000;

/// What follows from a tick that has come: the schedule as it is then, and its next tick.
pub(super) struct Step {
    pub(super) plan: Plan,
    pub(super) next: Option<i64>,
}

/// `None` while there is nothing to do. `busy` is whether the execution of the tick before has not ended.
pub(super) fn decide(plan: &Plan, next: i64, now: i64, busy: bool) -> Option<Step> {
    if next > now || plan.paused || plan.is_over() {
        return None;
    }
    let passed_over = |tick| Some(Step { plan: plan.clone(), next: plan.next_after(tick) });
    if busy {
        match plan.overlap {
            Overlap::Wait => return None,
            Overlap::Skip => return passed_over(plan.timing.latest(next, now)),
            Overlap::Allow => {}
        }
    }
    let tick = match plan.missed {
        Missed::RunEach => next,
        Missed::RunLatest | Missed::Skip => plan.timing.latest(next, now),
    };
    if plan.missed == Missed::Skip && now.saturating_sub(tick) > GRACE {
        return passed_over(tick);
    }
    let last = Some(Last { tick, pending: true });
    let plan = Plan { runs: plan.runs.saturating_add(1), last, ..plan.clone() };
    let next = plan.next_after(tick);
    Some(Step { plan, next })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::timing::Timing;
    use super::*;

    const MINUTE: i64 = 60_000;

    fn hourly(overlap: Overlap, missed: Missed) -> Plan {
        Plan {
            timing: Timing::every(Duration::from_secs(3600)),
            workflow: "report".to_owned(),
            version: 1,
            input: None,
            overlap,
            missed,
            at_most: None,
            paused: false,
            runs: 0,
            last: None,
        }
    }

    /// The tick that begins an execution, and the next one.
    fn told(plan: &Plan, now: i64, busy: bool) -> Option<(Option<i64>, Option<i64>)> {
        let step = decide(plan, 60 * MINUTE, now * MINUTE, busy)?;
        let began = step.plan.last.filter(|last| last.pending).map(|last| last.tick / MINUTE);
        Some((began, step.next.map(|next| next / MINUTE)))
    }

    #[test]
    fn every_policy_does_what_it_says() {
        use Missed::{RunEach, RunLatest};
        use Overlap::{Allow, Skip, Wait};
        let table = [
            // In time.
            (Skip, RunLatest, 59, false, None),
            (Skip, RunLatest, 60, false, Some((Some(60), Some(120)))),
            (Skip, RunLatest, 60, true, Some((None, Some(120)))),
            (Wait, RunLatest, 60, true, None),
            (Allow, RunLatest, 60, true, Some((Some(60), Some(120)))),
            // Late.
            (Skip, RunLatest, 250, false, Some((Some(240), Some(300)))),
            (Wait, RunEach, 250, false, Some((Some(60), Some(120)))),
            (Wait, RunEach, 250, true, None),
            (Skip, Missed::Skip, 250, false, Some((None, Some(300)))),
            (Skip, Missed::Skip, 241, false, Some((Some(240), Some(300)))),
            (Skip, RunLatest, 250, true, Some((None, Some(300)))),
        ];
        for (overlap, missed, now, busy, expected) in table {
            let plan = hourly(overlap, missed);
            assert_eq!(told(&plan, now, busy), expected, "{overlap:?} {missed:?} at {now}, busy {busy}");
        }
    }

    #[test]
    fn it_ends_with_its_last_run_and_rests_while_it_is_paused() {
        let twice = Plan { at_most: Some(2), runs: 1, ..hourly(Overlap::Skip, Missed::RunLatest) };
        assert_eq!(told(&twice, 60, false), Some((Some(60), None)));
        assert_eq!(told(&Plan { runs: 2, ..twice.clone() }, 60, false), None);
        assert_eq!(told(&Plan { paused: true, ..twice }, 60, false), None);
    }
}
