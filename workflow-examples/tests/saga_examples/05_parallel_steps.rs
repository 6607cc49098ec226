//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    // A gate that is always open: a case may well bring fewer than three there, or one twice.
    let app = || App { gate: Arc::new(Barrier::new(1)) };
    let fixture = Fixture::new(move || (app(), quote("kettle".to_owned(), "Ada".to_owned(), 6_450)))
        .completed(|_, _, quote| assert_eq!(quote, "kettle reserved, 7835 in total"));
    vec![fixture.named("05::quote").suite()]
}
