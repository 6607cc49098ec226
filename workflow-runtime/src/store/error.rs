//! What can go wrong with a store, and what to do about it.

use std::fmt;
use std::sync::Arc;

/// Why a store did not do what it was asked.
///
/// `Display` is prose that says what to do next.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else has the execution, or it was written meanwhile; nothing was changed.
    Lost {
        /// The execution.
        id: String,
    },
    /// A payload is bigger than the store's limit; nothing was written.
    TooLarge {
        /// What is.
        what: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// What is stored cannot be read as what it should be.
    Corrupt {
        /// Where.
        place: String,
        /// What is wrong there.
        detail: String,
    },
    /// The store was written by a newer version of this library.
    NewerSchema {
        /// Where.
        place: String,
        /// The version found.
        found: i64,
        /// The newest version that this library knows.
        supported: i64,
    },
    /// There is no room left.
    Full {
        /// Where.
        place: String,
    },
    /// The store can be read but not written.
    ReadOnly {
        /// Where.
        place: String,
    },
    /// Another process has held the store's lock for too long.
    Locked {
        /// Where.
        place: String,
    },
    /// The store cannot be opened.
    CannotOpen {
        /// Where.
        place: String,
        /// Why.
        detail: String,
    },
    /// The store cannot be reached, or an operation on it failed for a reason that may pass.
    Unavailable {
        /// What happened.
        detail: String,
        /// The error underneath.
        source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    },
    /// The store has been closed.
    Closed,
}

impl StoreError {
    /// Something that is recorded of an execution cannot be read: `what` of it, such as its journal.
    pub fn corrupt(what: &str, id: &str, detail: impl Into<String>) -> Self {
        Self::Corrupt { place: format!("the {what} of execution `{id}`"), detail: detail.into() }
    }

    /// An error that may pass, with what is underneath.
    pub fn unavailable(detail: impl Into<String>, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable { detail: detail.into(), source: Some(Arc::new(source)) }
    }

    /// Whether the same call may succeed later without a change to the program.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Locked { .. } | Self::Unavailable { .. })
    }

    /// Whether somebody else has the execution, or it was written meanwhile.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { id } => write!(
                f,
                "execution `{id}` was written or taken by somebody else meanwhile; nothing was changed: load it again"
            ),
            Self::TooLarge { what, bytes, limit } => write!(
                f,
                "{what} has {bytes} bytes and the store takes {limit}: keep big data elsewhere and pass its address, \
                 or raise the store's payload limit"
            ),
            Self::Corrupt { place, detail } => write!(
                f,
                "{place} is damaged: {detail}; nothing was changed: restore it from a backup, or remove what is damaged"
            ),
            Self::NewerSchema { place, found, supported } => write!(
                f,
                "{place} has format version {found} and this program knows versions up to {supported}; nothing was \
                 changed: update the program"
            ),
            Self::Full { place } => {
                write!(f, "there is no room left for {place}; the write was not made: free some space, and it goes on")
            }
            Self::ReadOnly { place } => write!(
                f,
                "{place} cannot be written: see to the permissions of the file and its directory, and that the file \
                 system is not mounted read-only"
            ),
            Self::Locked { place } => write!(
                f,
                "{place} is locked by another program; the write was not made: end the other program's transaction, \
                 and try again"
            ),
            Self::CannotOpen { place, detail } => write!(f, "{place} cannot be opened: {detail}"),
            Self::Unavailable { detail, .. } => write!(f, "the store is unavailable: {detail}"),
            Self::Closed => f.write_str("the store has been closed: open it again"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable { source: Some(source), .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
