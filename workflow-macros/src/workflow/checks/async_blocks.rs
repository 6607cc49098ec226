//! `async` blocks are branches of `parallel!` and nothing else.

use syn::Expr;

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;

struct AsyncBlocks;

impl Rule for AsyncBlocks {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        match expr {
            Expr::Async(block) => {
                diagnostics.error(
                    block.async_token,
                    "an `async` block is a branch of `parallel!` and cannot stand by itself",
                    "write its statements into the workflow, or `parallel!(async { .. }, ..).await?`",
                );
                false
            }
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                diagnostics.error(
                    closure.asyncness,
                    "an `async` closure would await what nobody records",
                    "make it a step, or use `for x in items { .. }`",
                );
                false
            }
            _ => true,
        }
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    inside::apply(&mut AsyncBlocks, flow, diagnostics);
}
