//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let app = || App { bank: Bank { pulls_the_plug: false } };
    let pairs = &[
        ("saga/reserve:", "released"),
        ("saga/charge:", "refunded"),
        ("saga/charge:", "refunded what was taken as saga/charge"),
        ("saga/ship:", "never"),
    ];
    let fixture = Fixture::new(move || (app(), place_order("widget".to_owned(), 750)))
        .world(move |_| done(pairs))
        // One transaction in our own database.
        .fails_cleanly("reserve")
        .completed(|_, after, _| assert_eq!(after.len(), 3, "{after:?}"));
    vec![fixture.named("21::place_order").suite()]
}
