//! Bindings are recorded values, and nothing changes them.

use std::collections::BTreeSet;

use syn::{BinOp, Expr, Pat};

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;
use crate::workflow::signature::Head;

const SHADOW: &str = "bind the new value, under the same name if you like: `let total = total + 1;`";

/// For a `mut`, behind which more than an assignment can stand.
const OUTSIDE: &str = "bind the new value, under the same name if you like: `let total = total + 1;`; what takes several \
     statements, such as sorting, goes into a function that takes the value and gives the changed one";

/// The names that are declared `mut`: that they are assigned to is the same mistake.
#[derive(Default)]
struct Immutability {
    told: BTreeSet<String>,
}

impl Immutability {
    fn is_told(&self, place: &Expr) -> bool {
        matches!(place, Expr::Path(path) if path.path.get_ident().is_some_and(|name| self.told.contains(&name.to_string())))
    }
}

impl Rule for Immutability {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        match expr {
            Expr::Assign(expr) if self.is_told(&expr.left) => true,
            Expr::Binary(binary) if assigns(&binary.op) && self.is_told(&binary.left) => true,
            Expr::Assign(expr) => {
                diagnostics.error(
                    expr.eq_token,
                    "a workflow has no assignment: its bindings are recorded values",
                    SHADOW,
                );
                false
            }
            Expr::Binary(binary) if assigns(&binary.op) => {
                diagnostics.error(binary.op, "a workflow has no assignment: its bindings are recorded values", SHADOW);
                false
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                diagnostics.error(
                    reference.mutability,
                    "nothing in a workflow can be borrowed mutably: its bindings are recorded values",
                    "write a function that takes the value and gives the changed one",
                );
                false
            }
            _ => true,
        }
    }

    fn pat(&mut self, pat: &Pat, diagnostics: &mut Diagnostics) -> bool {
        if let Pat::Ident(ident) = pat
            && let Some(token) = &ident.mutability
        {
            diagnostics.error(token, "a binding of a workflow cannot be `mut`: it is a recorded value", OUTSIDE);
            self.told.insert(ident.ident.to_string());
        }
        true
    }
}

fn assigns(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

pub(super) fn check(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    let mut rule = Immutability::default();
    for input in &head.inputs {
        struct Inputs<'d>(&'d mut Immutability, &'d mut Diagnostics);
        impl<'ast> syn::visit::Visit<'ast> for Inputs<'_> {
            fn visit_pat(&mut self, pat: &'ast Pat) {
                self.0.pat(pat, self.1);
                syn::visit::visit_pat(self, pat);
            }
        }
        syn::visit::Visit::visit_pat(&mut Inputs(&mut rule, diagnostics), &input.pat);
    }
    inside::apply(&mut rule, flow, diagnostics);
}
