//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    let fixture = Fixture::new(|| (App::default(), pay("1690".to_owned())))
        .world(|app: &App| app.bank.charges.lock().unwrap_or_else(PoisonError::into_inner).clone())
        .failing("no number", || (App::default(), pay("a lot".to_owned())))
        .completed(|_, after, _| assert_eq!(after.values().sum::<u64>(), 1_690));
    vec![fixture.named("09::pay").suite()]
}
