//! Random workflows in which a timeout fires at the very moment at which something else happens.
//!
//! The rule: a timeout comes first, that of a workflow before that of a child inside it. Nothing begins at the moment at
//! which it fires, neither a further attempt nor the next node, and what ends at that moment ends too late.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::graph::{self, Plan};
use crate::model;

/// Random workflows whose timeout is a moment at which something happens in them.
pub(crate) fn at_a_moment() -> impl Strategy<Value = Plan> {
    (graph::plan(), any::<Index>()).prop_map(|(plan, pick)| {
        let untimed = Plan { timeout: None, ..plan };
        let moments = model::moments(&untimed);
        // A timeout of no time at all is none.
        let timeout = moments.get(pick.index(moments.len().max(1))).copied().filter(|moment| *moment > 0);
        Plan { timeout, ..untimed }
    })
}
