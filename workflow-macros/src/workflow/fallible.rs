//! Which pure expressions can fail.

use syn::Expr;

pub(crate) use super::flow::can_fail;

/// The value inside `Ok(value)`, with which a tail cannot fail.
pub(crate) fn inside_ok(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return None };
            let is_ok = function.path.segments.last().is_some_and(|last| last.ident == "Ok");
            match (is_ok, call.args.len()) {
                (true, 1) => call.args.first(),
                _ => None,
            }
        }
        Expr::Paren(paren) => inside_ok(&paren.expr),
        Expr::Group(group) => inside_ok(&group.expr),
        _ => None,
    }
}

/// Whether the tail of a `Result` can be an `Err`.
pub(crate) fn tail_can_fail(expr: &Expr) -> bool {
    inside_ok(expr).is_none_or(can_fail)
}
