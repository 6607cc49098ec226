//! What is to fail, and when.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a [`FaultStore`](super::FaultStore) does wrong. Writes are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The store stops before it makes this write.
    StopBefore(u64),
    /// The store makes this write, and stops before it answers.
    StopAfter(u64),
    /// These writes are not made, and answered with an error.
    FailBefore(Range<u64>),
    /// These writes are made, and answered with an error all the same.
    FailAfter(Range<u64>),
    /// Everything is answered with an error, reads too; nothing is written.
    Down,
    /// No counted write is made any more; they are answered with [`StoreError::ReadOnly`](crate::store::StoreError), which
    /// does not pass by itself.
    ReadOnly,
    /// The list of executions is damaged as a whole: `list` is answered with
    /// [`StoreError::Corrupt`](crate::store::StoreError), and everything else is as it should be.
    DamagedList,
}

#[derive(Debug)]
pub(super) enum Verdict {
    Fine,
    StopBefore,
    StopAfter,
    FailBefore(u64),
    FailAfter(u64),
    ReadOnly,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    state: Mutex<(u64, Option<Fault>)>,
}

impl Plan {
    fn state(&self) -> MutexGuard<'_, (u64, Option<Fault>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn inject(&self, fault: Option<Fault>) {
        self.state().1 = fault;
    }

    pub(super) fn writes(&self) -> u64 {
        self.state().0
    }

    pub(super) fn is_down(&self) -> bool {
        self.state().1 == Some(Fault::Down)
    }

    pub(super) fn has_no_list(&self) -> bool {
        self.state().1 == Some(Fault::DamagedList)
    }

    /// Counts a write, and says what is to become of it.
    pub(super) fn write(&self) -> Verdict {
        let (count, fault) = &mut *self.state();
        *count += 1;
        match fault {
            Some(Fault::StopBefore(write)) if write == count => Verdict::StopBefore,
            Some(Fault::StopAfter(write)) if write == count => Verdict::StopAfter,
            Some(Fault::FailBefore(writes)) if writes.contains(count) => Verdict::FailBefore(*count),
            Some(Fault::FailAfter(writes)) if writes.contains(count) => Verdict::FailAfter(*count),
            Some(Fault::ReadOnly) => Verdict::ReadOnly,
            _ => Verdict::Fine,
        }
    }
}
