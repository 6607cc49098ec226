//! From the head of a function to a step that can be expanded.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    Attribute, GenericArgument, Generics, PathArguments, ReturnType, Safety, Signature, Type, Visibility,
    WherePredicate, parse_quote,
};

use super::parameters::{self, Parameter, tidy};
use super::parse::Head;
use super::policies::Policies;
use super::types::{bare, borrow_in, impl_trait_in, without_lifetimes};
use crate::diagnostics::Diagnostics;
use crate::no_result::is_no_result;

/// A step whose signature says everything that its type has to know.
pub(crate) struct ValidStep {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// Without lifetimes.
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
    /// The declared return type; `None` where there is none that a step could have.
    pub(crate) returns: Option<Type>,
    pub(crate) policies: Policies,
}

/// Reports what a step's signature may not be. `None` where there is no place for the step's type at all.
pub(crate) fn step(head: Head, policies: Policies, sink: &mut Diagnostics) -> Option<ValidStep> {
    let Head { attrs, vis, signature } = head;
    qualifiers(&signature, sink);
    let mut parameters = Vec::new();
    let mut is_method = false;
    for (place, argument) in signature.inputs.iter().enumerate() {
        match parameters::read(argument, place, sink) {
            Some(parameter) => parameters.push(parameter),
            None => is_method = true,
        }
    }
    too_many(&signature, &parameters, sink);
    if let Some(path) = policies.compensate.as_ref().filter(|path| path.is_ident(&signature.ident)) {
        let problem =
            format!("`{}` is its own compensation, but to run a step again does not undo it", signature.ident);
        sink.error(path, problem, "name the step that undoes it, or leave `compensate` out");
    }
    let returns = returns(&signature, sink);
    let data = parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Data { ty, .. } => Some(&**ty),
        _ => None,
    });
    let any = unbounded(&signature.generics, data.collect(), returns.as_ref(), sink);
    if is_method {
        return None;
    }
    let mut generics = without_lifetimes(&signature.generics);
    // The graph keeps the step's type for as long as it likes.
    let types: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    for ident in types {
        generics.make_where_clause().predicates.push(parse_quote!(#ident: 'static));
    }
    // The stub is not to complain about the same.
    let runtime = policies.runtime.runtime();
    for ident in any {
        generics.make_where_clause().predicates.push(parse_quote!(#ident: #runtime::Data));
    }
    let named = |name: &str| attrs.iter().filter(|attr| attr.path().is_ident(name)).cloned().collect();
    let (docs, cfgs) = (named("doc"), named("cfg"));
    Some(ValidStep { docs, cfgs, vis, ident: signature.ident, generics, parameters, returns, policies })
}

/// The runtime has tuples of so many values.
pub(crate) const MOST_VALUES: usize = 12;

fn too_many(signature: &Signature, parameters: &[Parameter], sink: &mut Diagnostics) {
    let mut data = parameters.iter().zip(&signature.inputs).filter(|(it, _)| matches!(it, Parameter::Data { .. }));
    if let Some((_, argument)) = data.nth(MOST_VALUES) {
        let problem = format!("`{}` takes more than {MOST_VALUES} values", signature.ident);
        sink.error(argument, problem, "put values that belong together into one struct");
    }
}

/// A type parameter that is data itself says so: what is wrong with it otherwise shows in three places.
pub(crate) fn unbounded(
    generics: &Generics,
    data: Vec<&Type>,
    returns: Option<&Type>,
    sink: &mut Diagnostics,
) -> Vec<Ident> {
    let mut any = Vec::new();
    let bounded = |ident: &Ident| {
        let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        clause.into_iter().any(|predicate| match predicate {
            WherePredicate::Type(predicate) => is(&predicate.bounded_ty, ident),
            _ => false,
        })
    };
    for param in generics.type_params().filter(|param| param.bounds.is_empty()) {
        let ident = &param.ident;
        let taken = data.iter().any(|ty| is(ty, ident));
        if (taken || returns.is_some_and(|returns| output_is(returns, ident))) && !bounded(ident) {
            let problem = format!("`{ident}` is data, which is recorded, but it may be of any type");
            sink.error(param, problem, format!("write `{ident}: workflow_runtime::Data`"));
            any.push(ident.clone());
        }
    }
    any
}

fn is(ty: &Type, ident: &Ident) -> bool {
    matches!(bare(ty), Type::Path(path) if path.qself.is_none() && path.path.is_ident(ident))
}

/// Whether `returns` is `Result<ident>`.
fn output_is(returns: &Type, ident: &Ident) -> bool {
    let Type::Path(path) = bare(returns) else { return false };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => {
            matches!(arguments.args.first(), Some(GenericArgument::Type(ty)) if is(ty, ident))
        }
        _ => false,
    }
}

fn qualifiers(signature: &Signature, sink: &mut Diagnostics) {
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        sink.error(signature.fn_token, format!("the step `{name}` is not async"), format!("write `async fn {name}`"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        let help = "write a safe function, with the `unsafe` block and its reasons inside";
        sink.error(token, format!("the step `{name}` is unsafe, but workflows call it without asking"), help);
    }
    if let Some(abi) = &signature.abi {
        sink.error(abi, format!("the step `{name}` is `extern`, but a step is an async Rust function"), "leave it out");
    }
}

fn returns(signature: &Signature, sink: &mut Diagnostics) -> Option<Type> {
    let name = &signature.ident;
    let ReturnType::Type(_, ty) = &signature.output else {
        let problem = format!("the step `{name}` returns no `Result`, so it could never fail or be rolled back");
        sink.error(name, problem, "write `-> Result<()>` after the parameters, and `Ok(())` at the end");
        return None;
    };
    let ty = bare(ty);
    if let Some(found) = impl_trait_in(ty) {
        // `-> impl Future` is how a step that is not async looks: one mistake.
        if signature.asyncness.is_some() {
            let help = format!("name the type: `-> Result<Output>` instead of `{}`", tidy(&found));
            sink.error(found, format!("what `{name}` returns has no name under which it could be recorded"), help);
        }
        return None;
    }
    if let Some(found) = borrow_in(ty) {
        let shown = tidy(&found.to_token_stream());
        let problem =
            format!("`{name}` returns a borrow (`{shown}`), but what a step returns outlives what it was lent");
        sink.error(found, problem, "return an owned value: `String` for `&str`, `Vec<T>` for `&[T]`, a clone for `&T`");
        return None;
    }
    if is_no_result(ty) {
        let shown = tidy(&ty.to_token_stream());
        let problem = format!("a step returns a `Result`, not `{shown}`: it could never fail or be rolled back");
        sink.error(ty, problem, format!("write `Result<{shown}>` and end with `Ok(..)`"));
        return Some(parse_quote!(::core::result::Result<#ty, ::core::convert::Infallible>));
    }
    Some(ty.clone())
}
