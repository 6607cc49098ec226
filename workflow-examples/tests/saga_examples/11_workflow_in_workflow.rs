//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let pairs = &[
        ("packed", "unpacked box with"),
        ("packed", "unpacked whatever was packed"),
        ("labelled", "tore label 4711"),
        ("labelled", "tore whatever label there was"),
        ("invoiced", "never"),
    ];
    let shipping = Fixture::new(|| ((), ship("mug".to_owned())))
        .world(move |()| done(pairs))
        .completed(|_, after, number| assert_eq!((after.len(), *number), (2, 4711)));
    let selling = Fixture::new(|| ((), sell("mug".to_owned(), 1_690)))
        .world(move |()| done(pairs))
        .failing("for nothing", || ((), sell("sample".to_owned(), 0)))
        .completed(|_, after, _| assert_eq!(after.len(), 3));
    vec![shipping.named("11::ship").suite(), selling.named("11::sell").suite()]
}
