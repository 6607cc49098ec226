//! Cases about one node of the graph: a step or an `undo!`, which attempt something, or a wait.

use std::time::Duration;

use crate::graph::{GraphNode, NodeKind};
use crate::step::Retry;
use crate::testing::steps::StepFault;

use super::cases::{Planner, engine};
use super::check::{About, Check, Expect};
use super::stage::{After, Crash, Host, How};
use super::survey::{Place, rule};

impl Planner<'_> {
    /// What is done about this node on this way; nothing where it would mean nothing.
    pub(super) fn at(&self, about: About, place: &Place, way: usize) -> Vec<Check> {
        let Some((reach, path)) =
            self.survey.reaches.get(way).and_then(|reach| Some((reach, reach.last(&place.node.path)?)))
        else {
            return Vec::new();
        };
        if about.is_undo() {
            return self.undo(about, place, way, reach, path).into_iter().collect();
        }
        let check = |fault: StepFault, times: Option<u32>, expect: Expect, host: Host| {
            let rules = [reach.rules.clone(), vec![rule(path, false, fault, times)]].concat();
            Check { reach: way, how: How { rules, host, ..reach.how() }, about, at: Some(path.to_owned()), expect }
        };
        let outlasts_pivot = place.node.kind == NodeKind::Signal && reach.outlasts_pivot(place, path);
        if about.is_cancel() {
            // What is kept from a signal that cannot be cancelled any more, would not come at all.
            if outlasts_pivot {
                return Vec::new();
            }
            let hosts = self.where_to_cancel(about, &place.node).into_iter();
            return hosts.map(|host| check(StepFault::Cancel, None, Expect::Stopped, host)).collect();
        }
        let fault = match place.node.kind {
            NodeKind::Step | NodeKind::Undo => self.attempted(about, place, path),
            NodeKind::Signal if about == About::TimeOut => self.unheard(place, path, outlasts_pivot),
            _ => None,
        };
        fault.into_iter().map(|(fault, times, expect)| check(fault, times, expect, Host::InProcess)).collect()
    }

    /// What goes wrong with the attempts of a step or an `undo!`.
    fn attempted(&self, about: About, place: &Place, path: &str) -> Option<(StepFault, Option<u32>, Expect)> {
        let node = &place.node;
        let again = !matches!(node.retry, Some(Retry::Attempts(1)) | None);
        let fails = failing(place, path);
        let clean = self.is_clean(node);
        let lost = if clean { StepFault::Fail } else { StepFault::FailAfterEffect };
        Some(match about {
            About::Fail => (StepFault::Fail, None, fails),
            About::FailAfterEffect if !clean => (StepFault::FailAfterEffect, None, fails),
            About::FailOnce if again => (lost, Some(1), Expect::Same),
            About::Panic => (StepFault::Panic, None, fails),
            About::TimeOut => match (node.timeout, self.graph.timeout()) {
                (Some(_), _) => (StepFault::TimeOut, None, fails),
                (None, Some(whole)) => (StepFault::Slow(whole + Duration::from_secs(1)), None, Expect::Stopped),
                (None, None) => return None,
            },
            About::Repeat if !node.at_most_once && self.may_repeat(node.retry) => {
                (StepFault::Repeat, None, Expect::Same)
            }
            _ => return None,
        })
    }

    /// A signal that does not come: until the wait for it times out, or the whole workflow.
    fn unheard(&self, place: &Place, path: &str, outlasts_pivot: bool) -> Option<(StepFault, Option<u32>, Expect)> {
        let whole = self.graph.timeout().filter(|_| !outlasts_pivot);
        let expect = match (place.node.timeout, whole) {
            (Some(wait), Some(whole)) if whole <= wait => Expect::Stopped,
            (Some(_), _) => failing(place, path),
            (None, Some(_)) => Expect::Stopped,
            (None, None) => return None,
        };
        Some((StepFault::TimeOut, None, expect))
    }

    fn where_to_cancel(&self, about: About, node: &GraphNode) -> Vec<Host> {
        let is_wait = match node.kind {
            NodeKind::Step | NodeKind::Undo => false,
            NodeKind::Sleep | NodeKind::Signal => true,
            _ => return Vec::new(),
        };
        match about {
            About::Cancel => vec![Host::InProcess],
            _ if self.claims.in_process_only => Vec::new(),
            About::CancelOnEngine => vec![engine(None, After::Nothing)],
            // A wait has no effect that could be lost with the process.
            _ if is_wait => vec![engine(Some(Crash::Cancelled), After::Nothing)],
            _ => [Crash::Cancelled, Crash::CancelledAfterEffect]
                .map(|crash| engine(Some(crash), After::Nothing))
                .to_vec(),
        }
    }

    /// Whether something can run twice under one key: where it is retried, or after a crash.
    pub(super) fn may_repeat(&self, retry: Option<Retry>) -> bool {
        !self.claims.in_process_only || !matches!(retry, Some(Retry::Attempts(1)) | None)
    }

    fn is_clean(&self, node: &GraphNode) -> bool {
        let runs = if node.kind == NodeKind::Undo { node.compensation } else { node.runs };
        self.claims.clean.iter().any(|step| *step == node.path || runs == Some(step))
    }
}

/// What has to come of a failure for good there.
fn failing(place: &Place, path: &str) -> Expect {
    if place.handled { Expect::Handled } else { Expect::Rollback(Some(path.to_owned())) }
}
