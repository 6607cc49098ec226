//! An `if` that is bound has a value either way. In a choice with nodes rustc would find `()` behind the last brace.

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_stmt};
use crate::workflow::flow::{Arm, Flow, Kind, Node, Stmt, Test, Value};

struct MissingElse<'d>(&'d mut Diagnostics);

impl Visitor for MissingElse<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Let { value: Value::Node(node), .. } | Stmt::Temp { value: Value::Node(node), .. } = stmt
            && lacks_else(node)
        {
            let place = proc_macro2::Ident::new("if", node.span);
            self.0.error(
                place,
                "this `if` has no value where its condition does not hold",
                "add `else { .. }` with a value of the same type, or give `Some(..)`, and `None` in the `else`",
            );
        }
        walk_stmt(self, stmt);
    }
}

fn lacks_else(node: &Node) -> bool {
    let Kind::Choice { word: "if", arms, .. } = &node.kind else { return false };
    let is_empty = |arm: &Arm| matches!(arm.test, Test::Else) && arm.body.stmts.is_empty() && arm.body.tail.is_none();
    arms.last().is_some_and(is_empty) && arms.iter().any(|arm| arm.body.tail.as_ref().is_some_and(is_value))
}

/// Whether it is more than `()`, as far as one can see.
fn is_value(tail: &Value) -> bool {
    !matches!(tail, Value::Node(node) if matches!(node.kind, Kind::Sleep { .. } | Kind::Emit { .. }))
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut MissingElse(diagnostics), flow);
}
