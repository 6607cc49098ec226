//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let app = || App { stock: Stock(Mutex::new(BTreeMap::from([("mug".to_owned(), 5)]))) };
    let order = |quantity, cents| place_order(Order { product: "mug".to_owned(), quantity, cents });
    let fixture = Fixture::new(move || (app(), order(2, 1_690)))
        .world(|app: &App| app.stock.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
        .failing("out of stock", move || (app(), order(9, 1_690)))
        .failing("a declined card", move || (app(), order(3, 9_900)))
        // The stock is in memory, and ends with the server.
        .in_process_only()
        // It changes a number under a lock, as the last thing it does.
        .fails_cleanly("reserve")
        .completed(|before, after, receipt| {
            assert_eq!((before["mug"], after["mug"]), (5, 3));
            assert_eq!(receipt, "paid 3380");
        });
    vec![fixture.named("16::place_order").suite()]
}
