//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let pairs = &[("filed:", "never")];
    let signature = || Signature { by: "Ada".to_owned() };
    let first = Fixture::new(|| ((), before::contract("lease".to_owned())))
        .world(move |()| done(pairs))
        .signal(signature())
        .completed(|_, after, _| assert!(after.contains("filed: lease, signed by Ada"), "{after:?}"));
    let second = Fixture::new(|| ((), contract("sale".to_owned())))
        .world(move |()| done(pairs))
        .signal(signature())
        .completed(|_, after, _| assert!(after.contains("filed: sale, signed by Ada"), "{after:?}"));
    vec![first.named("24::before::contract").suite(), second.named("24::contract").suite()]
}
