//! How big a payload may be.

use super::{Append, Events, NewExecution, NewMessage, StoreError};

/// The most bytes that one payload may have: an input, an event's data, a message, a result.
///
/// Big data belongs elsewhere, with its address in the workflow; a limit turns the accident into a clear error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadLimit {
    bytes: usize,
}

impl Default for PayloadLimit {
    /// 16 MiB.
    fn default() -> Self {
        Self::bytes(16 << 20)
    }
}

impl PayloadLimit {
    /// A limit of so many bytes.
    #[must_use]
    pub const fn bytes(bytes: usize) -> Self {
        Self { bytes }
    }

    /// Refuses a payload that is too big; `what` it is, in words.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`].
    pub fn check(self, what: impl FnOnce() -> String, payload: &str) -> Result<(), StoreError> {
        if payload.len() <= self.bytes {
            return Ok(());
        }
        Err(StoreError::TooLarge { what: what(), bytes: payload.len(), limit: self.bytes })
    }

    /// Refuses a new execution with a payload that is too big.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`].
    pub fn check_new(self, new: &NewExecution) -> Result<(), StoreError> {
        self.check(|| format!("the input of execution `{}`", new.id), &new.input)?;
        self.check_events(&new.id, &new.events)
    }

    fn check_events(self, id: &str, events: &Events) -> Result<(), StoreError> {
        if events.bytes() <= self.bytes {
            return Ok(());
        }
        let last = u64::try_from(events.len()).unwrap_or(u64::MAX);
        for event in Events::read(events.text(), 0, last).unwrap_or_default() {
            self.check(|| format!("what `{}` of execution `{id}` records", event.path), &event.data)?;
        }
        Ok(())
    }

    /// Refuses an append with a payload that is too big.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`].
    pub fn check_append(self, append: &Append) -> Result<(), StoreError> {
        let id = &append.id;
        self.check_events(id, &append.events)?;
        for event in &append.outbox {
            self.check(|| format!("the event `{}` of execution `{id}`", event.name), &event.data)?;
        }
        for (what, payload) in
            [("result", &append.result), ("error", &append.error), ("list of retries", &append.retries)]
        {
            if let Some(payload) = payload {
                self.check(|| format!("the {what} of execution `{id}`"), payload)?;
            }
        }
        Ok(())
    }

    /// Refuses a message that is too big.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`].
    pub fn check_message(self, message: &NewMessage) -> Result<(), StoreError> {
        self.check(|| format!("the message `{}` to execution `{}`", message.name, message.execution), &message.data)
    }
}
