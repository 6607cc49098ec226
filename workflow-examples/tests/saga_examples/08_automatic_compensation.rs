//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let pairs = &[
        ("reserved", "released"),
        ("uploaded page", "removed pages"),
        ("charged", "refunded"),
        ("charged", "asked the bank, and refunded what there was"),
    ];
    let fixture = Fixture::new(|| ((), publish("Owls".to_owned(), 2, 500)))
        .world(move |()| done(pairs))
        .input("for free", || ((), publish("Rust".to_owned(), 3, 0)))
        .failing("a damaged page", || ((), publish("Bread".to_owned(), 6, 500)))
        .failing("no connection", || ((), publish("Atlas".to_owned(), 2, 99_900)))
        // A transaction of our own, and a step that says how far it came when it fails.
        .fails_cleanly("reserve")
        .fails_cleanly("upload")
        .completed(|_, after, ()| assert!(after.len() == 4, "{after:?}"));
    vec![fixture.named("08::publish").suite()]
}
