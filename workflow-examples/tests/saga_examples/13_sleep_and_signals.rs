//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), reimburse(4_200)))
        .world(move |()| done(&[("submitted an expense of", "withdrew the expense of"), ("paid", "never")]))
        .signal(Approval { by: "Grace".to_owned(), granted: true })
        .fails_cleanly("submit")
        .fails_cleanly("pay")
        .completed(|_, after, text| {
            assert!(after.contains("paid 4200"), "{after:?}");
            assert_eq!(text, "approved by Grace");
        });
    vec![fixture.named("13::reimburse").suite()]
}
