//! What may stand between a host and the steps that it runs: how tests make steps fail, and put others in their place.
//!
//! A run without it pays for one look at an empty list, where a step takes the general way.

use std::sync::Arc;
use std::time::Duration;

use crate::execute::{Forced, NodePath};
use crate::graph::NodeKind;
use crate::step::{BoxFuture, Codec, Returned, StepInfo};

/// Stands between the host and every attempt of every step and compensation.
pub(crate) trait Interpose: Send + Sync + 'static {
    /// Runs one attempt, for which `begin` may be asked any number of times.
    fn attempt<'a>(&'a self, place: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned>;

    /// Is told that the execution has come to a node that is no step: a wait begins, or an event is emitted. `true` makes
    /// the wait last: a signal does not come, a sleep is longer by [`HELD`].
    fn passes(&self, kind: NodeKind, node: &NodePath, execution: &str) -> bool {
        let _ = (kind, node, execution);
        false
    }

    /// Which ways the machine has to take.
    fn forced(&self) -> Option<Arc<Forced>> {
        None
    }

    /// Is told how to ask the execution to cancel itself.
    fn can_cancel(&self, cancel: Cancel) {
        let _ = cancel;
    }
}

/// By so much a sleep lasts longer that a test wants to find asleep.
pub(crate) const HELD: Duration = Duration::from_secs(3_600);

/// Begins the attempt.
pub(crate) type Begin<'a> = Arc<dyn Fn() -> BoxFuture<'a, Returned> + Send + Sync + 'a>;

/// Asks the execution of this id to stop and roll back; it ends when the request is on its way.
pub(crate) type Cancel = Arc<dyn Fn(String) -> BoxFuture<'static, ()> + Send + Sync>;

/// Any number of them, the innermost first.
pub(crate) type Layers = Vec<Arc<dyn Interpose>>;

/// One attempt of a step or compensation.
#[derive(Clone)]
#[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only tests look"))]
pub(crate) struct Place {
    /// The node, such as `for#1[3]/charge`; that of the step, also for its compensation.
    pub(crate) path: Arc<str>,
    pub(crate) execution: Arc<str>,
    pub(crate) info: &'static StepInfo,
    pub(crate) codec: &'static Codec,
    pub(crate) input: crate::data::Recorded,
    pub(crate) attempt: u32,
    pub(crate) compensating: bool,
    /// The `undo!` that asks for the compensation; none where a rollback does.
    pub(crate) asked_by: Option<Arc<str>>,
    /// Past the pivot, where `retry(forever)` accepts no defeat.
    pub(crate) stubborn: bool,
}

/// The attempt, as all layers together make it.
pub(crate) fn through<'a>(
    layers: &'a [Arc<dyn Interpose>],
    place: &Place,
    begin: Begin<'a>,
) -> BoxFuture<'a, Returned> {
    let whole = layers.iter().fold(begin, |begin, layer| {
        let place = place.clone();
        Arc::new(move || layer.attempt(place.clone(), Arc::clone(&begin)))
    });
    whole()
}
