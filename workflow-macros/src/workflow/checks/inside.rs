//! The way into pure expressions, patterns and nested items, for rules about single expressions.

use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Macro, Pat};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;
use crate::workflow::flow::walk::{Visitor, walk_flow};
use crate::workflow::known::{Known, Piece};

/// A rule about single expressions. Each method says whether to look inside.
pub(super) trait Rule {
    /// An expression.
    fn expr(&mut self, _expr: &Expr, _diagnostics: &mut Diagnostics) -> bool {
        true
    }
    /// A pattern.
    fn pat(&mut self, _pat: &Pat, _diagnostics: &mut Diagnostics) -> bool {
        true
    }
    /// A nested item.
    fn item(&mut self, _item: &Item, _diagnostics: &mut Diagnostics) -> bool {
        false
    }
    /// The tokens of a macro whose arguments are unknown.
    fn macro_tokens(&mut self, _mac: &Macro, _diagnostics: &mut Diagnostics) {}
}

/// Applies `rule` to everything pure in `flow`.
pub(super) fn apply(rule: &mut impl Rule, flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Inside { rule, diagnostics }, flow);
}

struct Inside<'r, R> {
    rule: &'r mut R,
    diagnostics: &'r mut Diagnostics,
}

impl<R: Rule> Visitor for Inside<'_, R> {
    fn expr(&mut self, expr: &Expr) {
        self.visit_expr(expr);
    }
    fn pat(&mut self, pat: &Pat) {
        self.visit_pat(pat);
    }
    fn item(&mut self, item: &Item) {
        self.visit_item(item);
    }
}

impl<'ast, R: Rule> Visit<'ast> for Inside<'_, R> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        if self.rule.expr(expr, self.diagnostics) && !is_refused_whole(expr) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        if self.rule.pat(pat, self.diagnostics) {
            visit::visit_pat(self, pat);
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if self.rule.item(item, self.diagnostics) {
            visit::visit_item(self, item);
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        visit::visit_block(self, block);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let Some(known) = Known::read(mac) else {
            self.rule.macro_tokens(mac, self.diagnostics);
            return;
        };
        for piece in &known.pieces {
            match piece {
                Piece::Read(expr) | Piece::Take(expr) => self.visit_expr(expr),
                Piece::Pattern(pat, guard) => {
                    self.visit_pat(pat);
                    if let Some(guard) = guard {
                        self.visit_expr(guard);
                    }
                }
                Piece::Raw(_) | Piece::Format(_) => {}
            }
        }
    }
}

/// What is refused as a whole: a mistake inside it is no second mistake.
fn is_refused_whole(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Loop(_) | Expr::While(_) | Expr::Unsafe(_) | Expr::Async(_) | Expr::Return(_) | Expr::TryBlock(_)
    )
}
