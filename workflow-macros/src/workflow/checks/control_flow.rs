//! No way out of the middle of a block, and no loop without recorded items.

use syn::{Expr, Macro};

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;

struct ControlFlow;

impl Rule for ControlFlow {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        match expr {
            Expr::Return(expr) => diagnostics.error(
                expr.return_token,
                "a workflow has no `return`: its value is the tail of its block",
                "choose with `if` or `match` and let the value be the tail; to fail, write `Err(error)?`",
            ),
            Expr::Break(expr) => diagnostics.error(
                expr.break_token,
                "a workflow has no `break`: a loop runs for all of its items",
                "choose the items before the loop: `let first = items.iter().take(3).cloned().collect::<Vec<_>>();`",
            ),
            Expr::Continue(expr) => diagnostics.error(
                expr.continue_token,
                "a workflow has no `continue`",
                "put the rest of the loop's body into an `if`",
            ),
            Expr::Loop(expr) => diagnostics.error(
                expr.loop_token,
                "a workflow has no `loop`: how often it runs could not be recorded",
                "use `for x in items { .. }`; to try again, give the step `retry(..)`",
            ),
            Expr::While(expr) => diagnostics.error(
                expr.while_token,
                "a workflow has no `while`: how often it runs could not be recorded",
                "use `for x in items { .. }`; to wait for something, use `signal!` or a step with `retry(..)`",
            ),
            Expr::Block(block) => {
                if let Some(label) = &block.label {
                    diagnostics.error(
                        label,
                        "a block of a workflow has no label: nothing can `break` out of it",
                        "remove the label",
                    );
                }
            }
            Expr::Yield(expr) => {
                diagnostics.error(expr.yield_token, "a workflow has no `yield`", "use `emit!(event)` to tell others");
            }
            Expr::TryBlock(expr) => {
                diagnostics.error(expr.try_token, "a workflow has no `try` block", "handle the result with `match`");
            }
            _ => {}
        }
        true
    }

    fn macro_tokens(&mut self, mac: &Macro, diagnostics: &mut Diagnostics) {
        let Some(last) = mac.path.segments.last() else { return };
        if ["join", "try_join", "select", "join_all"].iter().any(|name| last.ident == name) {
            diagnostics.error(
                &mac.path,
                format!("`{}!` would run futures that nobody records", last.ident),
                "use `parallel!(a(x), b(y)).await?`",
            );
        }
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    inside::apply(&mut ControlFlow, flow, diagnostics);
}
