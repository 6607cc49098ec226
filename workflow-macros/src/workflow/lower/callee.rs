//! The functions that pure expressions call: a step among them has lost its `.await`, which rustc says best before the call.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprPath, Ident};

use super::{at, mixed};

/// The runtime knows functions with so many arguments.
const MOST_ARGUMENTS: usize = 8;

/// `function`, asked for before it is called with `count` arguments; `None` where it can be no step. `generic` says that
/// the workflow has type parameters.
pub(super) fn asked(rt: &TokenStream, function: &ExprPath, count: usize, generic: bool) -> Option<Expr> {
    let names_function = function.path.segments.iter().all(|segment| begins_low(&segment.ident));
    if function.qself.is_some() || !names_function || count > MOST_ARGUMENTS {
        return None;
    }
    let name = function.path.segments.last()?.ident.span();
    let rt = at(name, rt.clone());
    let kind = Ident::new(if generic { "Anything" } else { "Values" }, mixed(name));
    let holes = vec![quote!(_); count];
    let holes = quote!((#(#holes,)*));
    let function = quote_spanned!(mixed(name)=> #rt::callee::<_, #holes, _>(#function));
    Some(Expr::Verbatim(quote_spanned!(mixed(name)=> #rt::at_once::<#rt::#kind, _, #holes, _>(#function))))
}

/// Functions and modules do, types do not.
fn begins_low(name: &Ident) -> bool {
    name.to_string().trim_start_matches("r#").starts_with(|first: char| first == '_' || first.is_lowercase())
}
