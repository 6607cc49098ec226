//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), reimburse(4_200)))
        .world(move |()| done(&[("submitted an expense of", "withdrew the expense of"), ("paid", "never")]))
        .signal(Approval { by: "Grace".to_owned(), granted: true })
        // One row of our own database.
        .fails_cleanly("submit")
        .completed(|_, after, text| {
            assert!(after.contains("paid 4200"), "{after:?}");
            assert_eq!(text, "approved by Grace");
        });
    vec![fixture.named("13::reimburse").suite()]
}
