//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let pairs = &[
        ("booked a flight to", "cancelled the flight to"),
        ("booked a flight to", "cancelled what was booked as saga/book_flight"),
        ("booked", "cancelled the"),
        ("booked 3 nights in", "cancelled what was booked as saga/book_hotel"),
    ];
    let fixture = Fixture::new(|| ((), book_trip("Lisbon".to_owned(), 3)))
        .world(move |()| done(pairs))
        .completed(|_, after, _| assert_eq!(after.len(), 2, "{after:?}"));
    vec![fixture.named("23::book_trip").suite()]
}
