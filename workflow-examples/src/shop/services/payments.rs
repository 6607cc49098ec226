//! The payment gateway: how the shop reaches the bank.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::super::domain::{Authorization, Card, Charge, Money};
use super::super::world::{Operation, State, World};
use super::{Faults, ServiceError};

/// What the shop needs of a payment gateway.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Has the bank hold back `amount`. The same key twice is one authorization.
    async fn authorize(&self, key: &str, card: &Card, amount: Money) -> Result<Authorization, ServiceError>;

    /// Takes the money that was held back under `authorization`. Twice is once.
    async fn capture(&self, authorization: &str) -> Result<Charge, ServiceError>;

    /// Lets go of what was held back under `key`, and gives back what was taken. Unless there was anything, an
    /// authorization that arrives later is refused.
    async fn void(&self, key: &str) -> Result<(), ServiceError>;

    /// Sends money from the shop's account to the supplier's. The same key twice is one payment.
    async fn pay(&self, key: &str, amount: Money) -> Result<(), ServiceError>;

    /// Gets back what was paid under `key`. Unless there was anything, a payment that arrives later is refused.
    async fn refund(&self, key: &str) -> Result<(), ServiceError>;
}

/// A gateway that knows the numbers of a few test cards.
#[derive(Debug)]
pub struct SimulatedGateway {
    faults: Arc<Faults>,
    world: Arc<World>,
}

impl SimulatedGateway {
    /// The gateway of this world.
    #[must_use]
    pub fn new(world: Arc<World>, faults: Arc<Faults>) -> Self {
        Self { faults, world }
    }
}

#[async_trait]
impl PaymentGateway for SimulatedGateway {
    async fn authorize(&self, key: &str, card: &Card, amount: Money) -> Result<Authorization, ServiceError> {
        let authorize = || self.world.call(key, Authorize { card: card.clone(), amount });
        self.faults.call("the gateway", "authorize", key, authorize).await
    }

    async fn capture(&self, authorization: &str) -> Result<Charge, ServiceError> {
        let capture = || self.world.call(authorization, Capture {});
        self.faults.call("the gateway", "capture", authorization, capture).await
    }

    async fn void(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the gateway", "void", key, || self.world.call(key, Void {})).await
    }

    async fn pay(&self, key: &str, amount: Money) -> Result<(), ServiceError> {
        self.faults.call("the gateway", "pay", key, || self.world.call(key, Pay { amount })).await
    }

    async fn refund(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the gateway", "refund", key, || self.world.call(key, Refund {})).await
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Authorize {
    card: Card,
    amount: Money,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Capture {}

#[derive(Serialize, Deserialize)]
pub(crate) struct Void {}

#[derive(Serialize, Deserialize)]
pub(crate) struct Pay {
    amount: Money,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Refund {}

impl Operation for Authorize {
    const NAME: &'static str = "authorize";
    type Answer = Authorization;

    fn apply(self, key: &str, state: &mut State) -> Result<Authorization, ServiceError> {
        state.ledger.authorize(key, &self.card, self.amount)
    }
}

impl Operation for Capture {
    const NAME: &'static str = "capture";
    type Answer = Charge;

    fn apply(self, key: &str, state: &mut State) -> Result<Charge, ServiceError> {
        state.ledger.capture(key)
    }
}

impl Operation for Void {
    const NAME: &'static str = "void";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.ledger.close(key);
        Ok(())
    }
}

impl Operation for Pay {
    const NAME: &'static str = "pay";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.ledger.pay(key, self.amount)
    }
}

impl Operation for Refund {
    const NAME: &'static str = "refund";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.ledger.close(key);
        Ok(())
    }
}
