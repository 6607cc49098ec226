//! A binding is recorded, so it owns its value.

use quote::ToTokens;
use syn::{Expr, Type};

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
                _ => {}
            }
        }
        walk_stmt(self, stmt);
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Borrows(diagnostics), flow);
}
