//! One run of a case: what is done, and what has to come of it.

use std::fmt;

use super::stage::How;

/// One run, on one of the ways that the survey found.
#[derive(Debug, Clone)]
pub(super) struct Check {
    /// The number of the way.
    pub(super) reach: usize,
    pub(super) how: How,
    pub(super) about: About,
    /// The node that it is about, as it runs; none where it is about the whole.
    pub(super) at: Option<String>,
    pub(super) expect: Expect,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Nothing,
    Engine,
    RoundTrip,
    Fail,
    FailAfterEffect,
    FailOnce,
    Panic,
    TimeOut,
    Repeat,
    Cancel,
    CancelOnEngine,
    CancelAndCrash,
    RepeatUndo,
    UndoFailsOnce,
    UndoGivesUp,
    Crash,
    CrashInRollback,
}

/// What has to come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    /// The same as without the fault: the same end, and the same world.
    Same,
    /// The same, or a rollback: an attempt that nobody may repeat was in flight.
    SameOrRollback,
    /// A rollback because of a failure there, and the world as before.
    Rollback(Option<String>),
    /// The workflow handles the failure: it completes, or is rolled back whole.
    Handled,
    /// A rollback, unless the pivot had succeeded.
    Stopped,
    /// A rollback, because of a failure there, in which the undo gives up and says so; once it can be done, the world is
    /// as before.
    GivesUp(Option<String>),
}

impl About {
    /// Whether somebody asks to cancel the execution.
    pub(super) fn is_cancel(self) -> bool {
        matches!(self, Self::Cancel | Self::CancelOnEngine | Self::CancelAndCrash)
    }

    /// Whether the fault strikes the compensation of the node.
    pub(super) fn is_undo(self) -> bool {
        matches!(self, Self::RepeatUndo | Self::UndoFailsOnce | Self::UndoGivesUp)
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "succeeds",
            Self::Engine => "succeeds_on_an_engine",
            Self::RoundTrip => "round_trip",
            Self::Fail => "fail_at",
            Self::FailAfterEffect => "fail_after_effect",
            Self::FailOnce => "fail_once_at",
            Self::Panic => "panic_at",
            Self::TimeOut => "time_out_at",
            Self::Repeat => "repeat",
            Self::Cancel => "cancel_at",
            Self::CancelOnEngine => "cancel_on_an_engine_at",
            Self::CancelAndCrash => "cancel_and_crash_at",
            Self::RepeatUndo => "repeat_undo",
            Self::UndoFailsOnce => "undo_fails_once",
            Self::UndoGivesUp => "undo_gives_up",
            Self::Crash => "crash",
            Self::CrashInRollback => "crash_in_rollback",
        })
    }
}
