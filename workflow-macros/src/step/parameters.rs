//! Parameters: owned ones are data, borrowed ones are services, `&StepContext` is lent by the engine.

use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::visit_mut::VisitMut;
use syn::{FnArg, Pat, Type, TypeReference};

use super::types::{MakeStatic, bare, borrow_in, impl_trait_in};
use crate::diagnostics::{Diagnostics, mistake};

/// One parameter of a step, in the order of the signature.
pub(crate) enum Parameter {
    /// Recorded and type-checked along the graph.
    Data { name: Ident, ty: Box<Type> },
    /// Lent by the container; the type behind the `&`.
    Service(Box<Type>),
    /// Lent by the engine.
    Context,
}

/// Reads one parameter; `None` for `self`. A mistake is reported, and the parameter guessed so that callers still fit.
pub(crate) fn read(argument: &FnArg, place: usize, sink: &mut Diagnostics) -> Option<Parameter> {
    let typed = match argument {
        FnArg::Receiver(receiver) => {
            sink.error(
                receiver,
                "a step takes no `self`: it is found by its name, and services are lent to it",
                "make it a free function that borrows what `self` was for: `async fn name(data: Data, service: &Service)`",
            );
            return None;
        }
        FnArg::Typed(typed) => typed,
    };
    let name = name(&typed.pat, place);
    match bare(&typed.ty) {
        Type::Reference(reference) => Some(borrowed(reference, &name, sink)),
        ty if is_context(ty) => {
            let help = format!("write `{name}: &{}`", tidy(ty));
            sink.error(ty, "the step's context is lent by the engine, not owned", help);
            Some(Parameter::Context)
        }
        ty => {
            if let Err(error) = owned(ty, &name) {
                sink.push(error);
            }
            Some(Parameter::Data { name, ty: Box::new(ty.clone()) })
        }
    }
}

fn borrowed(reference: &TypeReference, name: &Ident, sink: &mut Diagnostics) -> Parameter {
    let service = bare(&reference.elem);
    if reference.mutability.is_some() {
        let shown = tidy(service);
        let help = if is_context(service) {
            format!("write `{name}: &{shown}`")
        } else {
            format!(
                "for a service write `{name}: &{shown}` and keep what changes behind a `Mutex` inside it; for data write \
                 `mut {name}: {shown}`"
            )
        };
        sink.error(
            reference,
            format!("`{name}` is borrowed mutably, but services are shared by all running steps"),
            help,
        );
    } else if let Some(found) = impl_trait_in(service) {
        let help = format!("name the type, or lend a trait object: `{name}: &dyn Trait`");
        sink.error(found, format!("the service `{name}` has no type of its own to ask the container for"), help);
    }
    if is_context(service) {
        return Parameter::Context;
    }
    let mut service = service.clone();
    MakeStatic.visit_type_mut(&mut service);
    Parameter::Service(Box::new(service))
}

fn owned(ty: &Type, name: &Ident) -> syn::Result<()> {
    if let Some(found) = impl_trait_in(ty) {
        let help = format!("name the type, or make it a generic parameter: `async fn name<T: Trait>({name}: T)`");
        return Err(mistake(found, format!("the data `{name}` has no type of its own that could be recorded"), help));
    }
    if let Some(found) = borrow_in(ty) {
        let help = "own everything inside it: `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`";
        return Err(mistake(found, format!("the data `{name}` contains a borrow, which cannot be recorded"), help));
    }
    Ok(())
}

/// The user's name for a parameter, or one made for a pattern.
fn name(pattern: &Pat, place: usize) -> Ident {
    match pattern {
        Pat::Ident(binding) => binding.ident.clone(),
        pattern => {
            let span = syn::spanned::Spanned::span(pattern);
            format_ident!("__argument{place}", span = span)
        }
    }
}

/// `&StepContext`, also by a path or through an alias of the module.
fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "StepContext"),
        _ => false,
    }
}

/// A type as a person writes it.
pub(crate) fn tidy(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [(" :: ", "::"), (" < ", "<"), (" >", ">"), ("& ", "&"), (" ,", ","), (":: ", "::")] {
        text = text.replace(spaced, tight);
    }
    text
}
