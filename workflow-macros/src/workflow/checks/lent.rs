//! Methods of strings and slices that give a part of them. What gives `&T` is not known by its name, and rustc words it
//! well; of `&str` it would speak as of lifetimes in `Deserialize`, and of the whole block.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Expr, ExprMethodCall, GenericArgument, Ident, Type};

use crate::step::borrow_in;
use crate::workflow::lower::names_in;

/// What gives a borrow, and how to own what it gives.
pub(super) struct Lent<'e> {
    pub(super) by: &'e Ident,
    pub(super) how: String,
}

/// Whether the value of `expr`, declared as `ty`, is a part of a string or slice. A declared type that leaves nothing
/// open decides: then rustc compares the two.
pub(super) fn lent<'e>(expr: &'e Expr, ty: Option<&Type>) -> Option<Lent<'e>> {
    if let Some(ty) = ty
        && !is_open(ty)
    {
        return None;
    }
    match expr {
        Expr::Try(question) => lent(&question.expr, ty),
        Expr::MethodCall(call) if is_one_of(call, &UNWRAP) => lent(&call.receiver, ty),
        Expr::MethodCall(call) if is_one_of(call, &PART) && call.args.is_empty() => {
            let by = &call.method;
            Some(Lent { by, how: format!(".{by}().to_owned()") })
        }
        Expr::MethodCall(call) if is_one_of(call, &SOME_PART) && takes_text(call) => Some(mapped(&call.method)),
        Expr::MethodCall(call) if call.method == "collect" => {
            let target = call.turbofish.as_ref().and_then(|it| it.args.first());
            let open = match target {
                Some(GenericArgument::Type(target)) => is_open(target) || borrow_in(target).is_some(),
                _ => ty.is_some(),
            };
            if open { parts(&call.receiver) } else { None }
        }
        Expr::MethodCall(call) if is_one_of(call, &ONE_OF) => parts(&call.receiver),
        _ => None,
    }
}

const PART: [&str; 7] = ["as_str", "as_bytes", "as_slice", "as_deref", "trim", "trim_start", "trim_end"];
const SOME_PART: [&str; 2] = ["strip_prefix", "strip_suffix"];
const UNWRAP: [&str; 6] = ["unwrap", "expect", "unwrap_or", "unwrap_or_default", "ok_or", "ok_or_else"];
const ONE_OF: [&str; 4] = ["next", "next_back", "last", "nth"];
const CHOOSE: [&str; 7] = ["filter", "rev", "skip", "skip_while", "step_by", "take", "take_while"];
const WORDS: [&str; 3] = ["lines", "split_whitespace", "split_ascii_whitespace"];
const SPLIT: [&str; 5] = ["split", "rsplit", "splitn", "rsplitn", "split_terminator"];

/// An iterator over parts of a string that nothing has mapped.
fn parts(iterator: &Expr) -> Option<Lent<'_>> {
    match iterator {
        Expr::MethodCall(call) if is_one_of(call, &CHOOSE) => parts(&call.receiver),
        Expr::MethodCall(call) if is_one_of(call, &WORDS) && call.args.is_empty() => Some(mapped(&call.method)),
        Expr::MethodCall(call) if is_one_of(call, &SPLIT) && takes_text(call) => Some(mapped(&call.method)),
        _ => None,
    }
}

fn mapped(by: &Ident) -> Lent<'_> {
    let arguments = if WORDS.iter().any(|name| by == name) { "" } else { ".." };
    Lent { by, how: format!(".{by}({arguments}).map(str::to_owned)") }
}

fn is_one_of(call: &ExprMethodCall, names: &[&str]) -> bool {
    names.iter().any(|name| call.method == name)
}

/// Whether it is given a string or character, as only the methods of strings are.
fn takes_text(call: &ExprMethodCall) -> bool {
    call.args.iter().any(|arg| matches!(arg, Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_) | syn::Lit::Char(_), .. })))
}

/// Whether the type leaves something to rustc.
fn is_open(ty: &Type) -> bool {
    let mut names = BTreeSet::new();
    names_in(ty.to_token_stream(), &mut names);
    names.contains("_")
}
