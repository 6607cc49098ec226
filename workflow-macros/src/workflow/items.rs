//! What users of a workflow see: the type, the function of the same name, `graph()`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Ident, Type};

use super::signature::{Head, Input};
use super::{patterns, text};

/// The type, the function and `graph()`.
pub(crate) fn public(head: &Head, rt: &TokenStream, outline: &[String]) -> TokenStream {
    let Head { own, vis, name, .. } = head;
    let docs = docs(head, outline);
    let function_docs = function_docs(head);
    let declared = declaration(head);
    let ty = head.ty();
    let (generics, _, bounds) = head.generics.split_for_impl();
    let (names, types): (Vec<Ident>, Vec<&Type>) = parameters(&head.inputs).into_iter().unzip();
    let shared = &head.shared;
    let graph_docs = format!("The graph of `{name}`: nodes, edges, compensations and policies.");
    quote! {
        #(#shared)*
        #(#docs)*
        #[allow(non_camel_case_types)]
        #vis struct #declared
        #(#shared)*
        #(#function_docs)*
        #(#own)*
        #[allow(clippy::too_many_arguments)]
        #vis fn #name #generics (#(#names: #types),*) -> #rt::Invocation<#ty> #bounds {
            #rt::Invocation::new((#(#names,)*))
        }
        #(#shared)*
        impl #generics #ty #bounds {
            #[doc = #graph_docs]
            #[must_use]
            #[allow(dead_code)]
            #vis fn graph() -> #rt::Graph {
                #rt::graph::<Self>()
            }
            #[doc(hidden)]
            #[allow(
                dead_code, missing_docs,
                clippy::too_many_arguments, clippy::must_use_candidate, clippy::unused_unit,
            )]
            #vis fn __args(#(#names: #types),*) -> (#(#types,)*) {
                (#(#names,)*)
            }
        }
    }
}

/// `place_order {}`, or with generics `import<T> { .. }`; braces keep the value namespace for the function.
pub(crate) fn declaration(head: &Head) -> TokenStream {
    let name = &head.name;
    let mut params = Vec::new();
    let mut types = Vec::new();
    for param in &head.generics.params {
        match param {
            GenericParam::Type(param) => {
                params.push(param.ident.to_token_stream());
                types.push(&param.ident);
            }
            GenericParam::Const(param) => {
                let (ident, ty) = (&param.ident, &param.ty);
                params.push(quote!(const #ident: #ty));
            }
            GenericParam::Lifetime(_) => {}
        }
    }
    if params.is_empty() {
        quote!(#name {})
    } else {
        quote!(#name<#(#params),*> { _marker: ::core::marker::PhantomData<fn() -> (#(#types,)*)> })
    }
}

/// The name of each parameter; one that is a pattern gets a name of its own.
pub(crate) fn parameters(inputs: &[Input]) -> Vec<(Ident, &Type)> {
    inputs
        .iter()
        .enumerate()
        .map(|(index, Input { pat, ty })| {
            let name = patterns::only_name(pat).cloned().unwrap_or_else(|| format_ident!("input{index}"));
            (name, ty)
        })
        .collect()
}

/// The types of the signature, from which `Callable` follows. What is wrong with one is told at the type, once.
pub(crate) fn signature(head: &Head, rt: &TokenStream) -> TokenStream {
    let ty = head.ty();
    let output = &head.output;
    let (generics, _, bounds) = head.generics.split_for_impl();
    let count = head.inputs.len();
    let places = 0..count;
    let inputs = head.inputs.iter().map(|input| &input.ty);
    quote! {
        #(
            impl #generics #rt::Parameter<#places> for #ty #bounds {
                type Data = #inputs;
            }
        )*
        impl #generics #rt::Returns for #ty #bounds {
            type Return = #output;
        }
        impl #generics #rt::Signature for #ty #bounds {
            type Shape = #rt::Takes<#count>;
            type Gives = #rt::WorkflowGives;
        }
    }
}

/// The user's documentation, then the outline of the block.
fn docs(head: &Head, outline: &[String]) -> Vec<TokenStream> {
    let mut docs: Vec<TokenStream> = head.docs.iter().map(ToTokens::to_token_stream).collect();
    if docs.is_empty() {
        let summary = format!(" The workflow `{}`.", head.name);
        docs.push(quote!(#[doc = #summary]));
    }
    if !outline.is_empty() {
        let mut lines = vec![String::new(), " # Outline".to_owned(), " ```text".to_owned()];
        let arguments: Vec<String> = parameters(&head.inputs)
            .iter()
            .map(|(name, ty)| format!("{name}: {}", text::of(ty.to_token_stream())))
            .collect();
        lines.push(format!(" {}({})", head.name, arguments.join(", ")));
        lines.extend(outline.iter().map(|line| format!("   {}", line.replace("```", "` ` `"))));
        lines.push(" ```".to_owned());
        docs.extend(lines.iter().map(|line| quote!(#[doc = #line])));
    }
    docs
}

fn function_docs(head: &Head) -> Vec<TokenStream> {
    if head.docs.is_empty() {
        let summary = format!(" Calls the workflow [`{0}`](struct@{0}): run it with `.run(&app)`.", head.name);
        return vec![quote!(#[doc = #summary])];
    }
    head.docs.iter().map(ToTokens::to_token_stream).collect()
}
