//! The functions that pure expressions call: a step among them has lost its `.await`, which rustc says best before the call.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprPath, Ident};

use super::with_span;

/// The runtime knows functions with so many arguments.
const MOST_ARGUMENTS: usize = 8;

/// `function`, asked for before it is called with `count` arguments; `None` where it can be no step. `generic` says that
/// the workflow has type parameters.
pub(super) fn asked(rt: &TokenStream, function: &ExprPath, count: usize, generic: bool) -> Option<Expr> {
    let names_function = function.path.segments.iter().all(|segment| begins_low(&segment.ident));
    if function.qself.is_some() || !names_function || count > MOST_ARGUMENTS {
        return None;
    }
    // To rustc all of it is the user's code, from where the path begins: what it says about the call is then about that.
    let begin = function.path.segments.first()?.ident.span();
    let name = function.path.segments.last()?.ident.span();
    let (rt, rt_inside) = (with_span(begin, rt.clone()), with_span(name, rt.clone()));
    let kind = Ident::new(if generic { "Anything" } else { "Values" }, name);
    let holes = vec![quote!(_); count];
    let holes = quote!((#(#holes,)*));
    let function = quote_spanned!(name=> #rt_inside::callee::<_, #holes, _>(#function));
    Some(Expr::Verbatim(quote_spanned!(name=> #rt::at_once::<#rt_inside::#kind, _, #holes, _>(#function))))
}

/// Functions and modules do, types do not.
fn begins_low(name: &Ident) -> bool {
    name.to_string().trim_start_matches("r#").starts_with(|first: char| first == '_' || first.is_lowercase())
}
