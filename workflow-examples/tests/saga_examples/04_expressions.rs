//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), label(1)))
        .failing("an empty cart", || ((), label(0)))
        .completed(|_, _, label| assert_eq!(label, "Ada (2 items from mug, 98.30 EUR): MUG, KETTLE"));
    vec![fixture.named("04::label").suite()]
}
