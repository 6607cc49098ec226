//! What SQLite reports, as what an operator can act on.

use rusqlite::ErrorCode;
use workflow_runtime::StoreError;

/// Why something on a connection did not work, before it is known where.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// The error for the caller; `place` names the file.
    pub(crate) fn at(self, place: &str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => translate(error, place),
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if matches!(code(error), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)))
    }

    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_lost())
    }
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

/// SQLite has no code of its own for that.
fn is_about_the_schema(error: &rusqlite::Error) -> bool {
    let said = error.to_string();
    ["no such table", "no such column", "has no column"].iter().any(|words| said.contains(words))
}

fn translate(error: rusqlite::Error, place: &str) -> StoreError {
    let place = place.to_owned();
    match code(&error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { place },
        Some(ErrorCode::DiskFull) => StoreError::Full { place },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { place },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt { place, detail: error.to_string() },
        Some(ErrorCode::NotADatabase) => {
            StoreError::Corrupt { place, detail: "it is not a SQLite database".to_owned() }
        }
        // A table or a column that is gone comes back no more than what breaks a rule of the file is written later.
        Some(ErrorCode::ConstraintViolation) => StoreError::Corrupt { place, detail: error.to_string() },
        Some(ErrorCode::Unknown) if is_about_the_schema(&error) => {
            StoreError::Corrupt { place, detail: error.to_string() }
        }
        Some(ErrorCode::CannotOpen) => StoreError::CannotOpen { place, detail: error.to_string() },
        Some(_) => StoreError::unavailable(format!("{place}: {error}"), error),
        // Not SQLite's word but rusqlite's: a value is not of the type that its column should have.
        None => StoreError::Corrupt { place, detail: error.to_string() },
    }
}
