//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    /// The accounts that were created and not deleted, as the fake has seen it.
    fn accounts(fakes: &Watched) -> BTreeSet<u32> {
        let mut accounts = BTreeSet::new();
        for call in fakes.fake.calls() {
            match call.split_once(' ') {
                Some(("create", _)) => drop(accounts.insert(1)),
                Some(("delete", id)) => drop(accounts.remove(&id.parse().expect("a number"))),
                _ => {}
            }
        }
        accounts
    }
    #[derive(Services)]
    struct Watched {
        #[services(flatten)]
        fakes: Fakes,
        #[services(skip)]
        fake: Arc<Fake>,
    }
    let fakes = |mail_is_down| {
        let fake = Arc::new(Fake { mail_is_down, ..Fake::default() });
        Watched { fakes: Fakes::of(&fake), fake }
    };
    let fixture = Fixture::new(move || (fakes(false), register("Ada".to_owned())))
        .world(accounts)
        .failing("no mail", move || (fakes(true), register("Ada".to_owned())))
        .fails_cleanly("create_account")
        .completed(|_, after, id| assert_eq!(*after, BTreeSet::from([*id])));
    vec![fixture.named("19::register").suite()]
}
