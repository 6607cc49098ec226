//! Bindings, arguments of steps and events are recorded, so they own their values.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Block, Expr, ExprLit, ExprReference, Lit, Pat, Token, Type};

use super::lent::{Lent, lent};
use crate::diagnostics::Diagnostics;
use crate::step::borrow_in;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node, walk_stmt};
use crate::workflow::flow::{Flow, Kind, Node, Stmt, Value};
use crate::workflow::text;

struct Borrows<'d>(&'d mut Diagnostics);

impl Borrows<'_> {
    /// Refuses `expr` where its value is a part of a string or slice.
    fn refuse_part(&mut self, pat: &Pat, expr: &Expr, ty: Option<&Type>) -> bool {
        let Some(Lent { by, how }) = lent(expr, ty) else { return false };
        let name = text::label(pat.to_token_stream());
        self.0.error(
            by,
            format!("a binding of a workflow is recorded, and `{by}` of a string or slice gives a borrow"),
            format!(
                "own it, `{how}`, or borrow where it is used; if `{by}` is a method of a type of yours, say what it \
                 gives: `let {name}: Type = ..`"
            ),
        );
        true
    }
}

impl Visitor for Borrows<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Let { pat, ty, value } = stmt {
            match (value, ty) {
                (Value::Pure(expr), ty) if self.refuse_part(pat, expr, ty.as_ref()) => {}
                (Value::Pure(Expr::Closure(closure)), _) => self.0.error(
                    closure.inputs_begin,
                    "a binding of a workflow is recorded, and a closure cannot be",
                    "make it a function beside the workflow, or write the closure where it is used",
                ),
                (Value::Pure(Expr::Reference(reference)), _) if reference.mutability.is_none() => {
                    let name = text::label(pat.to_token_stream());
                    let mut place = text::label(reference.expr.to_token_stream());
                    if matches!(&*reference.expr, Expr::Index(index) if matches!(&*index.index, Expr::Range(_))) {
                        place.push_str(".to_owned()");
                    }
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
                (_, Some(ty)) if borrow_in(ty).is_some() => self.0.error(
                    borrow_in(ty),
                    "a binding of a workflow is recorded, so its type cannot contain a borrow",
                    "write owned types, such as `Vec<String>` instead of `Vec<&str>`, and own the values: `.map(str::to_owned)`",
                ),
                (Value::Pure(Expr::Index(index)), _) if matches!(&*index.index, Expr::Range(_)) => {
                    let place = text::label(index.to_token_stream());
                    self.0.error(
                        index,
                        "a binding of a workflow is recorded, and a part of a slice or string is a borrow",
                        format!("own it: `{place}.to_owned()`"),
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

fn shared_borrow(expr: &Expr) -> Option<&ExprReference> {
    match expr {
        Expr::Reference(reference) => reference.mutability.is_none().then_some(reference),
        Expr::Paren(paren) => shared_borrow(&paren.expr),
        Expr::Group(group) => shared_borrow(&group.expr),
        _ => None,
    }
}

/// The first literal that would make the value of `expr` a borrow. rustc would speak of lifetimes in `Deserialize`.
fn borrowed_literal(expr: &Expr) -> Option<Lit> {
    match expr {
        Expr::Lit(ExprLit { lit: lit @ (Lit::Str(_) | Lit::ByteStr(_) | Lit::CStr(_)), .. }) => Some(lit.clone()),
        Expr::Paren(paren) => borrowed_literal(&paren.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().find_map(borrowed_literal),
        Expr::Array(array) => array.elems.iter().find_map(borrowed_literal),
        Expr::Macro(list) if list.mac.path.is_ident("vec") => {
            let elements = list.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
            elements.iter().find_map(borrowed_literal)
        }
        Expr::Call(call) if wraps(&call.func) => call.args.iter().find_map(borrowed_literal),
        Expr::Block(block) => last(&block.block),
        Expr::If(choice) => {
            let otherwise = || choice.else_branch.as_ref().and_then(|(_, expr)| borrowed_literal(expr));
            last(&choice.then_branch).or_else(otherwise)
        }
        Expr::Match(choice) => choice.arms.iter().find_map(|arm| borrowed_literal(&arm.body)),
        _ => None,
    }
}

/// Whether the function gives what it is given in an `Option` or `Result`.
fn wraps(function: &Expr) -> bool {
    let Expr::Path(function) = function else { return false };
    ["Some", "Ok", "Err"].iter().any(|name| function.path.is_ident(name))
}

fn last(block: &Block) -> Option<Lit> {
    match block.stmts.last() {
        Some(syn::Stmt::Expr(expr, None)) => borrowed_literal(expr),
        _ => None,
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Borrows(diagnostics), flow);
}
