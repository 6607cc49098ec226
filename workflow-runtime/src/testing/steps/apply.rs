//! A plan at work.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::engine::EngineBuilder;
use crate::execute::{Forced, NodePath};
use crate::graph::NodeKind;
use crate::in_process::Invocation;
use crate::interpose::{Begin, Cancel, Interpose, Place};
use crate::services::Container;
use crate::step::{BoxFuture, Permanent, Retry, Returned, StepError};
use crate::workflow::Workflow;

use super::plan::{FaultPlan, Hit, StepFault};

/// After so long a wait is cancelled.
const MOMENT: Duration = Duration::from_millis(1);

impl<W: Workflow> Invocation<W> {
    /// For tests: things go wrong as planned. One plan is for one run at a time.
    pub fn faults(mut self, plan: &FaultPlan) -> Self {
        self.options.layers.push(Arc::new(plan.clone()));
        self
    }
}

impl<C: Container> EngineBuilder<C> {
    /// For tests: things go wrong as planned, in whatever executions the engine has.
    pub fn faults(mut self, plan: &FaultPlan) -> Self {
        self.layers().push(Arc::new(plan.clone()));
        self
    }
}

impl Interpose for FaultPlan {
    fn attempt<'a>(&'a self, place: Place, begin: Begin<'a>) -> BoxFuture<'a, Returned> {
        match self.strikes(&place) {
            None => begin(),
            Some((fault, for_good)) => Box::pin(self.struck(fault, for_good, place, begin)),
        }
    }

    fn passes(&self, kind: NodeKind, node: &NodePath, execution: &str) -> bool {
        let node = node.written();
        let (cancelled, lasts) = self.strikes_wait(kind, &node);
        if cancelled && let (Some(cancel), Ok(runtime)) = (self.state().cancel.clone(), Handle::try_current()) {
            let execution = execution.to_owned();
            runtime.spawn(async move {
                // By then the wait has begun, also for whoever else looks at it.
                tokio::time::sleep(MOMENT).await;
                cancel(execution).await;
            });
        }
        lasts
    }

    fn forced(&self) -> Option<Arc<Forced>> {
        self.ways()
    }

    fn can_cancel(&self, cancel: Cancel) {
        self.state().cancel = Some(cancel);
    }
}

impl FaultPlan {
    /// Whether to cancel the execution now that it waits here, and whether to make the wait last.
    fn strikes_wait(&self, kind: NodeKind, path: &str) -> (bool, bool) {
        let mut state = self.state();
        let (mut cancelled, mut lasts) = (false, false);
        for (number, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.is_about(kind, path)) {
            let fault = rule.fault;
            lasts = true;
            // The same wait begins again when its engine does.
            if !state.healed && state.struck.insert((number, path.to_owned()), 1).is_none() {
                state.hits.push(Hit { node: path.to_owned(), undo: false, attempt: 1, fault, absorbed: false });
                cancelled |= fault == StepFault::Cancel;
            }
        }
        (cancelled, lasts)
    }

    /// The first fault that strikes this attempt, and whether it is for good.
    fn strikes(&self, place: &Place) -> Option<(StepFault, bool)> {
        let mut state = self.state();
        if state.healed {
            return None;
        }
        for (number, rule) in self.rules.iter().enumerate() {
            let Some(node) = rule.at(place) else { continue };
            let absorbed = place.info.retry == Retry::Forever && (place.stubborn || rule.fault != StepFault::Fail);
            let limit = match (rule.times, rule.fault) {
                (Some(times), _) => times,
                // Once is enough for what does not fail.
                (None, StepFault::Repeat | StepFault::Cancel | StepFault::Slow(_)) => 1,
                (None, _) if absorbed => 2,
                (None, _) => u32::MAX,
            };
            let at = (number, node.to_string());
            let struck = state.struck.get(&at).copied().unwrap_or_default();
            if struck >= limit {
                continue;
            }
            state.struck.insert(at, struck + 1);
            let (node, undo, attempt) = (node.to_string(), rule.undo, place.attempt);
            state.hits.push(Hit { node, undo, attempt, fault: rule.fault, absorbed });
            return Some((rule.fault, rule.times.is_none() && !absorbed));
        }
        None
    }

    async fn struck(&self, fault: StepFault, for_good: bool, place: Place, begin: Begin<'_>) -> Returned {
        let failed = |place: &Place, how: &str| failed(place, how, for_good);
        match fault {
            StepFault::Fail => failed(&place, "fails before its effect"),
            StepFault::FailAfterEffect => {
                let settlement = begin().await;
                // One that failed by itself need not be made to.
                if settlement.is_failure() { settlement } else { failed(&place, "fails after its effect") }
            }
            // Without the message of the panic hook: nobody has to look into this one.
            StepFault::Panic => resume_unwind(Box::new(told(&place, "panics"))),
            StepFault::TimeOut if place.info.timeout.is_some() => pending().await,
            StepFault::TimeOut => failed(&place, "is dropped, as a lost host would drop it"),
            StepFault::Slow(wait) => {
                tokio::time::sleep(wait).await;
                begin().await
            }
            StepFault::Repeat => {
                let first = begin().await;
                if first.is_failure() {
                    return first;
                }
                // Others get a turn, as they would between two attempts.
                tokio::task::yield_now().await;
                begin().await
            }
            StepFault::Cancel => {
                let cancel = self.state().cancel.clone();
                if let Some(cancel) = cancel {
                    cancel(place.execution.to_string()).await;
                }
                begin().await
            }
        }
    }
}

/// A failure for good: where an attempt is always followed by another one, it is permanent.
fn failed(place: &Place, how: &str, for_good: bool) -> Returned {
    let error = anyhow::Error::new(StepError::new(told(place, how)));
    let forever = for_good && place.info.retry == Retry::Forever;
    Returned::failed(if forever { error.permanent() } else { error })
}

fn told(place: &Place, how: &str) -> String {
    let (what, node) = match &place.asked_by {
        Some(undo) => ("", undo),
        None if place.compensating => ("the undo of ", &place.path),
        None => ("", &place.path),
    };
    format!("planned: {what}`{node}` {how}")
}
