//! The nodes of a graph, erased: what the executor walks.

use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::data::{Decode, Recorded};
use crate::step::{StepDef, StepError, UndoDef};

use super::env::Env;
use super::handle::{Read, Slot, Taken};
use super::input::Input;
use super::program::{Block, WorkflowDef};

/// A pure expression, erased.
pub(crate) type Eval<T> = Box<dyn Fn(&Env<'_>) -> T + Send + Sync>;

/// Tells a node from all others of the process, also from those of other graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u64);

impl NodeId {
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// One place in a graph.
pub(crate) enum Node<C: 'static> {
    Pure(PureNode),
    Forward { from: Slot, to: Slot },
    Emit { path: String, event: Eval<Recorded>, reads: Vec<Read> },
    Step(StepNode<C>),
    Child(ChildNode<C>),
    Branch(BranchNode<C>),
    Loop(LoopNode<C>),
    Parallel(ParallelNode<C>),
    Sleep(SleepNode),
    Signal(SignalNode),
    Undo(UndoNode<C>),
}

impl<C: 'static> Node<C> {
    /// The path of a node that the host hears of.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Self::Step(node) => Some(&node.path),
            Self::Sleep(node) => Some(&node.path),
            Self::Signal(node) => Some(&node.path),
            _ => None,
        }
    }
}

/// How the failure of a node becomes a value, where the workflow handles it.
pub(crate) struct Catch {
    pub(crate) slot: Slot,
    pub(crate) ok: Eval<Recorded>,
    pub(crate) err: fn(StepError) -> Recorded,
}

pub(crate) struct PureNode {
    pub(crate) name: String,
    pub(crate) slot: Slot,
    pub(crate) eval: PureEval,
    pub(crate) reads: Vec<Read>,
}

pub(crate) enum PureEval {
    Plain(Eval<Recorded>),
    Fallible(Eval<anyhow::Result<Recorded>>, &'static Location<'static>),
}

pub(crate) struct StepNode<C: 'static> {
    pub(crate) id: NodeId,
    pub(crate) path: String,
    pub(crate) def: StepDef<C>,
    pub(crate) input: Box<dyn Input<C>>,
    pub(crate) reads: Vec<Read>,
    pub(crate) slot: Slot,
    pub(crate) catch: Option<Catch>,
}

pub(crate) struct ChildNode<C: 'static> {
    pub(crate) path: String,
    pub(crate) def: WorkflowDef<C>,
    pub(crate) input: Box<dyn Input<C>>,
    pub(crate) reads: Vec<Read>,
    pub(crate) slot: Slot,
    pub(crate) catch: Option<Catch>,
}

pub(crate) struct BranchNode<C: 'static> {
    pub(crate) path: String,
    pub(crate) choose: Eval<Taken>,
    pub(crate) arms: Vec<ArmNode<C>>,
    pub(crate) reads: Vec<Read>,
    pub(crate) slot: Slot,
}

pub(crate) struct ArmNode<C: 'static> {
    pub(crate) label: &'static str,
    pub(crate) bound: Slot,
    pub(crate) decode: Decode,
    pub(crate) block: Block<C>,
}

pub(crate) struct LoopNode<C: 'static> {
    pub(crate) path: String,
    pub(crate) items: Eval<Vec<Recorded>>,
    pub(crate) decode: Decode,
    pub(crate) collect: fn(Vec<Recorded>) -> Recorded,
    /// `None` runs item after item, `Some(n)` at most `n` of them at a time.
    pub(crate) concurrency: Option<usize>,
    pub(crate) item: Slot,
    pub(crate) body: Block<C>,
    /// How many slots a scope of the body has.
    pub(crate) slots: usize,
    pub(crate) given: Slot,
    pub(crate) reads: Vec<Read>,
    pub(crate) slot: Slot,
    pub(crate) catch: Option<Catch>,
}

pub(crate) struct ParallelNode<C: 'static> {
    pub(crate) path: String,
    pub(crate) branches: Vec<BranchBlock<C>>,
    pub(crate) catch: Option<Catch>,
}

pub(crate) struct BranchBlock<C: 'static> {
    pub(crate) block: Block<C>,
}

pub(crate) struct SleepNode {
    pub(crate) path: String,
    pub(crate) duration: Eval<Duration>,
    pub(crate) fixed: Option<Duration>,
    pub(crate) reads: Vec<Read>,
}

pub(crate) struct SignalNode {
    pub(crate) path: String,
    /// The workflow that waits, the name of the signal, and the type of its value.
    pub(crate) workflow: &'static str,
    pub(crate) name: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) decode: Decode,
    pub(crate) timeout: Option<Duration>,
    pub(crate) slot: Slot,
    pub(crate) catch: Option<Catch>,
}

pub(crate) struct UndoNode<C: 'static> {
    pub(crate) path: String,
    pub(crate) step: &'static str,
    pub(crate) undo: Option<UndoDef<C>>,
    pub(crate) what: Undone,
    pub(crate) reads: Vec<Read>,
    pub(crate) slot: Slot,
    pub(crate) catch: Option<Catch>,
}

/// The step that an `undo!` names, and where its value lives, which tells its scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) id: NodeId,
    pub(crate) slot: Slot,
}

/// What an `undo!` undoes.
pub(crate) enum Undone {
    /// The node of this workflow, with its recorded payload.
    Node(Option<Target>),
    /// Something else, with the payload that the workflow computes.
    Payload(Eval<Recorded>),
}
