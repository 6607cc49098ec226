//! A binding is recorded, so it owns its value.

use quote::ToTokens;
use syn::{Block, Expr, ExprLit, Lit, Type};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_stmt};
use crate::workflow::flow::{Flow, Stmt, Value};
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
