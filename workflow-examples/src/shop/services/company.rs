//! The rest of the company: it is told of orders, perhaps more than once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::domain::{Money, OrderPlaced};
use super::super::world::{Operation, State, World};
use super::ServiceError;

/// The rest of the company, as the shop reaches it.
#[derive(Debug, Clone)]
pub struct Company {
    world: Arc<World>,
}

impl Company {
    /// The company in this world.
    #[must_use]
    pub fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// Tells it of an order. Twice is once.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn announce(&self, event: &OrderPlaced) -> Result<(), ServiceError> {
        self.world.call(&event.id, Announce { paid: event.paid })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Announce {
    paid: Money,
}

impl Operation for Announce {
    const NAME: &'static str = "announce";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.announced.insert(key.to_owned(), self.paid);
        Ok(())
    }
}
