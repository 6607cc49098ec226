//! The block of a workflow, and of an `async` branch, ends in a `Result`.

use proc_macro2::Span;

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow};
use crate::workflow::flow::{Flow, Stmt, Value};
use crate::workflow::signature::Head;

struct Tails<'d> {
    /// Whether the workflow says that it returns a `Result`; where it does not, that was said already.
    due: bool,
    diagnostics: &'d mut Diagnostics,
}

impl Visitor for Tails<'_> {
    fn flow(&mut self, flow: &Flow) {
        self.tail(flow);
        walk_flow(self, flow);
    }
}

impl Tails<'_> {
    fn tail(&mut self, flow: &Flow) {
        match &flow.tail {
            // A nested block in tail position ends where this one does.
            Some(Value::Block(inner)) => self.tail(inner),
            None if flow.result && self.due && dropped_result(flow).is_some() => {
                let place = dropped_result(flow);
                let problem = "the `;` behind it drops this value, so the block ends without a `Result`";
                self.diagnostics.error(place, problem, "leave the `;` out: a block gives the value of its last line");
            }
            None if flow.result && self.due && !ends_in_mistake(flow) => {
                let place = proc_macro2::Ident::new("end", flow.end.unwrap_or_else(Span::mixed_site));
                self.diagnostics.error(place, "this block ends without a `Result`", "write `Ok(())` in the last line");
            }
            _ => {}
        }
    }
}

/// Whether the last statement is refused anyway, such as a `return`.
fn ends_in_mistake(flow: &Flow) -> bool {
    matches!(
        flow.stmts.last(),
        Some(Stmt::Run(Value::Pure(
            syn::Expr::Return(_) | syn::Expr::Loop(_) | syn::Expr::While(_) | syn::Expr::Break(_)
        )))
    )
}

/// `Ok` or `Err` of the `Ok(..);` that is the last statement.
fn dropped_result(flow: &Flow) -> Option<&syn::Path> {
    let Some(Stmt::Run(Value::Pure(syn::Expr::Call(call)))) = flow.stmts.last() else { return None };
    match &*call.func {
        syn::Expr::Path(function) if function.path.is_ident("Ok") || function.path.is_ident("Err") => {
            Some(&function.path)
        }
        _ => None,
    }
}

pub(super) fn check(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    Tails { due: head.returns_result, diagnostics }.flow(flow);
}
