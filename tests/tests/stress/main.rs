//! Many callers at once, none of whom looks at what the others do: whatever the order of events, each step runs as often as
//! its journal says, everything ends, and everybody is told.
//!
//! On virtual time a seed says everything, so that a run that failed can be had again: `STRESS_SEED=7 cargo test --test
//! stress`. Beside it there are runs on threads and on a file, of which no two are the same. `STRESS_SECONDS=600` looks for
//! longer.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod judge;
mod town;
mod weather;
mod world;

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use workflow_runtime::store::{MemoryStore, Store};
use workflow_runtime::{Clock, PausedClock, TokioClock};
use workflow_sqlite::SqliteStore;

use crate::town::Town;
use crate::weather::Sky;

/// No engine is that silent.
const LONG: Duration = Duration::from_secs(3600);

const CALM: Sky = Sky { micros: 0, failing: 0, lease: LONG, outages: false, retention: None };
const SLOW: Sky = Sky { micros: 3000, ..CALM };
const STORM: Sky = Sky { micros: 3000, failing: 30, ..CALM };
/// Answers take longer than leases, so that engines take from each other what they are working on.
const LATE: Sky = Sky { micros: 150_000, failing: 10, lease: Duration::from_millis(100), ..CALM };
const OUTAGES: Sky = Sky { micros: 2000, failing: 10, lease: Duration::from_secs(10), outages: true, ..CALM };
const FORGETFUL: Sky = Sky { retention: Some(Duration::from_millis(1)), ..SLOW };

async fn a_day<S: Store, C: Clock + Clone>(seed: u64, store: S, clock: C, sky: Sky) {
    let mut random = fastrand::Rng::with_seed(seed);
    let town = Town::new(seed, store, clock, sky).await;
    town.live(&mut random).await;
    town.rest().await;
    for engine in town.engines() {
        town.shut_down(&engine).await;
    }
    judge::judge(&town.store, &town.books, sky).await;
}

/// Says which day it was when something has gone wrong on it.
struct Day(u64);

impl Drop for Day {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("it was on the day STRESS_SEED={}", self.0);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

/// One day after the other, for a while.
fn days(mut a_day: impl FnMut(u64)) {
    if let Some(seed) = number("STRESS_SEED") {
        let _day = Day(seed);
        return a_day(seed);
    }
    let (begun, seconds) = (Instant::now(), number("STRESS_SECONDS").unwrap_or(2));
    let mut seed = fastrand::u64(..1 << 40);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let _day = Day(seed);
        a_day(seed);
        seed += 1;
    }
}

fn virtual_time() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

/// The same days every time, and then others.
fn virtual_days(sky: Sky) {
    let day = |seed| virtual_time().block_on(a_virtual_day(seed, sky));
    if number("STRESS_SEED").is_none() {
        for seed in 0..20 {
            let _day = Day(seed);
            day(seed);
        }
    }
    days(day);
}

async fn a_virtual_day(seed: u64, sky: Sky) {
    a_day(seed, MemoryStore::new(), PausedClock::new(), sky).await;
}

#[test]
fn on_a_slow_store() {
    virtual_days(SLOW);
}

#[test]
fn on_a_store_that_loses_calls_and_answers() {
    virtual_days(STORM);
}

#[test]
fn while_engines_lose_their_leases() {
    virtual_days(LATE);
}

#[test]
fn through_outages() {
    virtual_days(OUTAGES);
}

#[test]
fn while_what_has_ended_is_forgotten() {
    virtual_days(FORGETFUL);
}

#[test]
fn on_threads() {
    days(|seed| threads().block_on(a_day(seed, MemoryStore::new(), TokioClock, CALM)));
}

#[test]
fn on_threads_and_a_slow_store() {
    days(|seed| threads().block_on(a_day(seed, MemoryStore::new(), TokioClock, STORM)));
}

fn days_on_a_file(sky: Sky) {
    days(|seed| {
        threads().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(folder.path().join("executions.db")).await.unwrap();
            a_day(seed, store, TokioClock, sky).await;
        });
    });
}

#[test]
fn on_a_file() {
    days_on_a_file(CALM);
}

#[test]
fn on_a_file_that_loses_calls_and_answers() {
    days_on_a_file(STORM);
}
