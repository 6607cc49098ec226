//! What the services know: their books, and which calls there were.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::super::catalog::Catalog;
use super::super::domain::Money;
use super::super::services::{Ledger, ServiceError, StockBook, carrier, company, inventory, payments, supplier};
use super::Operation;

/// The books of all services, and of how often they were called.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The warehouse's.
    pub stock: StockBook,
    /// The bank's.
    pub ledger: Ledger,
    /// The carrier's.
    pub parcels: BTreeMap<String, carrier::Parcel>,
    /// The supplier's.
    pub purchases: BTreeMap<String, supplier::Purchase>,
    /// What the rest of the company has been told, by order.
    pub announced: BTreeMap<String, Money>,
    /// What was done, by operation and idempotency key.
    done: BTreeSet<(String, String)>,
    /// How many calls asked for what was done already, and were answered as the first time.
    pub absorbed: u64,
    /// How many effects happened although their key had been used; there must be none.
    pub doubled: u64,
}

impl State {
    /// The world before anybody calls.
    #[must_use]
    pub fn opening(catalog: &Catalog) -> Self {
        Self { stock: StockBook::opening(catalog), ..Self::default() }
    }

    /// How often each operation was done: once a key.
    #[must_use]
    pub fn effects(&self) -> BTreeMap<&str, u64> {
        let mut effects = BTreeMap::new();
        for (operation, _) in &self.done {
            *effects.entry(operation.as_str()).or_default() += 1;
        }
        effects
    }

    pub(super) fn is_done(&self, operation: &str, key: &str) -> bool {
        self.done.contains(&(operation.to_owned(), key.to_owned()))
    }

    /// Notes a call that was answered; a refused one leaves no trace.
    pub(super) fn note(&mut self, operation: &str, key: &str, refusal: Option<&ServiceError>) {
        if refusal.is_none() && !self.done.insert((operation.to_owned(), key.to_owned())) {
            self.absorbed += 1;
        }
    }

    /// Does again what the log says was done.
    pub(super) fn repeat(&mut self, operation: &str, key: &str, arguments: &str) -> Result<()> {
        match operation {
            inventory::Reserve::NAME => self.apply::<inventory::Reserve>(key, arguments),
            inventory::Release::NAME => self.apply::<inventory::Release>(key, arguments),
            inventory::Shelve::NAME => self.apply::<inventory::Shelve>(key, arguments),
            inventory::Unshelve::NAME => self.apply::<inventory::Unshelve>(key, arguments),
            payments::Authorize::NAME => self.apply::<payments::Authorize>(key, arguments),
            payments::Capture::NAME => self.apply::<payments::Capture>(key, arguments),
            payments::Void::NAME => self.apply::<payments::Void>(key, arguments),
            payments::Pay::NAME => self.apply::<payments::Pay>(key, arguments),
            payments::Refund::NAME => self.apply::<payments::Refund>(key, arguments),
            carrier::Label::NAME => self.apply::<carrier::Label>(key, arguments),
            carrier::Cancel::NAME => self.apply::<carrier::Cancel>(key, arguments),
            carrier::Dispatch::NAME => self.apply::<carrier::Dispatch>(key, arguments),
            supplier::Buy::NAME => self.apply::<supplier::Buy>(key, arguments),
            supplier::CallOff::NAME => self.apply::<supplier::CallOff>(key, arguments),
            company::Announce::NAME => self.apply::<company::Announce>(key, arguments),
            other => bail!("the log of the outside world has an operation `{other}` that nobody knows"),
        }
    }

    fn apply<O: Operation>(&mut self, key: &str, arguments: &str) -> Result<()> {
        let operation: O = serde_json::from_str(arguments)?;
        operation.apply(key, self).with_context(|| format!("`{}` of `{key}` cannot be repeated", O::NAME))?;
        if !self.done.insert((O::NAME.to_owned(), key.to_owned())) {
            self.doubled += 1;
        }
        Ok(())
    }
}
