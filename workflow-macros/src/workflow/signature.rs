//! The signature of a workflow, validated.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, GenericParam, Generics, Ident, Pat, ReturnType, Safety, Signature, Type, Visibility};

use crate::diagnostics::Diagnostics;
use crate::no_result::is_no_result;
use crate::step::unbounded;

/// What stands around the block of a workflow.
#[derive(Clone)]
pub(crate) struct Head {
    /// The doc comments.
    pub(crate) docs: Vec<Attribute>,
    /// `#[allow]`, `#[cfg]` and the like, which go on every generated item.
    pub(crate) shared: Vec<Attribute>,
    /// All other attributes, which go on the function.
    pub(crate) own: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) inputs: Vec<Input>,
    pub(crate) output: Type,
    /// Whether the signature names a return type that can be a `Result`.
    pub(crate) returns_result: bool,
    /// Whether the types of the signature can stand in a stub.
    pub(crate) typed: bool,
}

/// One owned parameter.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
}

impl Head {
    /// Checks what is written before the block. The result is fit for a stub even after mistakes.
    pub(crate) fn read(
        attrs: &[Attribute],
        vis: &Visibility,
        signature: &Signature,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        refuse_modifiers(signature, diagnostics);
        let mut found = Diagnostics::default();
        let output = output(signature, &mut found);
        let returns_result = found.is_empty();
        let inputs = inputs(signature, &mut found);
        for param in &signature.generics.params {
            if let GenericParam::Lifetime(lifetime) = param {
                found.error(
                    lifetime,
                    "a workflow cannot have lifetime parameters: its values are recorded, so they are owned",
                    "take owned data, such as `String` instead of `&'a str`",
                );
            }
        }
        let typed = found.is_empty();
        diagnostics.absorb(found);
        let (mut docs, mut shared, mut own) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("step")) {
            let help = "leave it out: a workflow is awaited as a step is; `retry` and `timeout` belong on its steps";
            diagnostics.error(attr.path(), "a workflow is no step", help);
        }
        for attr in attrs.iter().filter(|attr| !attr.path().is_ident("workflow") && !attr.path().is_ident("step")) {
            let list = match attr.path().get_ident().map(ToString::to_string).as_deref() {
                Some("doc") => &mut docs,
                Some("allow" | "warn" | "deny" | "forbid" | "cfg" | "cfg_attr") => &mut shared,
                _ => &mut own,
            };
            list.push(attr.clone());
        }
        Self {
            docs,
            shared,
            own,
            vis: vis.clone(),
            name: signature.ident.clone(),
            generics: signature.generics.clone(),
            inputs,
            output,
            returns_result,
            typed,
        }
    }

    /// A type parameter that is data itself says so. Where it does not, the stub says it, and complains no more.
    pub(crate) fn bound_data(&mut self, rt: &TokenStream, diagnostics: &mut Diagnostics) {
        let data = self.inputs.iter().map(|input| &input.ty).collect();
        for ident in unbounded(&self.generics, data, Some(&self.output), diagnostics) {
            self.generics.make_where_clause().predicates.push(syn::parse_quote!(#ident: #rt::Data));
        }
    }

    /// Removes the lifetime parameters, and says whether there were any.
    pub(crate) fn drop_lifetimes(&mut self) -> bool {
        let before = self.generics.params.len();
        let kept = self.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_))).cloned();
        self.generics.params = kept.collect();
        self.generics.params.len() < before
    }

    /// The type of the workflow, with its generic arguments.
    pub(crate) fn ty(&self) -> TokenStream {
        let name = &self.name;
        let (_, arguments, _) = self.generics.split_for_impl();
        quote!(#name #arguments)
    }
}

fn refuse_modifiers(signature: &Signature, diagnostics: &mut Diagnostics) {
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        diagnostics.error(
            signature.fn_token,
            format!("the workflow `{name}` is not `async`"),
            format!("write `async fn {name}(..)`"),
        );
    }
    if let Some(token) = &signature.constness {
        diagnostics.error(token, "a workflow cannot be `const`", "remove `const`");
    }
    if !matches!(signature.safety, Safety::Default) {
        diagnostics.error(
            &signature.safety,
            "a workflow cannot be `unsafe`",
            "do it inside a step that is safe to call",
        );
    }
    if let Some(abi) = &signature.abi {
        diagnostics.error(abi, "a workflow has no ABI of its own", "remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        diagnostics.error(variadic, "a workflow cannot be variadic", "take a `Vec`");
    }
}

fn inputs(signature: &Signature, diagnostics: &mut Diagnostics) -> Vec<Input> {
    let mut inputs = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => diagnostics.error(
                receiver,
                "a workflow is a free function and cannot take `self`",
                "take the data that it needs as owned parameters; services are borrowed by its steps",
            ),
            FnArg::Typed(typed) => {
                match &*typed.ty {
                    // A lifetime parameter is reported where it is declared.
                    Type::Reference(reference) if declared(&reference.lifetime, signature) => {}
                    Type::Reference(reference) => diagnostics.error(
                        reference,
                        "a workflow borrows nothing: its inputs are recorded, so they are owned",
                        "take the value itself; a service such as `&Inventory` belongs in the steps that use it",
                    ),
                    Type::ImplTrait(ty) => diagnostics.error(
                        ty,
                        "the input of a workflow is recorded, so its type has a name",
                        "write a generic parameter, `fn import<T: Entity>(item: T)`",
                    ),
                    _ => {}
                }
                if let Some(attr) = typed.attrs.first() {
                    diagnostics.error(attr, "a parameter of a workflow takes no attribute", "remove it");
                }
                inputs.push(Input { pat: (*typed.pat).clone(), ty: (*typed.ty).clone() });
            }
        }
    }
    inputs
}

fn declared(lifetime: &Option<syn::Lifetime>, signature: &Signature) -> bool {
    lifetime
        .as_ref()
        .is_some_and(|used| signature.generics.lifetimes().any(|declared| declared.lifetime.ident == used.ident))
}

fn output(signature: &Signature, diagnostics: &mut Diagnostics) -> Type {
    match &signature.output {
        ReturnType::Type(_, ty) => {
            if let Type::ImplTrait(opaque) = &**ty {
                diagnostics.error(
                    opaque,
                    "the result of a workflow is recorded, so its type has a name",
                    "return `Result<T>`",
                );
            }
            if is_no_result(ty) {
                let name = super::text::of(quote!(#ty));
                diagnostics.error(
                    ty,
                    format!("a workflow returns a `Result`, not `{name}`: any step in it can fail"),
                    format!("write `Result<{name}>` and end with `Ok(..)`"),
                );
                return syn::parse_quote!(::core::result::Result<#ty, ::core::convert::Infallible>);
            }
            (**ty).clone()
        }
        ReturnType::Default => {
            let name = &signature.ident;
            diagnostics.error(
                name,
                format!("the workflow `{name}` returns nothing, but any step in it can fail"),
                format!("write `async fn {name}(..) -> Result<()>` and end with `Ok(())`"),
            );
            syn::parse_quote_spanned!(name.span().resolved_at(proc_macro2::Span::mixed_site())=> ::core::result::Result<(), ::core::convert::Infallible>)
        }
    }
}
