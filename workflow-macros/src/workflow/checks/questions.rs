//! `?` where a choice is being made: it would fail the workflow from the middle of a choice.

use syn::visit::{self, Visit};
use syn::{Expr, ExprTry, Pat};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node};
use crate::workflow::flow::{Flow, Kind, Node, Test};

struct Questions<'d>(&'d mut Diagnostics);

impl Visitor for Questions<'_> {
    fn node(&mut self, node: &Node) {
        if let Kind::Choice { arms, .. } = &node.kind {
            for arm in arms {
                match &arm.test {
                    Test::If(condition) => self.refuse(condition, "a chain of `let`s"),
                    Test::Pattern(Pat::Guard(guarded)) => self.refuse(&guarded.guard, "a guard"),
                    Test::Pattern(_) | Test::Else => {}
                }
            }
        }
        walk_node(self, node);
    }
}

impl Questions<'_> {
    fn refuse(&mut self, expr: &Expr, place: &str) {
        struct Found(Vec<syn::Token![?]>);
        impl<'ast> Visit<'ast> for Found {
            fn visit_expr_try(&mut self, expr: &'ast ExprTry) {
                visit::visit_expr_try(self, expr);
                // An awaited one is refused as such.
                if !matches!(*expr.expr, Expr::Await(_)) {
                    self.0.push(expr.question_token);
                }
            }
            fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        }
        let mut found = Found(Vec::new());
        found.visit_expr(expr);
        for token in found.0 {
            self.0.error(
                token,
                format!("`?` inside {place}: a choice is made by a pure expression that cannot fail"),
                "bind it in a `let` before this: `let limit = parse(&order.limit)?;`",
            );
        }
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Questions(diagnostics), flow);
}
