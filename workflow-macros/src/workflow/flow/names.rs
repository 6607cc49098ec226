//! `#[name = ".."]`, taken off the statement or call that it stands before.

use syn::{Attribute, Expr, Lit, LitStr, Meta};

use crate::diagnostics::Diagnostics;

/// Takes the name out of `attrs`; other attributes are refused, because nothing of the statement is left to carry them.
pub(super) fn take(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    let mut name = None;
    for attr in attrs.drain(..) {
        if !attr.path().is_ident("name") {
            diagnostics.error(
                &attr,
                "inside a workflow only `#[name = \"..\"]` can be attached",
                "put other attributes, such as `#[allow(..)]`, on the workflow itself",
            );
            continue;
        }
        match text(&attr) {
            None => diagnostics.error(&attr, "a node's name is a string", "write `#[name = \"left\"]`"),
            Some(_) if name.is_some() => {
                diagnostics.error(&attr, "this node is named twice", "keep one of the two names")
            }
            Some(literal) => {
                if !is_valid(&literal.value()) {
                    diagnostics.error(
                        &literal,
                        format!("`{}` cannot be the name of a node", literal.value()),
                        "use letters, digits, `_` and `-`: the name becomes part of paths such as `for#1[3]/left`",
                    );
                }
                name = Some(literal);
            }
        }
    }
    name
}

fn text(attr: &Attribute) -> Option<LitStr> {
    match &attr.meta {
        Meta::NameValue(meta) => match &meta.value {
            Expr::Lit(syn::ExprLit { lit: Lit::Str(literal), .. }) => Some(literal.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn is_valid(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// The attributes of an expression that can be a node or contain one.
pub(super) fn attrs(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    Some(match expr {
        Expr::Async(expr) => &mut expr.attrs,
        Expr::Await(expr) => &mut expr.attrs,
        Expr::Block(expr) => &mut expr.attrs,
        Expr::Binary(expr) => &mut expr.attrs,
        Expr::Call(expr) => &mut expr.attrs,
        Expr::Cast(expr) => &mut expr.attrs,
        Expr::Field(expr) => &mut expr.attrs,
        Expr::ForLoop(expr) => &mut expr.attrs,
        Expr::Group(expr) => &mut expr.attrs,
        Expr::If(expr) => &mut expr.attrs,
        Expr::Macro(expr) => &mut expr.attrs,
        Expr::Match(expr) => &mut expr.attrs,
        Expr::MethodCall(expr) => &mut expr.attrs,
        Expr::Paren(expr) => &mut expr.attrs,
        Expr::Path(expr) => &mut expr.attrs,
        Expr::Lit(expr) => &mut expr.attrs,
        Expr::Struct(expr) => &mut expr.attrs,
        Expr::Try(expr) => &mut expr.attrs,
        Expr::Tuple(expr) => &mut expr.attrs,
        Expr::Unary(expr) => &mut expr.attrs,
        _ => return None,
    })
}
