//! Not the saga but its fixture is wrong.

use std::sync::Mutex;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::testing::Fixture;
use workflow_runtime::{Services, step, workflow};

use crate::books::assert_fails;

#[derive(Clone, Serialize, Deserialize)]
struct GoAhead(bool);

workflow! {
    async fn wait_for_ever() -> Result<bool> {
        let ahead = signal!(GoAhead).await?;
        Ok(ahead.0)
    }
}

#[test]
fn a_signal_that_nobody_sends_is_named() {
    let suite = Fixture::new(|| ((), wait_for_ever())).suite();
    let message = "`wait_for_ever` never ends: it waits for the signal `GoAhead`, and nobody sends it: give the fixture one with \
                   `.signal(..)`";
    assert_fails(&suite, "succeeds", message);
    assert_fails(&suite, "succeeds_on_an_engine", message);
}

workflow! {
    async fn wait_for_a_day() -> Result<bool> {
        let ahead = signal!(GoAhead, timeout = "1d").await?;
        Ok(ahead.0)
    }
}

#[test]
fn a_signal_that_does_not_come_in_time_is_asked_for() {
    let suite = Fixture::new(|| ((), wait_for_a_day())).suite();
    let message = "`wait_for_a_day` does not complete: workflow `wait_for_a_day` failed at `GoAhead`: the signal `GoAhead` did not arrive in \
                   time; there was nothing to undo; give the fixture the signal, with `.signal(..)`";
    assert_fails(&suite, "succeeds", message);
    let message = "the fixture says `.unreachable(\"GoAhaed\", ..)`, but `wait_for_a_day` has no such node; it has `GoAhead`; \
                   rerun with `cargo test wait_for_a_day::unreachable::GoAhaed`";
    let misspelt = || Fixture::new(|| ((), wait_for_a_day())).signal(GoAhead(true));
    let suite = misspelt().unreachable("GoAhaed", "a slip of the pen").suite();
    assert_eq!(suite.failures(), [("unreachable::GoAhaed".to_owned(), message.to_owned())]);
    let suite = misspelt().fails_cleanly("charge").suite();
    let message = "the fixture says `.fails_cleanly(\"charge\")`, but `wait_for_a_day` has no such node; it has `GoAhead`; rerun \
                   with `cargo test wait_for_a_day::fails_cleanly::charge`";
    assert_eq!(suite.failures(), [("fails_cleanly::charge".to_owned(), message.to_owned())]);
}

#[derive(Services, Default)]
struct Counter {
    left: Mutex<u32>,
}

#[step]
async fn take(left: &Mutex<u32>) -> Result<u32> {
    let mut left = left.lock().expect("nobody panics here");
    *left = left.checked_sub(1).expect("there is one left");
    Ok(*left)
}

workflow! {
    async fn take_one() -> Result<u32> { take().await }
}

/// The lock that the step held is poisoned, and the snapshot stumbles over it: the step is to blame.
#[test]
fn a_step_that_panics_before_the_snapshot_does_is_named() {
    let fixture = Fixture::new(|| (Counter::default(), take_one()));
    let suite =
        fixture.world(|counter: &Counter| *counter.left.lock().expect("a lock that nobody has poisoned")).suite();
    let message = "the snapshot of the world panicked: a lock that nobody has poisoned: PoisonError { .. }, after `take` had panicked \
                   (there is one left)";
    assert_fails(&suite, "succeeds", message);
}
