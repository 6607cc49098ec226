//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture =
        Fixture::new(|| ((), welcome(7))).completed(|_, _, greeting| assert_eq!(greeting, "hello, customer 7"));
    vec![fixture.named("01::welcome").suite()]
}
