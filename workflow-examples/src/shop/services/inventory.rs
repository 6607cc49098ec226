//! The warehouse: what is free, and what is set aside for whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::catalog::Catalog;
use super::super::domain::{Line, Reservation};
use super::super::world::{Operation, State, World};
use super::{Faults, ServiceError};

/// The warehouse, as the shop reaches it.
#[derive(Debug)]
pub struct Inventory {
    faults: Arc<Faults>,
    world: Arc<World>,
}

/// What the warehouse has written down.
#[derive(Debug, Clone, Default)]
pub struct StockBook {
    /// What there was in the morning.
    pub opening: BTreeMap<String, u32>,
    /// What nobody has claimed.
    pub free: BTreeMap<String, u32>,
    /// What is set aside, by idempotency key; `None` where it was given back, or cancelled before it came.
    pub reservations: BTreeMap<String, Option<Vec<Line>>>,
    /// What has come since the morning, by idempotency key; `None` where it was taken back, or cancelled before it came.
    pub deliveries: BTreeMap<String, Option<Line>>,
}

impl Inventory {
    /// The warehouse of this world.
    #[must_use]
    pub fn new(world: Arc<World>, faults: Arc<Faults>) -> Self {
        Self { faults, world }
    }

    /// Sets all lines aside, or none of them. The same key twice is one reservation.
    ///
    /// # Errors
    /// When something is out of stock, or the warehouse does not answer.
    pub async fn reserve(&self, key: &str, lines: Vec<Line>) -> Result<Reservation, ServiceError> {
        self.faults.call("the warehouse", "reserve", key, || self.world.call(key, Reserve { lines })).await
    }

    /// Gives back what was set aside under `key`. A reservation that arrives later is refused.
    ///
    /// # Errors
    /// When the warehouse does not answer.
    pub async fn release(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the warehouse", "release", key, || self.world.call(key, Release {})).await
    }

    /// Puts goods on the shelf. The same key twice is one delivery.
    ///
    /// # Errors
    /// When the warehouse does not answer.
    pub async fn shelve(&self, key: &str, line: Line) -> Result<(), ServiceError> {
        self.faults.call("the warehouse", "shelve", key, || self.world.call(key, Shelve { line })).await
    }

    /// Takes back what came under `key`. A delivery that arrives later is refused.
    ///
    /// # Errors
    /// When some of it is sold already, or the warehouse does not answer.
    pub async fn unshelve(&self, key: &str) -> Result<(), ServiceError> {
        self.faults.call("the warehouse", "unshelve", key, || self.world.call(key, Unshelve {})).await
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Reserve {
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Release {}

#[derive(Serialize, Deserialize)]
pub(crate) struct Shelve {
    line: Line,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Unshelve {}

impl Operation for Reserve {
    const NAME: &'static str = "reserve";
    type Answer = Reservation;

    fn apply(self, key: &str, state: &mut State) -> Result<Reservation, ServiceError> {
        state.stock.reserve(key, self.lines)
    }
}

impl Operation for Release {
    const NAME: &'static str = "release";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.stock.release(key);
        Ok(())
    }
}

impl Operation for Shelve {
    const NAME: &'static str = "shelve";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.stock.shelve(key, self.line)
    }
}

impl Operation for Unshelve {
    const NAME: &'static str = "unshelve";
    type Answer = ();

    fn apply(self, key: &str, state: &mut State) -> Result<(), ServiceError> {
        state.stock.unshelve(key)
    }
}

impl StockBook {
    /// The shelves as the catalog says.
    pub(crate) fn opening(catalog: &Catalog) -> Self {
        let opening: BTreeMap<_, _> = catalog.products().map(|product| (product.sku.clone(), product.stock)).collect();
        Self { free: opening.clone(), opening, ..Self::default() }
    }

    fn reserve(&mut self, key: &str, lines: Vec<Line>) -> Result<Reservation, ServiceError> {
        match self.reservations.get(key) {
            Some(Some(lines)) => return Ok(Reservation { id: key.to_owned(), lines: lines.clone() }),
            Some(None) => return Err(ServiceError::Cancelled(key.to_owned())),
            None => {}
        }
        let mut free = self.free.clone();
        for line in &lines {
            let left = free.get(&line.sku).copied().unwrap_or(0);
            let Some(rest) = left.checked_sub(line.quantity) else {
                return Err(ServiceError::OutOfStock { sku: line.sku.clone(), wanted: line.quantity, left });
            };
            free.insert(line.sku.clone(), rest);
        }
        self.free = free;
        self.reservations.insert(key.to_owned(), Some(lines.clone()));
        Ok(Reservation { id: key.to_owned(), lines })
    }

    fn release(&mut self, key: &str) {
        for line in self.reservations.insert(key.to_owned(), None).flatten().unwrap_or_default() {
            *self.free.entry(line.sku).or_default() += line.quantity;
        }
    }

    fn shelve(&mut self, key: &str, line: Line) -> Result<(), ServiceError> {
        match self.deliveries.get(key) {
            Some(Some(_)) => return Ok(()),
            Some(None) => return Err(ServiceError::Cancelled(key.to_owned())),
            None => {}
        }
        *self.free.entry(line.sku.clone()).or_default() += line.quantity;
        self.deliveries.insert(key.to_owned(), Some(line));
        Ok(())
    }

    fn unshelve(&mut self, key: &str) -> Result<(), ServiceError> {
        if let Some(Some(line)) = self.deliveries.get(key) {
            let left = self.free.get(&line.sku).copied().unwrap_or(0);
            let Some(rest) = left.checked_sub(line.quantity) else {
                return Err(ServiceError::OutOfStock { sku: line.sku.clone(), wanted: line.quantity, left });
            };
            self.free.insert(line.sku.clone(), rest);
        }
        self.deliveries.insert(key.to_owned(), None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> StockBook {
        let free = BTreeMap::from([("MUG".to_owned(), 3), ("CUP".to_owned(), 1)]);
        StockBook { opening: free.clone(), free, ..StockBook::default() }
    }

    fn lines(mugs: u32, cups: u32) -> Vec<Line> {
        vec![Line { sku: "MUG".to_owned(), quantity: mugs }, Line { sku: "CUP".to_owned(), quantity: cups }]
    }

    #[test]
    fn the_same_key_twice_is_one_reservation_and_released_once() -> Result<(), ServiceError> {
        let mut book = book();
        let first = book.reserve("k", lines(2, 1))?;
        assert_eq!(book.reserve("k", lines(2, 1))?, first);
        assert_eq!(book.free.get("MUG"), Some(&1));
        book.release("k");
        book.release("k");
        assert_eq!(book.free, book.opening);
        Ok(())
    }

    #[test]
    fn all_lines_are_set_aside_or_none() {
        let mut book = book();
        let missing = ServiceError::OutOfStock { sku: "CUP".to_owned(), wanted: 2, left: 1 };
        assert_eq!(book.reserve("k", lines(1, 2)), Err(missing));
        assert_eq!(book.free, book.opening);
    }

    #[test]
    fn a_reservation_that_comes_after_its_release_is_refused() {
        let mut book = book();
        book.release("k");
        assert_eq!(book.reserve("k", lines(1, 0)), Err(ServiceError::Cancelled("k".to_owned())));
        assert_eq!(book.free, book.opening);
    }

    #[test]
    fn what_is_sold_cannot_be_taken_back() -> Result<(), ServiceError> {
        let mut book = book();
        let delivery = Line { sku: "CUP".to_owned(), quantity: 2 };
        for _ in 0..2 {
            book.shelve("d", delivery.clone())?;
        }
        book.reserve("k", lines(0, 2))?;
        let sold = ServiceError::OutOfStock { sku: "CUP".to_owned(), wanted: 2, left: 1 };
        assert_eq!(book.unshelve("d"), Err(sold));
        book.release("k");
        book.unshelve("d")?;
        assert_eq!(book.free, book.opening);
        assert!(book.shelve("d", delivery).is_err());
        Ok(())
    }
}
