//! The suite of this example.

use std::collections::BTreeSet;

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
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
        .world(|app: &Watched| app.fake.accounts().clone())
        .failing("no mail", move || (fakes(true), register("Ada".to_owned())))
        .completed(|_, after, id| assert!(after.values().eq([id]), "{after:?}"));
    vec![fixture.named("19::register").suite()]
}
