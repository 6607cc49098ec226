//! The block of a workflow as nodes and pure expressions: what the checks, the outline and the lowering read.

mod branches;
mod build;
mod builtins;
mod choices;
mod foreign;
mod hoist;
mod names;
mod unset;
pub(crate) mod walk;

pub(crate) use build::build;
pub(crate) use hoist::can_fail;

use proc_macro2::Span;
use syn::{Expr, Ident, Item, LitStr, Pat, Path, Type};

/// A sequence of statements with a scope of its own: the workflow, an arm, a branch, a loop body.
#[derive(Default)]
pub(crate) struct Flow {
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) tail: Option<Value>,
    /// Whether the tail is a `Result`, as that of a workflow or an async branch is; otherwise it is a plain value.
    pub(crate) result: bool,
    /// The last token, for what is missing there.
    pub(crate) end: Option<Span>,
}

/// One statement.
#[expect(clippy::large_enum_variant, reason = "a block has dozens of these, not millions")]
pub(crate) enum Stmt {
    /// `let pat: ty = value;`
    Let { pat: Pat, ty: Option<Type>, value: Value },
    /// A part of the next statement that has to be known before it.
    Temp { ident: Ident, value: Value },
    /// `value;`
    Run(Value),
    /// A nested item.
    Item(Item),
}

/// What gives a value.
pub(crate) enum Value {
    /// A recorded node.
    Node(Box<Node>),
    /// A pure expression: no node is inside it.
    Pure(Expr),
    /// A block with nodes, in the scope of names of the block around it.
    Block(Box<Flow>),
}

/// One place in the graph.
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// What `#[name = ".."]` says.
    pub(crate) name: Option<LitStr>,
    /// Where the node begins.
    pub(crate) span: Span,
    /// Where it ends, with `.await?`.
    pub(crate) end: Span,
    /// What it says in diagrams and outlines, as the user wrote it.
    pub(crate) text: String,
    /// Whether its failure is a value: `.await` without `?`.
    pub(crate) handled: bool,
}

/// The kinds of nodes.
#[expect(clippy::large_enum_variant, reason = "a block has dozens of these, not millions")]
pub(crate) enum Kind {
    /// A step or a workflow.
    Call { path: Path, args: Vec<Expr> },
    /// `if` or `match`.
    Choice { word: &'static str, scrutinee: Option<Expr>, arms: Vec<Arm> },
    /// `for`, alone or inside `parallel!`.
    Loop { pat: Pat, items: Expr, body: Flow, parallel: Option<AtMost> },
    /// `parallel!`.
    Parallel { branches: Vec<Flow> },
    /// `sleep!`.
    Sleep { duration: Expr },
    /// `signal!`.
    Signal { ty: Type, timeout: Option<LitStr> },
    /// `emit!`.
    Emit { event: Expr },
    /// `undo!`.
    Undo { path: Path, payload: Option<Expr> },
}

/// How many items of a parallel `for` run at a time; `None` is all of them.
#[derive(Default)]
pub(crate) struct AtMost(pub(crate) Option<Expr>);

/// One arm of a choice.
pub(crate) struct Arm {
    pub(crate) test: Test,
    /// The test as the user wrote it.
    pub(crate) text: String,
    pub(crate) body: Flow,
}

/// When an arm is taken.
pub(crate) enum Test {
    /// `if` or `else if`; the condition may contain `let`.
    If(Box<Expr>),
    /// `else`.
    Else,
    /// A pattern of a `match`, perhaps with a guard.
    Pattern(Pat),
}

impl Node {
    /// The name under which the node is known in its scope; `None` for those that are numbered.
    pub(crate) fn known_as(&self) -> Option<String> {
        if let Some(name) = &self.name {
            return Some(name.value());
        }
        match &self.kind {
            Kind::Call { path, .. } => path.segments.last().map(|segment| segment.ident.to_string()),
            Kind::Signal { ty: Type::Path(ty), .. } => ty.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        }
    }
}
