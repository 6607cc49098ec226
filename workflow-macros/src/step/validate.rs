//! From the head of a function to a step that can be expanded.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Generics, ReturnType, Safety, Signature, Type, Visibility, parse_quote};

use super::parameters::{self, Parameter, tidy};
use super::parse::Head;
use super::policies::Policies;
use super::types::{bare, borrow_in, impl_trait_in, without_lifetimes};
use crate::diagnostics::Diagnostics;

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
    let returns = returns(&signature, sink);
    if is_method {
        return None;
    }
    let mut generics = without_lifetimes(&signature.generics);
    // The graph keeps the step's type for as long as it likes.
    let types: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    for ident in types {
        generics.make_where_clause().predicates.push(parse_quote!(#ident: 'static));
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
    Some(ty.clone())
}
