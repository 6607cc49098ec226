//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let pairs = &[
        ("reserved", "released"),
        ("reserved", "asked abroad, and released what there was"),
        ("charged", "refunded"),
        ("charged", "asked the bank, and refunded what there was"),
    ];
    let order = |product: &str, cents, near| ((), place_order(product.to_owned(), cents, near));
    let placing = Fixture::new(move || order("mug", 1_690, true))
        .world(move |()| done(pairs))
        .input("from abroad", move || order("mug", 1_690, false))
        .failing("a declined card", move || order("machine", 124_900, true))
        // One transaction in our own database.
        .fails_cleanly("reserve")
        .completed(|_, after, placed| {
            assert!(after.contains(&format!("charged {}", placed.charge)), "{after:?}");
            assert_eq!(after.len(), 2, "{after:?}");
        });
    let cancelling = Fixture::new(|| ((), cancel_order(Placed { stock: "mug".to_owned(), charge: 1_690 })))
        .world(move |()| done(&[("released", "never"), ("refunded", "never")]))
        .completed(|_, after, ()| assert!(after.iter().eq(["refunded 1690", "released mug"]), "{after:?}"));
    vec![placing.named("12::place_order").suite(), cancelling.named("12::cancel_order").suite()]
}
