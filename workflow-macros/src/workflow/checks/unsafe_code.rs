//! Pure expressions are safe, and keep nothing between executions.

use syn::{Expr, Item};

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;

struct UnsafeCode;

impl Rule for UnsafeCode {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        if let Expr::Unsafe(block) = expr {
            diagnostics.error(
                block.unsafe_token,
                "a workflow has no `unsafe` block",
                "do it inside a step, or in a safe function",
            );
        }
        true
    }

    fn item(&mut self, item: &Item, diagnostics: &mut Diagnostics) -> bool {
        match item {
            Item::Static(item) => {
                diagnostics.error(
                    item.static_token,
                    "a workflow has no `static`: executions share nothing but services",
                    "use a `const`, or a service that a step borrows",
                );
                false
            }
            _ => true,
        }
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    inside::apply(&mut UnsafeCode, flow, diagnostics);
}
