//! The supplier: takes orders of goods, until they are called off.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::domain::{Line, Money};
use super::super::world::{Operation, State, World};
use super::{Faults, ServiceError};

/// The supplier, as the shop reaches it.
#[derive(Debug)]
pub struct Supplier {
    faults: Arc<Faults>,
    world: Arc<World>,
}

/// What the supplier has in its book under one idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purchase {
    /// So many pieces, for so much.
    Ordered(Line, Money),
    /// Called off, perhaps before it came.
    CalledOff,
}

impl Supplier {
    /// The supplier of this world.
    #[must_use]
    pub fn new(world: Arc<World>, faults: Arc<Faults>) -> Self {
        Self { faults, world }
    }

    /// Orders goods. The same key twice is one order.
    ///
    /// # Errors
    /// When the supplier does not answer.
    pub async fn buy(&self, key: &str, line: Line, amount: Money) -> Result<(), ServiceError> {
        self.faults.call("the supplier", "buy", key, || self.world.call(key, Buy { line, amount })).await
    }

    /// Calls the order off. One that arrives later is refused.
    ///
    /// # Errors
    /// When the supplier does not answer.
    pub async fn call_off(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the supplier", "call_off", key, || self.world.call(key, CallOff {})).await
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Buy {
    line: Line,
    amount: Money,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct CallOff {}

impl Operation for Buy {
    const NAME: &'static str = "buy";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        let ordered = || Purchase::Ordered(self.line, self.amount);
        match state.purchases.entry(key.to_owned()).or_insert_with(ordered) {
            Purchase::Ordered(..) => Ok(()),
            Purchase::CalledOff => Err(ServiceError::Cancelled(key.to_owned())),
        }
    }
}

impl Operation for CallOff {
    const NAME: &'static str = "call_off";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.purchases.insert(key.to_owned(), Purchase::CalledOff);
        Ok(())
    }
}
