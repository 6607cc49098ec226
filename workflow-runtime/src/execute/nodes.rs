//! Running a fiber: node after node, until it waits or ends.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Context as _;

use crate::data::{Recorded, record};
use crate::event::Event;
use crate::graph::{
    BranchNode, Catch, ChildNode, Env, Eval, Node, PureEval, PureNode, ScopeId, SignalNode, SleepNode, Slot,
};
use crate::step::StepError;
use crate::step::error::panicked;

use super::control::Halt;
use super::fiber::{Cause, Fiber, FiberId, Inside, Nested, NodeFailure};
use super::log::Entry;
use super::machine::Machine;
use super::op::{Issue, NodePath, Op};
use super::stack::Activation;

/// What a fiber does next.
pub(super) enum Flow {
    /// It goes on.
    Next,
    /// It waits, or has ended.
    Wait,
}

impl<C: 'static> Machine<C> {
    /// Runs a fiber until it waits or ends.
    #[inline]
    pub(super) fn run(&mut self, id: FiberId) {
        while matches!(self.turn(id), Flow::Next) {}
    }

    #[inline]
    fn turn(&mut self, id: FiberId) -> Flow {
        let Some(top) = self.fibers.get(id).and_then(|fiber| fiber.stack.last()) else { return Flow::Wait };
        if top.is_undo() {
            return self.undo_next(id);
        }
        let (node, scope) = (top.node(), top.scope);
        if let Some(aside) = &mut self.aside
            && !aside.undecided.is_empty()
        {
            aside.parked.push(id);
            return Flow::Wait;
        }
        if let Some(error) = self.scopes.unreadable.take() {
            let failure = self.failure(&NodePath { prefix: None, local: "round trip" }, "", 1, error);
            return self.fail(id, Cause::Failed(vec![failure]));
        }
        match self.halt(id) {
            None => {}
            Some(Halt::Whole) => return self.fail(id, Cause::Halted),
            Some(Halt::Child(at)) => return self.child_timed_out(id, at),
        }
        match node {
            Some(node) => self.node(id, node, scope),
            None => self.leave(id),
        }
    }

    #[inline]
    fn node(&mut self, id: FiberId, node: &'static Node<C>, scope: ScopeId) -> Flow {
        match node {
            Node::Step(step) => self.step(id, step, scope),
            Node::Pure(pure) => self.pure(id, pure, scope),
            Node::Forward { from, to } => self.forward(id, *from, *to, scope),
            Node::Branch(branch) => self.branch(id, branch, scope),
            Node::Parallel(parallel) => self.parallel(id, parallel, scope),
            Node::Loop(node) => self.enter_loop(id, node, scope),
            Node::Child(child) => self.enter_child(id, child, scope),
            Node::Sleep(sleep) => self.sleep(id, sleep, scope),
            Node::Signal(signal) => self.signal(id, signal, scope),
            Node::Undo(undo) => self.undo_node(id, undo, scope),
            Node::Emit { path, event, .. } => match self.eval("emit!", event, scope) {
                Ok(event) => {
                    if self.observed {
                        let path = self.path(scope, path);
                        self.issue(Issue::Emitted(path));
                    }
                    if let Some(log) = self.log_of(id) {
                        log.push(Entry::Event(Box::new(Event::from_recorded(event))));
                    }
                    self.step_over(id)
                }
                Err(error) => self.fail(id, error),
            },
        }
    }

    #[inline]
    pub(super) fn step_over(&mut self, id: FiberId) -> Flow {
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.step_over();
        }
        Flow::Next
    }

    /// The path of a node in the scope where a fiber is.
    pub(super) fn path_in(&self, fiber: FiberId, local: &'static str) -> NodePath {
        self.path(self.fibers.get(fiber).map_or(0, Fiber::scope), local)
    }

    pub(super) fn path(&self, scope: ScopeId, local: &'static str) -> NodePath {
        NodePath { prefix: self.scopes.prefix(scope).cloned(), local }
    }

    /// Evaluates a pure expression; a panic in it becomes the failure of the node `name`.
    #[inline]
    pub(super) fn eval<T>(&self, name: &'static str, eval: &Eval<T>, scope: ScopeId) -> Result<T, Cause> {
        self.contain(name, scope, |env| eval(env))
    }

    /// The same for anything that reads the values of a scope.
    #[inline]
    pub(super) fn contain<T>(
        &self,
        name: &'static str,
        scope: ScopeId,
        work: impl FnOnce(&Env<'_>) -> T,
    ) -> Result<T, Cause> {
        let env: Env<'_> = self.scopes.view(scope);
        catch_unwind(AssertUnwindSafe(|| work(&env))).map_err(|panic| self.panicked(name, scope, &*panic))
    }

    /// The failure of the node `name`, whose expression panicked.
    #[cold]
    pub(super) fn panicked(&self, name: &'static str, scope: ScopeId, panic: &(dyn Any + Send)) -> Cause {
        let error = panicked(panic).context("a pure expression panicked");
        Cause::Failed(vec![self.failure(&self.path(scope, name), "", 1, error)])
    }

    pub(super) fn forward(&mut self, id: FiberId, from: Slot, to: Slot, scope: ScopeId) -> Flow {
        if let Some(value) = self.scopes.get(scope, from).cloned() {
            self.scopes.set(scope, to, value);
        }
        self.step_over(id)
    }

    pub(super) fn pure(&mut self, id: FiberId, node: &'static PureNode, scope: ScopeId) -> Flow {
        let name = if node.name.is_empty() { "expression" } else { &node.name };
        let value = match &node.eval {
            PureEval::Plain(eval) => self.eval(name, eval, scope),
            PureEval::Fallible(eval, place) => self.eval(name, eval, scope).and_then(|value| {
                value
                    .with_context(|| format!("the expression at {place} failed"))
                    .map_err(|error| Cause::Failed(vec![self.failure(&self.path(scope, name), "", 1, error)]))
            }),
        };
        match value {
            Ok(value) => {
                self.scopes.set(scope, node.slot, value);
                self.step_over(id)
            }
            Err(cause) => self.fail(id, cause),
        }
    }

    /// Gives a node its value, and steps over it.
    #[inline]
    pub(super) fn bind(&mut self, id: FiberId, slot: Slot, value: Recorded, catch: Option<&'static Catch>) -> Flow {
        let Some(scope) = self.fibers.get(id).map(Fiber::scope) else { return Flow::Wait };
        self.scopes.set(scope, slot, value);
        self.bind_caught(id, scope, catch)
    }

    /// Gives a node that is handled its `Ok`, and steps over it.
    #[inline]
    pub(super) fn bind_caught(&mut self, id: FiberId, scope: ScopeId, catch: Option<&'static Catch>) -> Flow {
        if let Some(catch) = catch {
            match self.eval("", &catch.ok, scope) {
                Ok(value) => self.scopes.set(scope, catch.slot, value),
                Err(cause) => return self.fail(id, cause),
            }
        }
        self.step_over(id)
    }

    /// A node failed for good: its failure is a value, or unwinds the fiber.
    pub(super) fn node_failed(&mut self, id: FiberId, failure: NodeFailure, catch: Option<&'static Catch>) -> Flow {
        match catch {
            Some(catch) => {
                self.bind_error(id, catch, StepError::of(failure.path.into_owned(), &failure.error));
                Flow::Next
            }
            None => self.fail(id, Cause::Failed(vec![failure])),
        }
    }

    /// Binds the error of a handled node, and steps over it.
    pub(super) fn bind_error(&mut self, id: FiberId, catch: &'static Catch, error: StepError) {
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.step_over();
            let scope = fiber.scope();
            self.scopes.set(scope, catch.slot, (catch.err)(error));
        }
    }

    fn branch(&mut self, id: FiberId, node: &'static BranchNode<C>, scope: ScopeId) -> Flow {
        let (taken, anew) = match self.choose(id, node, scope) {
            Ok(chosen) => chosen,
            Err(flow) => return flow,
        };
        for (index, arm) in node.arms.iter().enumerate() {
            if index == taken.index as usize {
                self.scopes.set(scope, arm.bound, taken.bound.clone());
                if let Some(fiber) = self.fibers.get_mut(id) {
                    fiber.stack.push(Activation::block(&arm.block, scope));
                }
            } else if self.observed && anew {
                self.skip(&arm.block.nodes, scope);
            }
        }
        Flow::Next
    }

    /// Tells observers of the steps in an arm that was not chosen.
    fn skip(&mut self, nodes: &'static [Node<C>], scope: ScopeId) {
        for node in nodes {
            match node {
                Node::Step(step) => {
                    let path = self.path(scope, &step.path);
                    self.issue(Issue::Skipped(path));
                }
                Node::Child(child) => {
                    let path = self.path(scope, &child.path);
                    self.issue(Issue::Skipped(path));
                }
                Node::Branch(branch) => branch.arms.iter().for_each(|arm| self.skip(&arm.block.nodes, scope)),
                Node::Parallel(group) => group.branches.iter().for_each(|branch| self.skip(&branch.block.nodes, scope)),
                _ => {}
            }
        }
    }

    fn enter_child(&mut self, id: FiberId, node: &'static ChildNode<C>, scope: ScopeId) -> Flow {
        let input = match self.contain(&node.path, scope, |env| node.input.recorded(env)) {
            Ok(input) => input,
            Err(cause) => return self.fail(id, cause),
        };
        let program = node.def.program();
        let prefix = format!("{}/", self.path(scope, &node.path));
        let inner = self.scopes.open(None, program.slots, Some(prefix.into()));
        self.scopes.set(inner, program.input, input);
        let mark = self.length_of_log(id);
        let place = self.fibers.get(id).map_or(0, |fiber| fiber.stack.len());
        let path = self.path(scope, &node.path);
        let deadline = (program.info.timeout).map(|timeout| self.begin_deadline(id, path, timeout, Some(place as u32)));
        let nested = Nested { node, output: program.output, outer: scope, mark, deadline, timed_out: None };
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.stack.push(Activation::body(&program.root, inner, Inside::Child(nested)));
        }
        Flow::Next
    }

    fn sleep(&mut self, id: FiberId, node: &'static SleepNode, scope: ScopeId) -> Flow {
        match self.eval(&node.path, &node.duration, scope) {
            Ok(duration) => {
                let path = self.path(scope, &node.path);
                self.begin(id, path, Op::Sleep(duration));
                Flow::Wait
            }
            Err(cause) => self.fail(id, cause),
        }
    }

    fn signal(&mut self, id: FiberId, node: &'static SignalNode, scope: ScopeId) -> Flow {
        let path = self.path(scope, &node.path);
        self.begin(id, path, Op::Signal { node });
        Flow::Wait
    }

    /// The end of a block.
    fn leave(&mut self, id: FiberId) -> Flow {
        let Some(fiber) = self.fibers.get_mut(id) else { return Flow::Wait };
        if let Some(top) = fiber.stack.last()
            && let Some(Inside::Body(body)) = top.inside()
        {
            let (given, scope) = (body.node.given, top.scope);
            return self.next_item(id, given, scope);
        }
        let Some(ended) = fiber.stack.pop() else { return Flow::Wait };
        match ended.inside {
            None if !fiber.stack.is_empty() => self.step_over(id),
            None if fiber.group.is_some() => {
                self.branch_ended(id, ended.scope, Ok(()));
                Flow::Wait
            }
            None => self.complete(ended.scope),
            Some(Inside::Child(child)) => {
                let output = self.scopes.take(ended.scope, child.output).unwrap_or_else(|| record(()));
                self.close_child(&child, ended.scope);
                self.bind(id, child.node.slot, output, child.node.catch.as_ref())
            }
            Some(_) => Flow::Next,
        }
    }

    /// Forgets the scope and the deadline of a child workflow.
    pub(super) fn close_child(&mut self, child: &Nested<C>, scope: ScopeId) {
        self.scopes.close(scope);
        if let Some(deadline) = child.deadline {
            self.withdraw(deadline);
        }
    }
}
