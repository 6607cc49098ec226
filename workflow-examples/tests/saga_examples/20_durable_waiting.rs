//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), reimburse("hotel".to_owned())))
        .world(move |()| done(&[("submitted:", "withdrew:"), ("paid:", "never")]))
        .signal(Approval { by: "Grace".to_owned(), granted: true })
        // One row of our own database.
        .fails_cleanly("submit")
        .completed(|_, after, _| assert!(after.contains("paid: hotel"), "{after:?}"));
    vec![fixture.named("20::reimburse").suite()]
}
