//! Schedules: executions that begin by the clock.

mod decide;
mod keep;
mod plan;
mod timing;
mod verbs;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::execute::Json;

pub use timing::CronError;
pub use verbs::ScheduleInfo;

pub(super) use keep::keep_ticking;

use timing::Timing;

/// When executions begin by themselves, and what happens when that does not go smoothly.
///
/// ```
/// use std::time::Duration;
/// use workflow_runtime::{Missed, Overlap, Schedule};
///
/// // Every night at three, UTC; or with a time zone of its own.
/// let nightly = Schedule::cron("0 3 * * *")?;
/// let in_berlin = Schedule::cron("0 3 * * MON-FRI Europe/Berlin")?;
/// let often = Schedule::every(Duration::from_secs(15 * 60)).overlap(Overlap::Wait).missed(Missed::RunEach).at_most(100);
///
/// let wrong = Schedule::cron("0 25 * * *").unwrap_err();
/// assert!(wrong.to_string().starts_with("the hour of the cron expression `0 25 * * *` cannot be `25`"));
/// # Ok::<(), workflow_runtime::CronError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    timing: Timing,
    overlap: Overlap,
    missed: Missed,
    at_most: Option<u64>,
}

/// What happens to a tick while the execution of the one before has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Overlap {
    /// The tick is passed over.
    #[default]
    Skip,
    /// The tick waits for that end, and is then one that was missed.
    Wait,
    /// The tick's execution runs beside the other.
    Allow,
}

/// What happens to ticks for which no engine was there in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missed {
    /// The latest of them is made up for, and the others are not.
    #[default]
    RunLatest,
    /// Each of them is made up for, in order. Takes [`Overlap::Wait`] or [`Overlap::Allow`].
    RunEach,
    /// None is made up for. A tick counts as missed when it is more than a minute late.
    Skip,
}

/// One moment at which a schedule begins an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    schedule: String,
    at: i64,
}

impl Schedule {
    /// By a cron expression: minute, hour, day of month, month, day of week, and perhaps a time zone such as
    /// `Europe/Berlin`; without one, UTC.
    ///
    /// # Errors
    /// When it is no cron expression, or one that never comes; the error names the field.
    pub fn cron(expression: &str) -> Result<Self, CronError> {
        Timing::cron(expression).map(Self::of)
    }

    /// Again and again after an interval, first one interval after the schedule was made.
    #[must_use]
    pub fn every(interval: Duration) -> Self {
        Self::of(Timing::every(interval))
    }

    fn of(timing: Timing) -> Self {
        Self { timing, overlap: Overlap::default(), missed: Missed::default(), at_most: None }
    }

    /// What happens while the execution of the tick before has not ended: unless said otherwise, the tick is passed over.
    #[must_use]
    pub fn overlap(self, overlap: Overlap) -> Self {
        Self { overlap, ..self }
    }

    /// What happens to ticks for which no engine was there: unless said otherwise, the latest of them is made up for.
    #[must_use]
    pub fn missed(self, missed: Missed) -> Self {
        Self { missed, ..self }
    }

    /// Ends the schedule after so many executions.
    #[must_use]
    pub fn at_most(self, runs: u64) -> Self {
        Self { at_most: Some(runs), ..self }
    }
}

impl Tick {
    /// The time for which it was set, however late it comes.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(self.at).unwrap_or_default())
    }

    /// The name of the schedule.
    #[must_use]
    pub fn schedule(&self) -> &str {
        &self.schedule
    }

    /// The id of its execution, such as `nightly@2026-11-23T03:00:00Z`.
    #[must_use]
    pub fn execution_id(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.schedule)?;
        match jiff::Timestamp::from_millisecond(self.at) {
            Ok(at) => at.fmt(f),
            Err(_) => self.at.fmt(f),
        }
    }
}

/// What computes the input of a tick's execution.
pub(super) type InputOf = Arc<dyn Fn(&Tick) -> Result<Json, String> + Send + Sync>;
