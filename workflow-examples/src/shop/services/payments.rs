//! The payment gateway: authorizations, captures, and a journal with two sides to every entry.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::super::domain::{Authorization, Card, Charge, Money};
use super::{Faults, ServiceError, transfer};

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
}

/// Where money can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// With the customers.
    Customers,
    /// Held back by their banks.
    Held,
    /// In the shop's account.
    Shop,
}

/// One line of the gateway's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Under which idempotency key.
    pub key: String,
    /// Where the money was.
    pub from: Account,
    /// Where it is now.
    pub to: Account,
    /// How much.
    pub amount: Money,
}

/// A gateway in process that knows the numbers of a few test cards.
#[derive(Debug)]
pub struct SimulatedGateway {
    faults: Arc<Faults>,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    payments: BTreeMap<String, Payment>,
    journal: Vec<Entry>,
}

#[derive(Debug, Clone)]
enum Payment {
    Held(Card, Money),
    Captured(Money),
    Closed,
}

impl SimulatedGateway {
    /// A gateway without any payments.
    #[must_use]
    pub fn new(faults: Arc<Faults>) -> Self {
        Self { faults, ledger: Mutex::default() }
    }

    /// A copy of the journal.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.lock().journal.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PaymentGateway for SimulatedGateway {
    async fn authorize(&self, key: &str, card: &Card, amount: Money) -> Result<Authorization, ServiceError> {
        self.faults.call("the gateway", "authorize", key, || self.lock().authorize(key, card, amount)).await
    }

    async fn capture(&self, authorization: &str) -> Result<Charge, ServiceError> {
        self.faults.call("the gateway", "capture", authorization, || self.lock().capture(authorization)).await
    }

    async fn void(&self, key: &str) -> Result<(), ServiceError> {
        let void = || {
            self.lock().void(key);
            Ok(())
        };
        self.faults.call("the gateway", "void", key, void).await
    }
}

impl Ledger {
    fn authorize(&mut self, key: &str, card: &Card, amount: Money) -> Result<Authorization, ServiceError> {
        match self.payments.get(key) {
            Some(Payment::Held(_, amount) | Payment::Captured(amount)) => {
                return Ok(Authorization { id: key.to_owned(), amount: *amount });
            }
            Some(Payment::Closed) => return Err(ServiceError::Cancelled(key.to_owned())),
            None => {}
        }
        match card.0.as_str() {
            "4000000000000002" => return Err(ServiceError::Declined("no reason given")),
            "4000000000009995" => return Err(ServiceError::Declined("insufficient funds")),
            "4000000000000069" => return Err(ServiceError::Declined("expired card")),
            _ => {}
        }
        self.journal.push(transfer(key, Account::Customers, Account::Held, amount));
        self.payments.insert(key.to_owned(), Payment::Held(card.clone(), amount));
        Ok(Authorization { id: key.to_owned(), amount })
    }

    fn capture(&mut self, key: &str) -> Result<Charge, ServiceError> {
        let amount = match self.payments.get(key) {
            Some(Payment::Held(card, _)) if card.0 == "4000000000000341" => {
                return Err(ServiceError::Declined("blocked by the bank after authorization"));
            }
            Some(Payment::Held(_, amount)) => *amount,
            Some(Payment::Captured(amount)) => return Ok(Charge { id: key.to_owned(), amount: *amount }),
            Some(Payment::Closed) => return Err(ServiceError::Cancelled(key.to_owned())),
            None => return Err(ServiceError::Refused(format!("there is no authorization {key}"))),
        };
        self.journal.push(transfer(key, Account::Held, Account::Shop, amount));
        self.payments.insert(key.to_owned(), Payment::Captured(amount));
        Ok(Charge { id: key.to_owned(), amount })
    }

    fn void(&mut self, key: &str) {
        match self.payments.insert(key.to_owned(), Payment::Closed) {
            Some(Payment::Held(_, amount)) => {
                self.journal.push(transfer(key, Account::Held, Account::Customers, amount));
            }
            Some(Payment::Captured(amount)) => {
                self.journal.push(transfer(key, Account::Shop, Account::Customers, amount));
            }
            Some(Payment::Closed) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(ledger: &Ledger) -> i64 {
        let moved = |account: fn(&Entry) -> Account| {
            ledger
                .journal
                .iter()
                .filter(|entry| account(entry) == Account::Shop)
                .map(|entry| entry.amount)
                .sum::<Money>()
        };
        (moved(|entry| entry.to) - moved(|entry| entry.from)).0
    }

    #[test]
    fn money_is_taken_once_and_given_back_once() -> Result<(), ServiceError> {
        let (mut ledger, card) = (Ledger::default(), Card("4242424242424242".to_owned()));
        for _ in 0..2 {
            ledger.authorize("k", &card, Money(5_00))?;
        }
        for _ in 0..2 {
            assert_eq!(ledger.capture("k")?.amount, Money(5_00));
        }
        assert_eq!(shop(&ledger), 5_00);
        ledger.void("k");
        ledger.void("k");
        assert_eq!(shop(&ledger), 0);
        assert_eq!(ledger.authorize("k", &card, Money(5_00)), Err(ServiceError::Cancelled("k".to_owned())));
        Ok(())
    }

    #[test]
    fn a_card_can_be_declined_when_the_money_is_taken() -> Result<(), ServiceError> {
        let (mut ledger, card) = (Ledger::default(), Card("4000000000000341".to_owned()));
        ledger.authorize("k", &card, Money(5_00))?;
        assert!(matches!(ledger.capture("k"), Err(ServiceError::Declined(_))));
        assert_eq!(shop(&ledger), 0);
        Ok(())
    }
}
