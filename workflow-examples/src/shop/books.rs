//! The books: whatever failed, no piece and no cent may appear or disappear.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::catalog::Catalog;
use super::day::Day;
use super::domain::{Money, Receipt};
use super::restock::Delivery;
use super::services::{Account, Entry, ParcelState, Purchase, StockBook};
use super::world::State;

/// What the services have written down, held against the receipts of the customers.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// One comparison each.
    pub entries: Vec<Comparison>,
    /// How many calls came again under an idempotency key that had been used, and did nothing.
    pub absorbed: u64,
}

/// Two numbers that have to be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is compared.
    pub what: String,
    /// What the receipts say.
    pub expected: String,
    /// What the service says.
    pub found: String,
}

impl Comparison {
    /// Whether the two agree.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.expected == self.found
    }
}

impl Books {
    /// Compares what all services have written down with the receipts of the day.
    #[must_use]
    pub fn of(catalog: &Catalog, world: &State, day: &Day) -> Self {
        let receipts: Vec<&Receipt> = day.finished.iter().filter_map(|order| order.result.as_ref().ok()).collect();
        let mut books = Self { absorbed: world.absorbed, ..Self::default() };
        books.stock(&world.stock, &receipts, &day.deliveries);
        books.money(&world.ledger.journal, &receipts, &day.deliveries);
        books.prices(catalog, &receipts);
        books.parcels(world, &receipts);
        let announced: BTreeSet<&String> = receipts.iter().map(|receipt| &receipt.order).collect();
        books.compare("orders announced", announced.len(), world.announced.len());
        let ordered = world.purchases.values().filter(|purchase| matches!(purchase, Purchase::Ordered(..))).count();
        books.compare("purchases, on the shelf or waiting for approval", day.deliveries.len() + day.waiting, ordered);
        books.compare("executions that failed, so that a person must look", 0, day.failed);
        books.compare("effects that happened twice for one idempotency key", 0, world.doubled);
        books
    }

    /// Whether everything agrees.
    #[must_use]
    pub fn balance(&self) -> bool {
        self.entries.iter().all(Comparison::balances)
    }

    fn stock(&mut self, book: &StockBook, receipts: &[&Receipt], deliveries: &[Delivery]) {
        let mut bought: BTreeMap<&str, u32> = BTreeMap::new();
        for Delivery { goods, .. } in deliveries {
            *bought.entry(&goods.sku).or_default() += goods.quantity;
        }
        let mut sold: BTreeMap<&str, u32> = BTreeMap::new();
        for line in receipts.iter().flat_map(|receipt| &receipt.stock.lines) {
            *sold.entry(&line.sku).or_default() += line.quantity;
        }
        let total = |pieces: &BTreeMap<String, u32>| pieces.values().sum::<u32>();
        let sum = sold.values().sum::<u32>() + total(&book.free);
        let all = total(&book.opening) + bought.values().sum::<u32>();
        self.compare("pieces: sold and on the shelf, of those there were", all, sum);
        for (sku, opening) in &book.opening {
            let expected = opening + bought.get(sku.as_str()).copied().unwrap_or(0);
            let found = book.free.get(sku).copied().unwrap_or(0) + sold.get(sku.as_str()).copied().unwrap_or(0);
            if found != expected {
                self.compare(format!("pieces of {sku}"), expected, found);
            }
        }
        let held = book.reservations.values().flatten().count();
        self.compare("reservations, one for each completed order", receipts.len(), held);
    }

    fn money(&mut self, journal: &[Entry], receipts: &[&Receipt], deliveries: &[Delivery]) {
        let balance = |account: Account| -> Money {
            let amount = |entry: &Entry| match account {
                _ if entry.to == account => entry.amount,
                _ if entry.from == account => Money::ZERO - entry.amount,
                _ => Money::ZERO,
            };
            journal.iter().map(amount).sum()
        };
        let charged: Money = receipts.iter().map(|receipt| receipt.charge.amount).sum();
        let spent: Money = deliveries.iter().map(|delivery| delivery.paid).sum();
        self.compare("money in the shop's account", charged - spent, balance(Account::Shop));
        self.compare("money at the supplier", spent, balance(Account::Supplier));
        self.compare("money taken from customers", charged, Money::ZERO - balance(Account::Customers));
        self.compare("money still held back", Money::ZERO, balance(Account::Held));
    }

    /// Nobody has paid more or less than goods and taxes cost.
    fn prices(&mut self, catalog: &Catalog, receipts: &[&Receipt]) {
        let price = |receipt: &Receipt| -> Money {
            let lines = receipt.stock.lines.iter();
            let goods: Money =
                lines.filter_map(|line| catalog.get(&line.sku).map(|product| product.price * line.quantity)).sum();
            goods + receipt.tax.amount
        };
        let wrong = receipts.iter().filter(|receipt| price(receipt) != receipt.charge.amount).count();
        self.compare("orders charged with another amount than goods and tax", 0, wrong);
    }

    fn parcels(&mut self, world: &State, receipts: &[&Receipt]) {
        let count = |state| world.parcels.values().filter(|parcel| parcel.state == state).count();
        let shipped = receipts.iter().filter(|receipt| receipt.shipment.is_some()).count();
        self.compare("parcels on their way", shipped, count(ParcelState::Dispatched));
        self.compare("parcels left in the yard", 0, count(ParcelState::Labelled));
    }

    fn compare<E: fmt::Display, F: fmt::Display>(&mut self, what: impl Into<String>, expected: E, found: F) {
        self.entries.push(Comparison { what: what.into(), expected: expected.to_string(), found: found.to_string() });
    }
}
