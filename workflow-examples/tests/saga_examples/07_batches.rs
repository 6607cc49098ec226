//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
    let fixture = Fixture::new(|| (App::default(), import(names(&["mug", "bowl", "jug"]))))
        .world(move |_| done(&[("created", "deleted")]))
        .input("none", || (App::default(), import(names(&[]))))
        .failing("one without a name", || (App::default(), import(names(&["mug", "bowl", "???", "cup"]))))
        // One row of our own database.
        .fails_cleanly("create_product")
        .completed(|_, after, thumbnails| assert_eq!(after.len(), thumbnails.len()));
    vec![fixture.named("07::import").suite()]
}
