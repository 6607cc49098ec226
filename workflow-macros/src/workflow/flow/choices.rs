//! `if`, `match` and `for`.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprForLoop, ExprIf};

use super::build::Builder;
use super::hoist;
use super::{Arm, Flow, Kind, Stmt, Test, Value};
use crate::workflow::text;

impl Builder<'_> {
    /// An `if` or `match`; `result` says whether its arms end in `Result`s.
    pub(super) fn choice(&mut self, expr: Expr, out: &mut Vec<Stmt>, result: bool) -> Value {
        let span = expr.span();
        match expr {
            Expr::If(first) => {
                let span = first.if_token.span;
                let mut arms = Vec::new();
                self.if_arms(first, &mut arms, out, result);
                Self::node(Kind::Choice { word: "if", scrutinee: None, arms }, span, String::new(), false)
            }
            Expr::Match(choice) => {
                let span = choice.match_token.span;
                let text = text::label(choice.expr.to_token_stream());
                let scrutinee = Some(self.part(*choice.expr, out));
                let arms = choice
                    .arms
                    .into_iter()
                    .map(|arm| {
                        let text = text::label(arm.pat.to_token_stream());
                        Arm { test: Test::Pattern(arm.pat), text, body: self.tail_only(*arm.body, result) }
                    })
                    .collect();
                Self::node(Kind::Choice { word: "match", scrutinee, arms }, span, text, false)
            }
            other => {
                let _ = span;
                self.value(other, out, result)
            }
        }
    }

    fn if_arms(&mut self, mut expr: ExprIf, arms: &mut Vec<Arm>, out: &mut Vec<Stmt>, result: bool) {
        let text = text::label(expr.cond.to_token_stream());
        self.condition(&mut expr.cond, out);
        let end = expr.then_branch.brace_token.span.close();
        arms.push(Arm { test: Test::If(expr.cond), text, body: self.flow(expr.then_branch, result) });
        let body = match expr.else_branch.map(|(_, branch)| *branch) {
            // What a later condition needs first, it needs only when it is reached.
            Some(Expr::If(next)) if hoist::nodes(&next.cond) == 0 && !hoist::can_fail(&next.cond) => {
                return self.if_arms(next, arms, out, result);
            }
            Some(Expr::If(next)) => {
                let mut flow = Flow { result, end: Some(next.if_token.span), ..Flow::default() };
                let value = self.choice(Expr::If(next), &mut flow.stmts, result);
                flow.tail = Some(value);
                flow
            }
            Some(other) => self.tail_only(other, result),
            None => Flow { end: Some(end), ..Flow::default() },
        };
        arms.push(Arm { test: Test::Else, text: "else".to_owned(), body });
    }

    /// The nodes and `?`s of a condition come before it. In a chain of `let`s they may not be reached, so they stay, and
    /// a check refuses them.
    fn condition(&mut self, condition: &mut Expr, out: &mut Vec<Stmt>) {
        match condition {
            Expr::Let(binding) => {
                let scrutinee = core::mem::replace(&mut *binding.expr, Expr::PLACEHOLDER);
                *binding.expr = self.part(scrutinee, out);
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) && has_let(condition) => {}
            _ => {
                let whole = core::mem::replace(condition, Expr::PLACEHOLDER);
                *condition = self.part(whole, out);
            }
        }
    }

    /// A sequential `for`.
    pub(super) fn for_loop(&mut self, expr: ExprForLoop, out: &mut Vec<Stmt>) -> Value {
        let span = expr.for_token.span;
        self.looping(expr, None, span, out)
    }

    pub(super) fn looping(
        &mut self,
        expr: ExprForLoop,
        parallel: Option<super::AtMost>,
        span: proc_macro2::Span,
        out: &mut Vec<Stmt>,
    ) -> Value {
        if let Some(label) = &expr.label {
            self.diagnostics.error(
                label,
                "a loop of a workflow has no label: nothing can `break` or `continue` it",
                "remove the label; filter the items before the loop",
            );
        }
        let text =
            format!("{} in {}", text::label(expr.pat.to_token_stream()), text::label(expr.expr.to_token_stream()));
        let items = self.part(*expr.expr, out);
        let body = self.flow(expr.body, false);
        Self::node(Kind::Loop { pat: *expr.pat, items, body, parallel }, span, text, false)
    }
}

fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}
