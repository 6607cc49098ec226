//! A journal as text.

use std::fmt;

use serde_json::Value;

use crate::engine::JournalEntry;

/// The journal of an execution as lines that stay the same from run to run, for a snapshot: no times, no numbers.
///
/// Get one from [`TestEngine::history`](super::TestEngine::history), or from any engine:
/// `History::from(engine.history("order-42").await?)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    entries: Vec<JournalEntry>,
}

impl History {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }
}

impl From<Vec<JournalEntry>> for History {
    fn from(entries: Vec<JournalEntry>) -> Self {
        Self { entries }
    }
}

/// Times, and what says how the value was reached rather than what it is.
const VARYING: [&str; 1] = ["due"];

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.entries {
            f.write_str(&entry.kind)?;
            if !entry.node.is_empty() {
                write!(f, " {}", entry.node)?;
            }
            let mut data = serde_json::from_str(&entry.data).unwrap_or(Value::String(entry.data.clone()));
            if let Value::Object(fields) = &mut data {
                fields.retain(|name, _| !VARYING.contains(&name.as_str()));
            }
            match &data {
                Value::Object(fields) if fields.is_empty() => writeln!(f)?,
                data => writeln!(f, " {data}")?,
            }
        }
        Ok(())
    }
}
