//! Where an execution stands, as the store keeps it.

use std::fmt;
use std::str::FromStr;

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExecutionStatus {
    /// Steps run.
    Running,
    /// It waits for a signal, a timer or the next attempt.
    Waiting,
    /// It is being rolled back.
    Compensating,
    /// Its definition differs from what was recorded, and it waits for one that does not; or something that was recorded of
    /// it cannot be read.
    Parked,
    /// It has its result.
    Completed,
    /// Everything that was done has been undone.
    Compensated,
    /// A compensation gave up, or an expression panicked past the pivot: a person must look.
    Failed,
}

impl ExecutionStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::Waiting,
        Self::Compensating,
        Self::Parked,
        Self::Completed,
        Self::Compensated,
        Self::Failed,
    ];

    /// The name under which stores keep it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Compensating => "compensating",
            Self::Parked => "parked",
            Self::Completed => "completed",
            Self::Compensated => "compensated",
            Self::Failed => "failed",
        }
    }

    /// Whether it has ended: completed, compensated or failed.
    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Compensated | Self::Failed)
    }

    /// Whether a claim may take it: neither finished nor parked.
    #[must_use]
    pub const fn is_claimable(self) -> bool {
        matches!(self, Self::Running | Self::Waiting | Self::Compensating)
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExecutionStatus {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == name).ok_or_else(|| UnknownStatus(name.to_owned()))
    }
}

/// A name that is no status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStatus(String);

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no status; there are", self.0)?;
        for (index, status) in ExecutionStatus::ALL.into_iter().enumerate() {
            write!(f, "{} `{status}`", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownStatus {}
