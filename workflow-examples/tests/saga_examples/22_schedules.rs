//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    // To count and to remind does no harm when it was for nothing.
    let counting =
        Fixture::new(|| ((), stocktaking("Monday".to_owned()))).completed(|_, _, night| assert_eq!(night, "Monday"));
    let reminding = Fixture::new(|| ((), reminder("Ada".to_owned())));
    vec![counting.named("22::stocktaking").suite(), reminding.named("22::reminder").suite()]
}
