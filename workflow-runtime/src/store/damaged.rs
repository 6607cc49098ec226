//! What cannot be read, beside what can.

use super::StoreError;

/// A row that cannot be read, in an answer that has others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The id of the execution, or the name of the schedule, as far as it can be read.
    pub name: String,
    /// Where it is, as [`StoreError::Corrupt`] says it.
    pub place: String,
    /// What is wrong there.
    pub detail: String,
}

impl From<Damaged> for StoreError {
    fn from(Damaged { place, detail, .. }: Damaged) -> Self {
        Self::Corrupt { place, detail }
    }
}
