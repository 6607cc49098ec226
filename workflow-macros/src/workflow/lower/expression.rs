//! Pure expressions, each the body of a closure.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

use super::rewrite::Rewrite;
use super::{Lowering, local};

/// A pure expression, lowered.
pub(crate) struct Lowered {
    /// `let`s that fetch the bindings.
    pub(crate) fetch: TokenStream,
    /// The expression.
    pub(crate) expr: TokenStream,
    /// The `Read`s, for the graph's edges.
    pub(crate) reads: TokenStream,
    /// `__env`, or `_` when nothing is fetched.
    pub(crate) env: TokenStream,
}

impl Lowering<'_> {
    /// An expression whose value moves on: an argument, an initialiser, a tail.
    pub(super) fn moving(&self, expr: &Expr) -> Lowered {
        self.lower(|rewrite| {
            let mut expr = expr.clone();
            rewrite.take(&mut expr);
            // Where it is written, behind a `let`, `match x { .. } + 1` is one expression; at the end of a block it is two.
            if begins_with_a_block(&expr) { quote!((#expr)) } else { expr.into_token_stream() }
        })
    }

    /// Rewrites several expressions for one closure.
    pub(super) fn lower(&self, write: impl FnOnce(&mut Rewrite<'_>) -> TokenStream) -> Lowered {
        let mut rewrite = Rewrite::new(&self.scope, self.rt, self.generic);
        let expr = write(&mut rewrite);
        let (fetch, reads) = rewrite.finish();
        let env = if fetch.is_empty() { quote!(_) } else { local("__env", Span::call_site()).into_token_stream() };
        Lowered { fetch, expr, reads, env }
    }
}

/// Whether something follows a block that the expression begins with, as in `if a { 1 } else { 2 } + 3`.
fn begins_with_a_block(expr: &Expr) -> bool {
    let first = match expr {
        Expr::Binary(binary) => &binary.left,
        Expr::Call(call) => &call.func,
        Expr::Cast(cast) => &cast.expr,
        Expr::Field(field) => &field.base,
        Expr::Index(index) => &index.expr,
        Expr::MethodCall(call) => &call.receiver,
        Expr::Try(question) => &question.expr,
        _ => return false,
    };
    matches!(**first, Expr::Block(_) | Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Unsafe(_))
        || begins_with_a_block(first)
}
