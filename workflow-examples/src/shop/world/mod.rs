//! The outside world: what warehouse, bank, carrier and supplier have written down.
//!
//! None of it is the shop's. It stands for other people's machines, so it lives on when the shop's process dies, in a file
//! of its own that no engine knows of; and each of them does what a decent service does: what comes a second time under
//! one idempotency key is answered as the first time, and does nothing new.

mod log;
mod state;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::catalog::Catalog;
use super::services::ServiceError;

pub use state::State;

pub(super) use log::APPLICATION;
use log::Log;

/// Something that a service is asked to do. It is kept as JSON, and done again when the world is opened anew.
pub(crate) trait Operation: Serialize + DeserializeOwned {
    /// Its name in the log.
    const NAME: &'static str;
    /// What it answers.
    type Answer;

    /// Does it, under an idempotency key. A refusal changes nothing.
    fn apply(self, key: &str, state: &mut State) -> Result<Self::Answer, ServiceError>;
}

/// The books of all services outside of the shop.
#[derive(Debug)]
pub struct World {
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    state: State,
    log: Option<Log>,
}

impl World {
    /// A world that ends with the process.
    #[must_use]
    pub fn in_memory(catalog: &Catalog) -> Self {
        Self { inside: Mutex::new(Inside { state: State::opening(catalog), log: None }) }
    }

    /// The world in a file, or a new one stocked as the catalog says. Several processes may have it open.
    ///
    /// # Errors
    /// When the file cannot be used, or is a world of other products.
    pub fn open(path: &Path, catalog: &Catalog) -> Result<Self> {
        let (log, state) = Log::open(path, Some(catalog))?;
        Ok(Self { inside: Mutex::new(Inside { state, log: Some(log) }) })
    }

    /// The world in a file, and the catalog with which it began.
    ///
    /// # Errors
    /// When the file cannot be used, or there is none.
    pub fn reopen(path: &Path) -> Result<(Self, Catalog)> {
        let (log, state) = Log::open(path, None)?;
        let catalog = log.catalog().clone();
        Ok((Self { inside: Mutex::new(Inside { state, log: Some(log) }) }, catalog))
    }

    /// What everybody has written down by now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn state(&self) -> Result<State> {
        let mut inside = self.lock();
        let Inside { state, log } = &mut *inside;
        if let Some(log) = log {
            log.catch_up(state)?;
        }
        Ok(state.clone())
    }

    /// Somebody calls: the operation happens, or is known to have happened, or is refused.
    pub(crate) fn call<O: Operation>(&self, key: &str, operation: O) -> Result<O::Answer, ServiceError> {
        let mut inside = self.lock();
        let Inside { state, log } = &mut *inside;
        match log {
            None => {
                let answer = operation.apply(key, state);
                state.note(O::NAME, key, answer.as_ref().err());
                answer
            }
            // The services cannot write: to the caller they are down, and nothing has happened.
            Some(log) => log.call(state, key, operation).unwrap_or_else(|error| {
                eprintln!("the outside world is in trouble: {error:#}");
                Err(ServiceError::Unavailable("the outside world"))
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
