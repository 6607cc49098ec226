//! Bindings, arguments of steps and events are recorded, so they own their values.

use quote::ToTokens;
use syn::{Block, Expr, ExprLit, ExprMethodCall, ExprReference, Lit, Type};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node, walk_stmt};
use crate::workflow::flow::{Flow, Kind, Node, Stmt, Value};
use crate::workflow::text;

struct Borrows<'d>(&'d mut Diagnostics);

impl Visitor for Borrows<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Let { pat, ty, value } = stmt {
            match (value, ty) {
                (Value::Pure(Expr::Reference(reference)), _) if reference.mutability.is_none() => {
                    let name = text::label(pat.to_token_stream());
                    let place = text::label(reference.expr.to_token_stream());
                    self.0.error(
                        reference.and_token,
                        "a binding of a workflow is recorded, so it cannot be a borrow",
                        format!("bind the value, `let {name} = {place};`: the macro clones what moves, and borrows what is only read"),
                    );
                }
                (_, Some(Type::Reference(reference))) => self.0.error(
                    reference.and_token,
                    "a binding of a workflow is recorded, so its type cannot be a reference",
                    "write the owned type, such as `String` instead of `&str`",
                ),
                (Value::Pure(Expr::MethodCall(call)), None) if lends(call) => {
                    let (name, method) = (text::label(pat.to_token_stream()), &call.method);
                    self.0.error(
                        method,
                        format!("a binding of a workflow is recorded, and `{method}` of a string or slice gives a borrow"),
                        format!(
                            "own it, `.{method}().to_owned()`, or borrow where it is used; if `{method}` is a method of \
                             a type of yours, say what it gives: `let {name}: Type = ..`"
                        ),
                    );
                }
                (Value::Pure(expr), _) => {
                    if let Some(literal) = borrowed_literal(expr) {
                        let text = text::label(literal.to_token_stream());
                        self.0.error(
                            literal,
                            "a binding of a workflow is recorded, so it cannot be a borrowed string",
                            format!("own it: `{text}.to_owned()`"),
                        );
                    }
                }
                _ => {}
            }
        }
        walk_stmt(self, stmt);
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Call { args, .. } => args.iter().for_each(|arg| {
                if let Some(reference) = shared_borrow(arg) {
                    self.0.error(
                        reference,
                        "this is borrowed, but an argument of a step is data, which is recorded",
                        "give data without `&`: what moves is cloned; leave a service out: the container lends it to the step",
                    );
                }
            }),
            Kind::Emit { event } => {
                if let Some(reference) = shared_borrow(event) {
                    let problem = "an event is recorded, so it cannot be a borrow";
                    self.0.error(reference.and_token, problem, "leave the `&` out: what moves is cloned");
                } else if let Some(literal) = borrowed_literal(event) {
                    let text = text::label(literal.to_token_stream());
                    self.0.error(
                        literal,
                        "an event is recorded, so it cannot be a borrowed string",
                        format!("emit a type of your own, by which subscribers know it, or own it: `{text}.to_owned()`"),
                    );
                }
            }
            _ => {}
        }
        walk_node(self, node);
    }
}

/// Whether it is a method of a string or slice that gives a part of it. What gives `&T` is not known by its name, and
/// rustc words it well; of `&str` it would speak as of literals.
fn lends(call: &ExprMethodCall) -> bool {
    const LEND: [&str; 7] = ["as_str", "as_bytes", "as_slice", "as_deref", "trim", "trim_start", "trim_end"];
    call.args.is_empty() && LEND.iter().any(|name| call.method == name)
}

fn shared_borrow(expr: &Expr) -> Option<&ExprReference> {
    match expr {
        Expr::Reference(reference) => reference.mutability.is_none().then_some(reference),
        Expr::Paren(paren) => shared_borrow(&paren.expr),
        Expr::Group(group) => shared_borrow(&group.expr),
        _ => None,
    }
}

/// The first literal that would make the value of `expr` a borrow. rustc would speak of lifetimes in `Deserialize`.
fn borrowed_literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit: lit @ (Lit::Str(_) | Lit::ByteStr(_) | Lit::CStr(_)), .. }) => Some(lit),
        Expr::Paren(paren) => borrowed_literal(&paren.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().find_map(borrowed_literal),
        Expr::Block(block) => last(&block.block),
        Expr::If(choice) => {
            let otherwise = || choice.else_branch.as_ref().and_then(|(_, expr)| borrowed_literal(expr));
            last(&choice.then_branch).or_else(otherwise)
        }
        Expr::Match(choice) => choice.arms.iter().find_map(|arm| borrowed_literal(&arm.body)),
        _ => None,
    }
}

fn last(block: &Block) -> Option<&Lit> {
    match block.stmts.last() {
        Some(syn::Stmt::Expr(expr, None)) => borrowed_literal(expr),
        _ => None,
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Borrows(diagnostics), flow);
}
