//! Steps: how they begin, and what their ends mean.

use std::sync::Arc;

use crate::data::Recorded;
use crate::event::Event;
use crate::graph::{ScopeId, Scopes, StepNode};
use crate::step::{Ending, Retry, Returned, Settlement};

use super::fiber::{Fiber, FiberId};
use super::log::{Done, Entry};
use super::machine::Machine;
use super::nodes::Flow;
use super::op::{NodePath, Op};

impl<C: 'static> Machine<C> {
    #[inline]
    pub(super) fn step(&mut self, id: FiberId, node: &'static StepNode<C>, scope: ScopeId) -> Flow {
        if self.inline && node.def.info.is_plain() {
            self.at_plain(id);
            return Flow::Wait;
        }
        let input = match self.step_input(id, node, scope) {
            Ok(input) => input,
            Err(flow) => return flow,
        };
        let flow = self.begin_step(id, node, scope, input);
        if node.def.info.pivot {
            // Counted once it has begun: on its own behalf a pivot may be defeated.
            self.pivots += 1;
        }
        flow
    }

    /// Whether `retry(forever)` has to succeed: past the pivot, or beside one that may be about to succeed.
    fn accepts_no_defeat(&self) -> bool {
        self.past_pivot || self.pivots > 0
    }

    fn begin_step(&mut self, id: FiberId, node: &'static StepNode<C>, scope: ScopeId, input: Recorded) -> Flow {
        let path = self.path(scope, &node.path);
        let stubborn = self.accepts_no_defeat();
        let input = self.scopes.as_stored(input);
        let op = Op::Step { def: &node.def, input, stubborn };
        self.tell_reads(node, scope);
        self.begin(id, path, op);
        Flow::Wait
    }

    #[inline]
    pub(super) fn step_settled(
        &mut self,
        id: FiberId,
        node: &'static StepNode<C>,
        attempts: u32,
        returned: Returned,
    ) -> Flow {
        match returned.into_plain() {
            Ok(output) => {
                if node.def.info.pivot {
                    self.pivot_settled(true);
                }
                match self.scope_of(id) {
                    Some(scope) => self.step_succeeded(id, scope, node, output),
                    None => Flow::Wait,
                }
            }
            Err(settlement) => self.step_told(id, node, attempts, settlement),
        }
    }

    /// A step has succeeded, with nothing but its output.
    // On the straight way this is most of what there is to do for a step.
    #[inline(always)]
    pub(super) fn step_succeeded(
        &mut self,
        id: FiberId,
        scope: ScopeId,
        node: &'static StepNode<C>,
        output: Recorded,
    ) -> Flow {
        let Some(fiber) = self.fibers.get_mut(id) else { return Flow::Wait };
        let group = fiber.group;
        if node.catch.is_none() {
            fiber.step_over();
        }
        if node.def.undo.is_some() {
            let entry = if scope == Scopes::OF_WORKFLOW && !self.scopes.round_trip {
                Entry::Kept(node)
            } else {
                self.done(node, scope, &output)
            };
            if let Some(log) = self.log_in(group) {
                log.push(entry);
            }
        }
        self.scopes.set(scope, node.slot, output);
        match &node.catch {
            None => Flow::Next,
            Some(catch) => self.bind_caught(id, scope, Some(catch)),
        }
    }

    /// What is logged of a step whose output is its undo payload.
    fn done(&mut self, node: &'static StepNode<C>, scope: ScopeId, output: &Recorded) -> Entry<C> {
        let payload = self.scopes.as_stored(output.clone());
        let prefix = self.scopes.prefix(scope).cloned();
        Entry::Step(Box::new(Done::plain(node, prefix, Some(payload))))
    }

    /// A step has ended with more to say than its output.
    pub(super) fn step_told(
        &mut self,
        id: FiberId,
        node: &'static StepNode<C>,
        attempts: u32,
        settlement: Settlement,
    ) -> Flow {
        let prefix = self.path_in(id, &node.path).prefix;
        if node.def.info.pivot {
            self.pivot_settled(settlement.result.is_ok());
        }
        match settlement.result {
            Ok(success) => {
                if node.def.undo.is_some() || !settlement.events.is_empty() {
                    let payload = success.payload.unwrap_or_else(|| success.output.clone());
                    self.log_step(id, node, prefix, Ending::Done, Some(payload), settlement.events);
                }
                self.bind(id, node.slot, success.output, node.catch.as_ref())
            }
            Err(_) if node.def.info.retry == Retry::Forever && self.accepts_no_defeat() && self.halt(id).is_none() => {
                // It began before the pivot did, when a permanent failure was still one.
                let scope = self.fibers.get(id).map_or(0, Fiber::scope);
                match self.step_input(id, node, scope) {
                    Ok(input) => self.begin_step(id, node, scope, input),
                    Err(flow) => flow,
                }
            }
            Err(failed) => {
                let hears_unknown = node.def.undo.is_some_and(|undo| undo.hears_unknown);
                let path = NodePath { prefix: prefix.clone(), local: &node.path };
                let failure = self.failure(&path, node.def.info.name, attempts, failed.error);
                if let Some(payload) = failed.payload {
                    self.log_step(id, node, prefix, Ending::Partial, Some(payload), Vec::new());
                } else if hears_unknown {
                    self.log_step(id, node, prefix, Ending::Unknown, None, Vec::new());
                }
                self.node_failed(id, failure, node.catch.as_ref())
            }
        }
    }

    #[inline]
    fn log_step(
        &mut self,
        id: FiberId,
        node: &'static StepNode<C>,
        prefix: Option<Arc<str>>,
        ending: Ending,
        payload: Option<Recorded>,
        events: Vec<Event>,
    ) {
        let payload = payload.map(|payload| self.scopes.as_stored(payload));
        let Some(log) = self.log_of(id) else { return };
        if node.def.undo.is_some() {
            log.push(Entry::Step(Box::new(Done { node, prefix, ending, payload, events })));
        } else {
            log.extend(events.into_iter().map(Box::new).map(Entry::Event));
        }
    }
}
