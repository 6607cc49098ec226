//! Time as the runtime sees it: retry waits, timeouts and sleeps all ask a [`Clock`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use crate::step::BoxFuture;

/// Where time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of the tokio runtime. What it sleeps is virtual under `tokio::time::pause`, and jumps ahead when everything
/// waits; the date is always the real one, so that a test of an engine takes a [`PausedClock`] instead.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The time of a tokio runtime that a test has paused, counted from the Unix epoch: an engine with this clock sleeps for
/// days in no time.
///
/// Clones are the same clock: an engine that is to go on where another one ended takes a clone of its clock.
///
#[cfg_attr(feature = "engine", doc = "```")]
#[cfg_attr(not(feature = "engine"), doc = "```ignore")]
/// use std::time::Duration;
/// use anyhow::Result;
/// use workflow_runtime::{Engine, MemoryStore, PausedClock, workflow};
///
/// workflow! {
///     async fn nap() -> Result<u32> {
///         sleep!("3d").await;
///         Ok(3)
///     }
/// }
///
/// # fn main() {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// // In a test: #[tokio::test(start_paused = true)]
/// let engine = Engine::builder(()).store(MemoryStore::new()).clock(PausedClock::new());
/// let engine = engine.look_every(Duration::from_secs(3600)).workflow::<nap>().start().await?;
/// assert_eq!(engine.run(nap()).await?, 3);
/// # anyhow::Ok(())
/// # }).unwrap() }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PausedClock {
    begun: tokio::time::Instant,
}

impl PausedClock {
    /// A clock at the Unix epoch.
    #[must_use]
    pub fn new() -> Self {
        Self { begun: tokio::time::Instant::now() }
    }
}

impl Default for PausedClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.begun.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        TokioClock.sleep(duration)
    }
}

/// A clock that stands still until a test moves it.
///
/// ```
/// use std::time::Duration;
/// use workflow_runtime::{Clock, ManualClock};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let clock = ManualClock::new();
/// let waiting = tokio::spawn(clock.sleep(Duration::from_secs(3600)));
/// clock.advance(Duration::from_secs(3600));
/// waiting.await.unwrap();
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    next: u64,
    sleepers: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
}

impl ManualClock {
    /// A clock at the Unix epoch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves time on by `duration` and wakes whoever waited for it.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.elapsed += duration;
        let now = state.elapsed;
        while let Some(first) = state.sleepers.first_entry()
            && first.key().0 <= now
        {
            // A sleeper that was dropped needs no waking.
            let _ = first.remove().send(());
        }
    }

    /// Moves time on to the next sleeper; `false` when nobody sleeps.
    #[must_use]
    pub fn advance_to_next(&self) -> bool {
        let next = {
            let mut state = self.state();
            state.sleepers.retain(|_, sleeper| !sleeper.is_closed());
            state.sleepers.first_key_value().map(|((due, _), _)| due.saturating_sub(state.elapsed))
        };
        next.map(|wait| self.advance(wait)).is_some()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.state().elapsed
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration.is_zero() {
            return Box::pin(async {});
        }
        let (sleeper, woken) = oneshot::channel();
        let mut state = self.state();
        let key = (state.elapsed + duration, state.next);
        state.next += 1;
        state.sleepers.insert(key, sleeper);
        drop(state);
        Box::pin(async move {
            // The sender goes away only with the clock itself, and then time is over.
            let _ = woken.await;
        })
    }
}
