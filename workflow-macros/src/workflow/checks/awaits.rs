//! Every `.await` is a recorded node, so it stands where it certainly runs, once.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Item, Macro, Pat, Token};

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;
use crate::workflow::known::Known;

const BEFORE: &str = "await it in a `let` of its own before this, and use the value here";

struct Awaits;

impl Rule for Awaits {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        match expr {
            Expr::Closure(closure) if closure.asyncness.is_none() => {
                refuse(
                    &closure.body,
                    "`.await` inside a closure: a closure may run any number of times",
                    "use `for x in items { .. }`, whose body may await and whose value is a `Vec`",
                    diagnostics,
                );
                // Other rules look inside; for this one everything is said.
                false
            }
            Expr::Closure(_) => false,
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {
                let op = if matches!(binary.op, BinOp::And(_)) { "&&" } else { "||" };
                let message = format!("`.await` as an operand of `{op}`: whether it runs would not be recorded");
                let help = "await it in a `let` before this, or write an `if`";
                refuse(&binary.left, &message, help, diagnostics);
                refuse(&binary.right, &message, help, diagnostics);
                false
            }
            Expr::Await(expr) => {
                diagnostics.error(
                    expr.await_token,
                    "`.await` cannot stand here: it would not be a recorded node",
                    BEFORE,
                );
                false
            }
            _ => true,
        }
    }

    fn pat(&mut self, pat: &Pat, diagnostics: &mut Diagnostics) -> bool {
        if let Pat::Guard(guarded) = pat {
            refuse(
                &guarded.guard,
                "`.await` inside a guard: guards are pure, because they may run for several arms",
                BEFORE,
                diagnostics,
            );
        }
        false
    }

    fn item(&mut self, item: &Item, diagnostics: &mut Diagnostics) -> bool {
        let mut found = Found { awaits: Vec::new() };
        found.visit_item(item);
        for token in found.awaits {
            diagnostics.error(
                token,
                "`.await` inside a nested function: its awaits are not part of this workflow",
                "make the function a `#[step]` or a workflow of its own, outside of this block",
            );
        }
        false
    }

    fn macro_tokens(&mut self, mac: &Macro, diagnostics: &mut Diagnostics) {
        if let Some(token) = await_in(mac.tokens.clone()) {
            diagnostics.error(token, "`.await` inside the arguments of a macro that the workflow cannot read", BEFORE);
        }
    }
}

fn refuse(expr: &Expr, problem: &str, help: &str, diagnostics: &mut Diagnostics) {
    let mut found = Found { awaits: Vec::new() };
    found.visit_expr(expr);
    for token in found.awaits {
        diagnostics.error(token, problem, help);
    }
}

/// The `.await`s of an expression.
struct Found {
    awaits: Vec<Token![await]>,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_expr_await(&mut self, expr: &'ast syn::ExprAwait) {
        visit::visit_expr_await(self, expr);
        self.awaits.push(expr.await_token);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if let Some(known) = Known::read(mac) {
            known.exprs().for_each(|expr| self.visit_expr(expr));
        }
    }

    // Refused by itself.
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_expr_while(&mut self, _: &'ast syn::ExprWhile) {}
    fn visit_expr_loop(&mut self, _: &'ast syn::ExprLoop) {}
}

/// The first `.await` among tokens.
fn await_in(tokens: TokenStream) -> Option<TokenTree> {
    let mut dot = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if dot && ident == "await" => return Some(token),
            TokenTree::Group(group) => {
                if let Some(found) = await_in(group.stream()) {
                    return Some(found);
                }
                dot = false;
            }
            TokenTree::Punct(punct) => dot = punct.as_char() == '.',
            _ => dot = false,
        }
    }
    None
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    inside::apply(&mut Awaits, flow, diagnostics);
}
