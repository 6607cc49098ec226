//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), place_order("mug".to_owned(), 1_690, true)))
        .input("no gift", || ((), place_order("mug".to_owned(), 1_690, false)))
        .failing("a declined card", || ((), place_order("mug".to_owned(), 18_900, false)));
    vec![fixture.named("15::place_order").suite()]
}
