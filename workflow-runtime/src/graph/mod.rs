//! Graphs: the typed builder that `workflow!` calls, and the table of nodes that it fills.

mod builder;
mod callee;
mod describe;
mod env;
mod failable;
mod groups;
mod handle;
mod held;
mod input;
mod join;
mod node;
mod program;
mod render;

pub use builder::GraphBuilder;
pub use callee::{Anything, AtOnce, Callee, Values, at_once, callee};
pub use describe::{Edge, Graph, GraphNode, NodeKind};
pub use env::Env;
pub use failable::{Calling, Joining};
pub use groups::{Arms, Branches, Items};
pub use handle::{Arm, Given, Handle, Out, Read, Taken, result_of};
pub use held::Held;
pub use join::Join;
pub use program::{Build, Program, WorkflowDef};

pub(crate) use env::{ScopeId, Scopes};
pub(crate) use handle::Slot;
pub(crate) use node::{
    ArmNode, BranchNode, Catch, ChildNode, Eval, LoopNode, Node, NodeId, ParallelNode, PureEval, PureNode, SignalNode,
    SleepNode, StepNode, Target, UndoNode, Undone,
};
pub(crate) use program::Block;

pub(crate) use render::spelled;

pub use describe::graph;
