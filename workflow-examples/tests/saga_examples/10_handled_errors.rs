//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), buy("mug".to_owned(), 90)))
        .world(move |()| done(&[("reserved", "released")]))
        .input("by card", || ((), buy("kettle".to_owned(), 400)))
        .failing("too much", || ((), buy("machine".to_owned(), 9_000)))
        // One transaction in our own database.
        .fails_cleanly("reserve")
        .completed(|_, after, _| assert_eq!(after.len(), 1));
    vec![fixture.named("10::buy").suite()]
}
