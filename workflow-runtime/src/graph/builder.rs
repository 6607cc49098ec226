//! The typed builder of graphs. `workflow!` writes calls of it and nothing else.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use crate::data::{Data, Recorded, decode, record};
use crate::step::{Callable, Compensates, Runnable, RunsOn, Step};

use super::env::Env;
use super::failable::Calling;
use super::handle::{Given, Handle, Out, Read, Slot};
use super::input::Expression;
use super::node::{
    ChildNode, Node, NodeId, PureEval, PureNode, SignalNode, SleepNode, StepNode, Target, UndoNode, Undone,
};
use super::program::Block;

/// Builds the graph of a workflow on the container type `C`.
///
/// Values are [`Handle`]s; expressions are closures over an [`Env`] that reads them. Each method adds a node, in the
/// order in which the nodes run.
pub struct GraphBuilder<C: 'static> {
    workflow: &'static str,
    pub(crate) nodes: Vec<Node<C>>,
    /// How many slots each open scope has; the last one is the current scope.
    pub(crate) slots: Vec<u32>,
    pub(crate) names: Vec<Names>,
    pub(crate) next_name: Option<&'static str>,
}

/// The names of one scope: an arm, a branch, a loop body, or the workflow itself.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) prefix: String,
    counts: BTreeMap<String, u32>,
    steps: Vec<(String, Target)>,
}

impl<C: 'static> fmt::Debug for GraphBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphBuilder").field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl<C: 'static> GraphBuilder<C> {
    pub(crate) fn new(workflow: &'static str) -> Self {
        Self { workflow, nodes: Vec::new(), slots: vec![0], names: vec![Names::default()], next_name: None }
    }

    pub(crate) fn finish(self) -> (Block<C>, usize) {
        let slots = self.slots.last().copied().unwrap_or_default() as usize;
        (Block { nodes: self.nodes }, slots)
    }

    pub(crate) fn push(&mut self, node: Node<C>) {
        self.nodes.push(node);
    }

    /// A new slot in the current scope.
    pub(crate) fn slot(&mut self) -> Slot {
        let depth = self.slots.len().saturating_sub(1) as u32;
        let index = self.slots.last_mut().map_or(0, |count| {
            *count += 1;
            *count - 1
        });
        Slot { depth, index }
    }

    /// The path of a new node: its `#[name]`, or what it calls, or its kind with a number.
    pub(crate) fn path(&mut self, default: &str, numbered: bool) -> String {
        let given = self.next_name.take();
        let Some(names) = self.names.last_mut() else { return default.to_owned() };
        let name = match given {
            Some(name) => name.to_owned(),
            None if numbered => {
                let count = names.counts.entry(default.to_owned()).or_default();
                *count += 1;
                format!("{default}#{count}")
            }
            None => default.to_owned(),
        };
        format!("{}{name}", names.prefix)
    }

    /// Runs `build` on an empty block in a scope of names of its own.
    pub(crate) fn block<R>(&mut self, prefix: String, build: impl FnOnce(&mut Self) -> R) -> (Block<C>, R) {
        let outer = std::mem::take(&mut self.nodes);
        self.names.push(Names { prefix, ..Names::default() });
        let result = build(self);
        self.names.pop();
        let nodes = std::mem::replace(&mut self.nodes, outer);
        (Block { nodes }, result)
    }

    /// Gives the next node a name of its own: its durable identity instead of the step's name.
    pub fn named(&mut self, name: &'static str) -> &mut Self {
        self.next_name = Some(name);
        self
    }

    /// Awaits the step or workflow `X`. `name` is the node's name, `reads` what `input` mentions.
    pub fn call<X: Callable + RunsOn<C>>(
        &mut self,
        name: &'static str,
        reads: &[Read],
        input: impl Fn(&Env<'_>) -> X::Input + Send + Sync + 'static,
    ) -> Calling<'_, C, X::Output> {
        let path = self.path(name, false);
        let slot = self.slot();
        let input = Box::new(Expression::<_, X>::new(input));
        let reads = reads.to_vec();
        let node = match X::runnable() {
            Runnable::Step(def) => {
                let id = NodeId::fresh();
                if let Some(names) = self.names.last_mut() {
                    let local = path.strip_prefix(&names.prefix).unwrap_or(&path).to_owned();
                    names.steps.push((local, Target { id, slot }));
                }
                Node::Step(StepNode { id, path, def, input, reads, slot, catch: None })
            }
            Runnable::Workflow(def) => Node::Child(ChildNode { path, def, input, reads, slot, catch: None }),
        };
        Calling::new(self, node, slot)
    }

    /// Computes a pure expression. `name` is what it is bound to, or empty.
    pub fn pure<T: Data>(
        &mut self,
        name: &'static str,
        reads: &[Read],
        eval: impl Fn(&Env<'_>) -> T + Send + Sync + 'static,
    ) -> Handle<T> {
        let slot = self.slot();
        self.evaluate(name, slot, reads, PureEval::Plain(Box::new(move |env| record(eval(env)))));
        Handle::new(slot)
    }

    /// Computes a pure expression that can fail, which rolls the workflow back.
    #[track_caller]
    pub fn try_pure<T: Data, E: Into<anyhow::Error>>(
        &mut self,
        name: &'static str,
        reads: &[Read],
        eval: impl Fn(&Env<'_>) -> Result<T, E> + Send + Sync + 'static,
    ) -> Handle<T> {
        let slot = self.slot();
        let eval = Box::new(move |env: &Env<'_>| eval(env).map(record).map_err(Into::into));
        self.evaluate(name, slot, reads, PureEval::Fallible(eval, Location::caller()));
        Handle::new(slot)
    }

    fn evaluate(&mut self, name: &'static str, slot: Slot, reads: &[Read], eval: PureEval) {
        self.next_name = None;
        self.push(Node::Pure(PureNode { name: name.to_owned(), slot, eval, reads: reads.to_vec() }));
    }

    /// Ends a block with the value of a pure expression.
    pub fn give<T: 'static>(
        &mut self,
        out: Out<T>,
        reads: &[Read],
        eval: impl Fn(&Env<'_>) -> T + Send + Sync + 'static,
    ) -> Given {
        self.evaluate("", out.slot, reads, PureEval::Plain(Box::new(move |env| (out.record)(eval(env)))));
        Given(())
    }

    /// Ends a block with the `Ok` of a pure expression; its `Err` rolls the workflow back.
    #[track_caller]
    pub fn try_give<T: 'static, E: Into<anyhow::Error>>(
        &mut self,
        out: Out<T>,
        reads: &[Read],
        eval: impl Fn(&Env<'_>) -> Result<T, E> + Send + Sync + 'static,
    ) -> Given {
        let eval = Box::new(move |env: &Env<'_>| eval(env).map(out.record).map_err(Into::into));
        self.evaluate("", out.slot, reads, PureEval::Fallible(eval, Location::caller()));
        Given(())
    }

    /// Ends a block with the value of a node. `same` is `|value| value` and is never called: it lets rustc compare the
    /// two types as those of one expression.
    pub fn forward<T, U>(&mut self, out: Out<T>, value: Handle<U>, same: fn(U) -> T) -> Given {
        let _ = same;
        if !self.redirect(value.slot, out.slot) {
            self.push(Node::Forward { from: value.slot, to: out.slot });
        }
        Given(())
    }

    /// Lets the latest node, where it gives the value in `from`, put it into `to` right away. Nobody else reads it.
    fn redirect(&mut self, from: Slot, to: Slot) -> bool {
        let slot = match self.nodes.last_mut() {
            Some(Node::Step(StepNode { slot, .. }) | Node::Child(ChildNode { slot, .. })) if *slot == from => slot,
            _ => return false,
        };
        if from.depth != to.depth {
            return false;
        }
        *slot = to;
        // The place is free again, if no other was given out since.
        if let Some(count) = self.slots.last_mut().filter(|count| **count == from.index + 1) {
            *count = from.index;
        }
        true
    }

    /// Waits for a time known when the workflow is written.
    pub fn sleep(&mut self, duration: Duration) {
        let path = self.path("sleep", true);
        self.push(Node::Sleep(SleepNode {
            path,
            duration: Box::new(move |_| duration),
            fixed: Some(duration),
            reads: Vec::new(),
        }));
    }

    /// Waits for a time that is computed.
    pub fn sleep_for(&mut self, reads: &[Read], duration: impl Fn(&Env<'_>) -> Duration + Send + Sync + 'static) {
        let path = self.path("sleep", true);
        self.push(Node::Sleep(SleepNode { path, duration: Box::new(duration), fixed: None, reads: reads.to_vec() }));
    }

    /// Waits for a signal of the type `S`, at most `timeout`.
    pub fn signal<S: Data>(&mut self, name: &'static str, timeout: Option<Duration>) -> Calling<'_, C, S> {
        let name = self.next_name.unwrap_or(name);
        let path = self.path(name, false);
        let slot = self.slot();
        let type_name = std::any::type_name::<S>();
        let node = Node::Signal(SignalNode {
            path,
            workflow: self.workflow,
            name,
            type_name,
            decode: decode::<S>(),
            timeout,
            slot,
            catch: None,
        });
        Calling::new(self, node, slot)
    }

    /// Emits an event, released when the workflow has completed.
    pub fn emit<E: Data>(&mut self, reads: &[Read], event: impl Fn(&Env<'_>) -> E + Send + Sync + 'static) {
        let path = self.path("emit", true);
        self.push(Node::Emit { path, event: Box::new(move |env| record(event(env))), reads: reads.to_vec() });
    }

    /// Undoes the node `name`, a step `X` of this workflow, with its recorded payload, and takes it off the rollback
    /// list. Where the node did nothing that could be undone, nothing happens.
    pub fn undo<X: Step + RunsOn<C>>(&mut self, name: &'static str) -> Calling<'_, C, ()>
    where
        X::Compensation: Compensates,
    {
        let target = self.names.iter().rev().flat_map(|names| names.steps.iter().rev());
        let target = target.into_iter().find(|(step, _)| step == name).map(|(_, target)| *target);
        self.undoing::<X>(Undone::Node(target), &[])
    }

    /// Runs the compensation of the step `X` with a payload from elsewhere.
    pub fn undo_with<X: Step + RunsOn<C>>(
        &mut self,
        reads: &[Read],
        payload: impl Fn(&Env<'_>) -> X::Payload + Send + Sync + 'static,
    ) -> Calling<'_, C, ()>
    where
        X::Compensation: Compensates,
    {
        let payload = Box::new(move |env: &Env<'_>| -> Recorded { record(payload(env)) });
        self.undoing::<X>(Undone::Payload(payload), reads)
    }

    fn undoing<X: Step + RunsOn<C>>(&mut self, what: Undone, reads: &[Read]) -> Calling<'_, C, ()> {
        let undo = match X::runnable() {
            Runnable::Step(def) => def.undo,
            Runnable::Workflow(_) => None,
        };
        let step = X::INFO.name;
        let path = self.path(&format!("undo-{step}"), true);
        let slot = self.slot();
        let reads = reads.to_vec();
        Calling::new(self, Node::Undo(UndoNode { path, step, undo, what, reads, slot, catch: None }), slot)
    }
}
