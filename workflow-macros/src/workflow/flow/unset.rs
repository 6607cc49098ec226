//! `let x;` is refused; that `x` gets its value later is the same mistake and not said again.

use std::collections::BTreeSet;

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Pat, Stmt};

use crate::workflow::patterns;

/// The names that were declared without a value.
#[derive(Default)]
pub(super) struct Unset(BTreeSet<String>);

impl Unset {
    /// Remembers the names of a `let` without a value.
    pub(super) fn declare(&mut self, pat: &Pat) {
        self.0.extend(patterns::bound(pat).iter().map(ToString::to_string));
    }

    /// Leaves of each assignment to such a name only the value.
    pub(super) fn take_assignments(&mut self, stmt: &mut Stmt) {
        if !self.0.is_empty() {
            self.visit_stmt_mut(stmt);
        }
    }
}

impl VisitMut for Unset {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Assign(assign) = expr
            && let Expr::Path(name) = &*assign.left
            && name.path.get_ident().is_some_and(|name| self.0.contains(&name.to_string()))
        {
            *expr = (*assign.right).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}
