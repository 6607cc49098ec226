//! Name and policies of a step, as `#[step(..)]` wrote them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How often a step may be attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// At most this many attempts, the first one included.
    Attempts(u32),
    /// Until it succeeds.
    Forever,
}

/// The waits between attempts: exponential, doubling from `min` up to `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub min: Duration,
    /// No wait is longer.
    pub max: Duration,
    /// Whether up to one `min` of random time is added to each wait, within `max`.
    pub jitter: bool,
}

impl Backoff {
    const DEFAULT: Self = Self { min: Duration::from_millis(100), max: Duration::from_secs(10), jitter: true };

    /// The wait after the failed attempt number `attempt`, counted from 1.
    #[must_use]
    pub fn delay(&self, attempt: u32) -> Duration {
        // The builder doubles from `min`; past 63 doublings every wait is `max`, so the walk stays short.
        let step = attempt.saturating_sub(1).min(63) as usize;
        let builder =
            ExponentialBuilder::default().with_min_delay(self.min).with_max_delay(self.max).without_max_times();
        // Left alone, the builder draws the same jitter every time, and everybody would come back at once.
        let seed = || RandomState::new().hash_one(attempt);
        let builder = if self.jitter { builder.with_jitter().with_jitter_seed(seed()) } else { builder };
        builder.build().nth(step).unwrap_or(self.max).min(self.max)
    }
}

/// Name and policies of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepInfo {
    pub(crate) name: &'static str,
    pub(crate) retry: Retry,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Option<Duration>,
    pub(crate) pivot: bool,
    pub(crate) at_most_once: bool,
}

impl StepInfo {
    /// A step of this name that is attempted once, without timeout.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            retry: Retry::Attempts(1),
            backoff: Backoff::DEFAULT,
            timeout: None,
            pivot: false,
            at_most_once: false,
        }
    }

    /// At most `attempts` attempts.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.retry = Retry::Attempts(attempts);
        self
    }

    /// Attempts until it succeeds.
    #[must_use]
    pub const fn forever(mut self) -> Self {
        self.retry = Retry::Forever;
        self
    }

    /// The waits between attempts, in milliseconds.
    #[must_use]
    pub const fn backoff(mut self, min: u64, max: u64) -> Self {
        self.backoff.min = Duration::from_millis(min);
        self.backoff.max = Duration::from_millis(max);
        self
    }

    /// Whether random time is added to the waits.
    #[must_use]
    pub const fn jitter(mut self, jitter: bool) -> Self {
        self.backoff.jitter = jitter;
        self
    }

    /// An attempt that takes longer than this many milliseconds is dropped, its outcome unknown.
    #[must_use]
    pub const fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Once it has succeeded there is no way back.
    #[must_use]
    pub const fn pivot(mut self) -> Self {
        self.pivot = true;
        self
    }

    /// It is not run again when nobody knows whether it has run.
    #[must_use]
    pub const fn at_most_once(mut self) -> Self {
        self.at_most_once = true;
        self
    }

    /// Whether there is nothing to do but to call it once.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(self.retry, Retry::Attempts(1)) && self.timeout.is_none() && !self.pivot
    }

    /// The step's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_min_and_stay_within_max() {
        let backoff = Backoff { min: Duration::from_millis(100), max: Duration::from_secs(1), jitter: false };
        let waits: Vec<_> = (1..=6).map(|attempt| backoff.delay(attempt).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.delay(1_000_000).as_millis(), 1000);
    }

    #[test]
    fn jitter_stays_within_the_bounds() {
        let backoff = Backoff { min: Duration::from_millis(100), max: Duration::from_secs(1), jitter: true };
        for attempt in 1..200 {
            let wait = backoff.delay(attempt);
            assert!(wait >= Duration::from_millis(100) && wait <= Duration::from_secs(1), "{wait:?}");
        }
    }
}
