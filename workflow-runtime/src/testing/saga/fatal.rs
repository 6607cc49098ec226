//! A request to cancel that is the last thing the engine hears.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::execute::{Forced, NodePath};
use crate::graph::NodeKind;
use crate::interpose::{Begin, Cancel, Interpose, Place};
use crate::step::{BoxFuture, Returned};
use crate::store::MemoryStore;
use crate::testing::FaultStore;
use crate::testing::steps::{FaultPlan, Hit, StepFault};

use super::stage::Crash;

/// A plan whose first request to cancel, once it is acknowledged, kills the engine, if that is asked for.
#[derive(Clone)]
pub(super) struct FatalCancel {
    plan: FaultPlan,
    fuse: Arc<Mutex<Fuse>>,
}

#[derive(Default)]
struct Fuse {
    when: Option<When>,
    store: Option<FaultStore<MemoryStore>>,
    /// Whether the request is acknowledged, and the step may go on.
    lit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    AtOnce,
    AfterEffect,
}

impl FatalCancel {
    pub(super) fn new(plan: FaultPlan, crash: Option<&Crash>) -> Self {
        let when = match crash {
            Some(Crash::Cancelled) => Some(When::AtOnce),
            Some(Crash::CancelledAfterEffect) => Some(When::AfterEffect),
            Some(Crash::Store(_)) | None => None,
        };
        Self { plan, fuse: Arc::new(Mutex::new(Fuse { when, ..Fuse::default() })) }
    }

    /// It kills the engine on this store.
    pub(super) fn kills(&self, store: FaultStore<MemoryStore>) {
        self.fuse().store = Some(store);
    }

    fn fuse(&self) -> MutexGuard<'_, Fuse> {
        self.fuse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request is acknowledged. Whether the engine is dead now.
    fn acknowledged(&self) -> bool {
        let mut fuse = self.fuse();
        match fuse.when {
            Some(When::AtOnce) => fuse.kill(),
            Some(When::AfterEffect) => {
                fuse.lit = true;
                false
            }
            None => false,
        }
    }

    /// An attempt at this node has ended. Whether the engine is dead now.
    fn attempted(&self, node: &str) -> bool {
        let mut fuse = self.fuse();
        let was_cancelled = |hit: &Hit| hit.fault == StepFault::Cancel && hit.node == node;
        fuse.lit && self.plan.hits().iter().any(was_cancelled) && fuse.kill()
    }
}

impl Fuse {
    fn kill(&mut self) -> bool {
        (self.when, self.lit) = (None, false);
        self.store.take().inspect(FaultStore::stop_now).is_some()
    }
}

impl Interpose for FatalCancel {
    fn attempt<'a>(&'a self, place: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned> {
        Box::pin(async move {
            let node = Arc::clone(place.asked_by.as_ref().unwrap_or(&place.path));
            let returned = self.plan.attempt(place, begin).await;
            if self.attempted(&node) { pending().await } else { returned }
        })
    }

    fn passes(&self, kind: NodeKind, node: &NodePath, execution: &str) -> bool {
        self.plan.passes(kind, node, execution)
    }

    fn forced(&self) -> Option<Arc<Forced>> {
        self.plan.forced()
    }

    fn can_cancel(&self, cancel: Cancel) {
        let own = self.clone();
        self.plan.can_cancel(Arc::new(move |id| {
            let (request, own) = (cancel(id), own.clone());
            Box::pin(async move {
                request.await;
                if own.acknowledged() {
                    pending().await
                }
            })
        }));
    }
}
