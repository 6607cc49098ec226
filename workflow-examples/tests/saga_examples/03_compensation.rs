//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| ((), register("Ada".to_owned(), "ada@example.org".to_owned())))
        .world(move |()| done(&[("created user", "deleted user")]))
        .failing("no address", || ((), register("Ada".to_owned(), "nowhere".to_owned())))
        // One row of our own database; a service behind a network would want an `Outcome`.
        .fails_cleanly("create_user")
        .completed(|_, after, _| assert!(after.contains("created user 17, Ada")));
    vec![fixture.named("03::register").suite()]
}
