//! The stub of a workflow with mistakes: the same type and signature, so that the rest of the crate goes on compiling.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Type;

use super::expand::workflow_impl;
use super::items;
use super::options::Options;
use super::saga;
use super::signature::{Head, Input};

/// The items of a workflow that nobody can run.
pub(crate) fn stub(head: &Head, options: &Options) -> TokenStream {
    let rt = options.crate_path.runtime();
    let Head { vis, name, own, shared, .. } = head;
    let mut head_without_lifetimes = head.clone();
    let lifetimes = head_without_lifetimes.drop_lifetimes();
    let declared = items::declaration(head);
    let ty = head_without_lifetimes.ty();
    let (generics, _, bounds) = head_without_lifetimes.generics.split_for_impl();
    let (function_generics, _, _) = head.generics.split_for_impl();
    let parameters = items::parameters(&head.inputs);
    let (names, types): (Vec<_>, Vec<_>) = parameters.into_iter().unzip();
    let owned: Vec<Input> = head.inputs.iter().map(recordable).collect();
    let unnameable = lifetimes || matches!(head.output, Type::ImplTrait(_));
    let output =
        if unnameable { syn::parse_quote!(::core::result::Result<(), #rt::StepError>) } else { head.output.clone() };
    let recorded = Head { inputs: owned, output, ..head_without_lifetimes.clone() };
    let signature = items::signature(&recorded, &rt);
    let workflow = workflow_impl(&head_without_lifetimes, options, &rt);
    let container = format_ident!("__C", span = Span::mixed_site());
    let mut wide = head_without_lifetimes.generics.clone();
    wide.params.push(syn::parse_quote!(#container: #rt::Container));
    let (wide_generics, _, _) = wide.split_for_impl();
    let signal = format_ident!("__S", span = Span::mixed_site());
    let mut signals = head_without_lifetimes.generics.clone();
    signals.params.push(syn::parse_quote!(#signal));
    let (signal_generics, _, _) = signals.split_for_impl();
    let saga = saga::Summary::of_stub().impls(&head_without_lifetimes, &rt);
    // Types that cannot be recorded cannot be asked for either.
    let args = if head.typed {
        quote!(__args(#(#names: #types),*))
    } else {
        let any: Vec<_> = (0..names.len()).map(|index| format_ident!("__A{index}")).collect();
        quote!(__args<#(#any),*>(#(#names: #any),*))
    };
    let never = quote!(::core::panic!("this workflow does not compile"));
    quote! {
        #(#shared)*
        #[allow(non_camel_case_types, missing_docs)]
        #vis struct #declared
        #(#shared)*
        #(#own)*
        #[allow(unused_variables, missing_docs, clippy::too_many_arguments)]
        #vis fn #name #function_generics (#(#names: #types),*) -> #rt::Invocation<#ty> #bounds {
            #never
        }
        #(#shared)*
        #[allow(missing_docs)]
        impl #generics #ty #bounds {
            #vis fn graph() -> #rt::Graph {
                #never
            }
            #[doc(hidden)]
            #[allow(unused_variables, clippy::too_many_arguments)]
            #vis fn #args -> <Self as #rt::Callable>::Input {
                #never
            }
        }
        #(#shared)*
        #[allow(type_alias_bounds, dead_code)]
        const _: () = {
            #signature
            #workflow
            #saga
            impl #wide_generics #rt::RunsOn<#container> for #ty #bounds {
                fn runnable() -> #rt::Runnable<#container> {
                    #never
                }
            }
            impl #signal_generics #rt::Accepts<#signal> for #ty #bounds {}
        };
    }
}

/// The input as it could be recorded; what cannot was refused already, and one error is enough.
fn recordable(input: &Input) -> Input {
    let ty = match &input.ty {
        Type::Reference(_) | Type::ImplTrait(_) => syn::parse_quote!(()),
        other => other.clone(),
    };
    Input { pat: input.pat.clone(), ty }
}
