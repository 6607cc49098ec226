//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), place_order(1, 1_690)))
        .world(move |()| done(&[("shipped order", "never")]))
        .failing("an island", || ((), place_order(2, 1_690)))
        .completed(|_, after, ()| assert!(after.contains("shipped order 1")));
    vec![fixture.named("14::place_order").suite()]
}
