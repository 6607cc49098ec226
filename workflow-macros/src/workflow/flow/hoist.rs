//! Nodes inside bigger expressions get a place of their own before them, from left to right.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, Macro, Stmt as SynStmt};

use super::build::Builder;
use super::{Stmt, Value};
use crate::workflow::known::Known;

/// How many nodes `expr` contains that run whenever it is evaluated.
pub(super) fn nodes(expr: &Expr) -> usize {
    let mut counter = Counter::default();
    counter.visit_expr(expr);
    counter.nodes
}

/// Whether a block contains nodes.
pub(super) fn block_has_nodes(block: &syn::Block) -> bool {
    let mut counter = Counter::default();
    counter.visit_block(block);
    counter.nodes > 0
}

/// Whether evaluating `expr` can fail: a `?`, or a macro that returns an error.
pub(crate) fn can_fail(expr: &Expr) -> bool {
    let mut question = Question(false);
    question.visit_expr(expr);
    question.0
}

/// Whether this is one of the macros that are nodes.
pub(super) fn is_builtin(mac: &Macro) -> bool {
    mac.path
        .get_ident()
        .is_some_and(|name| ["parallel", "sleep", "signal", "emit", "undo"].iter().any(|known| name == known))
}

/// Whether the macro returns an error from where it stands.
pub(super) fn is_bail(mac: &Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| last.ident == "bail" || last.ident == "ensure")
}

#[derive(Default)]
struct Counter {
    nodes: usize,
}

impl<'ast> Visit<'ast> for Counter {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Await(_) | Expr::ForLoop(_) => self.nodes += 1,
            Expr::Macro(mac) if is_builtin(&mac.mac) => self.nodes += 1,
            // What may not run, or is refused, holds no nodes of this place.
            Expr::Closure(_) | Expr::Async(_) | Expr::Loop(_) | Expr::While(_) | Expr::Unsafe(_) => {}
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {}
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if is_builtin(mac) {
            self.nodes += 1;
        } else if let Some(known) = Known::read(mac) {
            known.exprs().for_each(|expr| self.visit_expr(expr));
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}

    // Guards are pure.
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
}

struct Question(bool);

impl<'ast> Visit<'ast> for Question {
    fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
        self.0 = true;
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if is_bail(mac) {
            self.0 = true;
        } else if let Some(known) = Known::read(mac) {
            known.exprs().for_each(|expr| self.visit_expr(expr));
        }
    }

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Moves the nodes of an expression, and the `?`s before them, into temporaries.
pub(super) struct Hoist<'h, 'b> {
    pub(super) builder: &'h mut Builder<'b>,
    pub(super) out: &'h mut Vec<Stmt>,
    /// How many nodes are still to come.
    pub(super) left: usize,
}

impl Hoist<'_, '_> {
    fn replace(&mut self, expr: &mut Expr) {
        let place = expr.clone();
        let value = self.builder.value(core::mem::replace(expr, Expr::PLACEHOLDER), self.out, false);
        *expr = self.builder.temp(&place, value, self.out);
    }
}

impl VisitMut for Hoist<'_, '_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if self.left == 0 {
            return;
        }
        match expr {
            Expr::Closure(_) | Expr::Async(_) | Expr::Loop(_) | Expr::While(_) | Expr::Unsafe(_) => {}
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {}
            Expr::Try(inner) if matches!(*inner.expr, Expr::Await(_)) => {
                self.left -= 1;
                self.replace(expr);
            }
            Expr::Await(_) | Expr::ForLoop(_) => {
                self.left -= 1;
                self.replace(expr);
            }
            Expr::Macro(mac) if is_builtin(&mac.mac) => {
                self.left -= 1;
                self.replace(expr);
            }
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) => {
                let inside = nodes(expr);
                if inside > 0 {
                    self.left = self.left.saturating_sub(inside);
                    self.replace(expr);
                }
            }
            Expr::Try(_) => {
                visit_mut::visit_expr_mut(self, expr);
                if self.left > 0 {
                    self.replace(expr);
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(mut known) = Known::read(mac)
            && known.exprs().any(|expr| nodes(expr) > 0)
        {
            known.exprs_mut().for_each(|expr| self.visit_expr_mut(expr));
            mac.tokens = quote::ToTokens::into_token_stream(known);
        }
    }

    fn visit_stmt_mut(&mut self, _: &mut SynStmt) {}
    fn visit_pat_mut(&mut self, _: &mut syn::Pat) {}
}

impl Value {
    /// A value that is computed without a node.
    pub(super) fn unit(span: proc_macro2::Span) -> Self {
        let span = span.resolved_at(proc_macro2::Span::mixed_site());
        Self::Pure(syn::parse_quote_spanned!(span=> ()))
    }
}
