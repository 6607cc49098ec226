//! `undo!`: a workflow undoes a step of its own accord.

use crate::data::record;
use crate::graph::{ScopeId, Scopes, Target, UndoNode, Undone};
use crate::step::{Ending, Settlement};

use super::fiber::{FiberId, Inside};
use super::log::{Done, put_back, take_out};
use super::machine::Machine;
use super::nodes::Flow;
use super::op::{Asked, NodePath, Op};
use super::stack::Activation;

/// What an `undo!` undoes: where, and what it took off the log, with the number of its place.
pub(crate) struct TakenOff<C: 'static> {
    pub(super) node: &'static UndoNode<C>,
    pub(super) path: NodePath,
    pub(super) done: Option<(Done<C>, u64)>,
}

impl<C: 'static> Machine<C> {
    /// Runs a compensation now.
    pub(super) fn undo_node(&mut self, id: FiberId, node: &'static UndoNode<C>, scope: ScopeId) -> Flow {
        let (input, path, done) = match &node.what {
            Undone::Payload(payload) => {
                let path = self.path(scope, &node.path);
                let input = match self.recalled_undo(node, &path) {
                    Ok(Some(input)) => Some(input),
                    Ok(None) => match self.eval(&node.path, payload, scope) {
                        Ok(payload) => node.undo.as_ref().and_then(|undo| (undo.input)(Ending::Done, Some(payload))),
                        Err(cause) => return self.fail(id, cause),
                    },
                    Err(flow) => return flow,
                };
                (input, path, None)
            }
            Undone::Node(target) => match target.and_then(|target| self.take_done(id, target, scope)) {
                Some((done, place)) => {
                    let input = node.undo.as_ref().and_then(|undo| (undo.input)(done.ending, done.payload.clone()));
                    (input, done.path(), Some((done, place)))
                }
                None => return self.bind(id, node.slot, record(()), node.catch.as_ref()),
            },
        };
        let (Some(def), Some(input)) = (&node.undo, input) else {
            return self.bind(id, node.slot, record(()), node.catch.as_ref());
        };
        let asked = match done {
            Some(_) => Asked::Undo(Box::new(self.path(scope, &node.path))),
            None => Asked::Payload,
        };
        let undone = Box::new(TakenOff { node, path: path.clone(), done });
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.stack.push(Activation::of(scope, Inside::UndoNode(undone)));
        }
        self.begin(id, path, Op::Undo { def, input, asked });
        Flow::Wait
    }

    /// Takes what a node did off the log of this fiber, or of the fibers around it: what it did for this item of a loop,
    /// not for another one.
    fn take_done(&mut self, id: FiberId, target: Target, scope: ScopeId) -> Option<(Done<C>, u64)> {
        self.aside().undoings += 1;
        let place = self.aside().undoings;
        let prefix = self.scopes.home(scope, target.slot).and_then(|home| self.scopes.prefix(home).cloned());
        let mut at = Some(id);
        while let Some(log) = at.and_then(|id| self.log_of(id)) {
            if let Some(mut done) = take_out(log, target.id, prefix.as_ref(), place) {
                if done.ending == Ending::Done && done.payload.is_none() {
                    // Kept in the workflow's scope, where others may go on reading it.
                    done.payload = self.scopes.get(Scopes::OF_WORKFLOW, done.node.slot).cloned();
                }
                return Some((done, place));
            }
            at = self.owner_of(at);
        }
        None
    }

    /// The fiber to whose group a fiber belongs.
    fn owner_of(&self, id: Option<FiberId>) -> Option<FiberId> {
        self.fibers.get(id?)?.group.map(|(owner, _)| owner)
    }

    /// Closes the place of a step that an `undo!` took off the log; what could not be undone goes back into it.
    fn close_place(&mut self, id: FiberId, place: u64, mut done: Option<Done<C>>) {
        let mut at = Some(id);
        while let Some(log) = at.and_then(|id| self.log_of(id)) {
            if put_back(log, place, &mut done) {
                return;
            }
            at = self.owner_of(at);
        }
    }

    pub(super) fn undo_node_settled(
        &mut self,
        id: FiberId,
        TakenOff { node, path, done }: TakenOff<C>,
        attempts: u32,
        settlement: Settlement,
    ) -> Flow {
        match settlement.result {
            Ok(_) => {
                if let Some((_, place)) = done {
                    self.close_place(id, place, None);
                }
                self.undone(path.written());
                self.aside().rollback_events.extend(settlement.events);
                self.bind(id, node.slot, record(()), node.catch.as_ref())
            }
            Err(failed) => {
                // It is not undone: a rollback has to try again.
                if let Some((done, place)) = done {
                    self.close_place(id, place, Some(done));
                }
                let failure = self.failure(&self.path_in(id, &node.path), node.step, attempts, failed.error);
                self.node_failed(id, failure, node.catch.as_ref())
            }
        }
    }
}
