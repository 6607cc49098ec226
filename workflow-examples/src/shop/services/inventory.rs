//! The warehouse: what is free, and what is set aside for whom.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::catalog::Catalog;
use super::super::domain::{Line, Reservation};
use super::{Faults, ServiceError};

/// The warehouse.
#[derive(Debug)]
pub struct Inventory {
    faults: Arc<Faults>,
    book: Mutex<StockBook>,
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
}

impl Inventory {
    /// A warehouse stocked as the catalog says.
    #[must_use]
    pub fn new(catalog: &Catalog, faults: Arc<Faults>) -> Self {
        let opening: BTreeMap<_, _> = catalog.products().map(|product| (product.sku.clone(), product.stock)).collect();
        let book = StockBook { free: opening.clone(), opening, reservations: BTreeMap::new() };
        Self { faults, book: Mutex::new(book) }
    }

    /// Sets all lines aside, or none of them. The same key twice is one reservation.
    ///
    /// # Errors
    /// When something is out of stock, or the warehouse does not answer.
    pub async fn reserve(&self, key: &str, lines: Vec<Line>) -> Result<Reservation, ServiceError> {
        self.faults.call("the warehouse", "reserve", key, || self.lock().reserve(key, lines)).await
    }

    /// Gives back what was set aside under `key`. A reservation that arrives later is refused.
    ///
    /// # Errors
    /// When the warehouse does not answer.
    pub async fn release(&self, key: &str) -> Result<(), ServiceError> {
        let release = || {
            self.lock().release(key);
            Ok(())
        };
        self.faults.call("the warehouse", "release", key, release).await
    }

    /// A copy of the book.
    #[must_use]
    pub fn book(&self) -> StockBook {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, StockBook> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StockBook {
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
}
