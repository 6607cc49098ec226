//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let parcel = |express| Delivery::Parcel { address: "Mill Lane 3".to_owned(), express };
    let fixture = Fixture::new(move || ((), fulfil(parcel(true), Some("for you".to_owned()))))
        .input("pick-up", || ((), fulfil(Delivery::Pickup, None)))
        .completed(|_, _, how| assert!(how == "express parcel to Mill Lane 3" || how == "locker 12", "{how}"));
    vec![fixture.named("06::fulfil").suite()]
}
