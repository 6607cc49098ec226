//! What the bank has written down: a journal with two sides to every entry.

use std::collections::BTreeMap;

use super::super::domain::{Authorization, Card, Charge, Money};
use super::ServiceError;

/// Where money can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// With the customers.
    Customers,
    /// Held back by their banks.
    Held,
    /// In the shop's account.
    Shop,
    /// With the supplier.
    Supplier,
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

/// What the bank has written down.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    payments: BTreeMap<String, Payment>,
    /// Every movement of money.
    pub journal: Vec<Entry>,
}

#[derive(Debug, Clone)]
enum Payment {
    Held(Card, Money),
    Captured(Money),
    Sent(Money),
    Closed,
}

impl Ledger {
    pub(super) fn authorize(&mut self, key: &str, card: &Card, amount: Money) -> Result<Authorization, ServiceError> {
        match self.payments.get(key) {
            Some(Payment::Held(_, amount) | Payment::Captured(amount)) => {
                return Ok(Authorization { id: key.to_owned(), amount: *amount });
            }
            Some(Payment::Closed | Payment::Sent(_)) => return Err(ServiceError::Cancelled(key.to_owned())),
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

    pub(super) fn capture(&mut self, key: &str) -> Result<Charge, ServiceError> {
        let amount = match self.payments.get(key) {
            Some(Payment::Held(card, _)) if card.0 == "4000000000000341" => {
                return Err(ServiceError::Declined("blocked by the bank after authorization"));
            }
            Some(Payment::Held(_, amount)) => *amount,
            Some(Payment::Captured(amount)) => return Ok(Charge { id: key.to_owned(), amount: *amount }),
            Some(Payment::Closed | Payment::Sent(_)) => return Err(ServiceError::Cancelled(key.to_owned())),
            None => return Err(ServiceError::Refused(format!("there is no authorization {key}"))),
        };
        self.journal.push(transfer(key, Account::Held, Account::Shop, amount));
        self.payments.insert(key.to_owned(), Payment::Captured(amount));
        Ok(Charge { id: key.to_owned(), amount })
    }

    pub(super) fn pay(&mut self, key: &str, amount: Money) -> Result<(), ServiceError> {
        match self.payments.get(key) {
            Some(Payment::Sent(_)) => Ok(()),
            Some(_) => Err(ServiceError::Cancelled(key.to_owned())),
            None => {
                self.journal.push(transfer(key, Account::Shop, Account::Supplier, amount));
                self.payments.insert(key.to_owned(), Payment::Sent(amount));
                Ok(())
            }
        }
    }

    /// Gives everything back, and takes nothing under this key any more.
    pub(super) fn close(&mut self, key: &str) {
        match self.payments.insert(key.to_owned(), Payment::Closed) {
            Some(Payment::Held(_, amount)) => {
                self.journal.push(transfer(key, Account::Held, Account::Customers, amount));
            }
            Some(Payment::Captured(amount)) => {
                self.journal.push(transfer(key, Account::Shop, Account::Customers, amount));
            }
            Some(Payment::Sent(amount)) => {
                self.journal.push(transfer(key, Account::Supplier, Account::Shop, amount));
            }
            Some(Payment::Closed) | None => {}
        }
    }
}

/// The double entry that moves `amount` between two accounts.
fn transfer(key: &str, from: Account, to: Account, amount: Money) -> Entry {
    Entry { key: key.to_owned(), from, to, amount }
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
        ledger.close("k");
        ledger.close("k");
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

    #[test]
    fn the_supplier_is_paid_once_and_pays_back_once() -> Result<(), ServiceError> {
        let mut ledger = Ledger::default();
        ledger.pay("k", Money(7_00))?;
        ledger.pay("k", Money(7_00))?;
        assert_eq!(shop(&ledger), -7_00);
        ledger.close("k");
        ledger.close("k");
        assert_eq!(shop(&ledger), 0);
        assert!(ledger.pay("k", Money(7_00)).is_err());
        Ok(())
    }
}
