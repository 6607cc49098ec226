//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let app = || App { catalog: Catalog { prices: BTreeMap::from([("kettle", 60)]) }, exchange: Box::new(FixedRate) };
    let fixture = Fixture::new(move || (app(), price_in_dollars("kettle".to_owned())))
        .failing("an unknown product", move || (app(), price_in_dollars("teapot".to_owned())))
        .completed(|_, _, dollars| assert_eq!(*dollars, 66));
    vec![fixture.named("02::price_in_dollars").suite()]
}
