//! The items that stand for a workflow.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Ident};

use super::aliases::{Aliases, mentioned};
use super::flow::walk::{Visitor, walk_flow, walk_node};
use super::flow::{Flow, Kind, Node};
use super::lower::{Lowering, at, local};
use super::options::Options;
use super::saga::{Saga, Summary};
use super::signature::Head;
use super::{items, outline};
use crate::duration;

/// A workflow in which no mistake was found.
pub(crate) struct Valid<'v> {
    pub(crate) head: &'v Head,
    pub(crate) options: &'v Options,
    pub(crate) flow: &'v Flow,
    /// Items written at the top of the block, which the whole block can name.
    pub(crate) nested: &'v [syn::Item],
}

/// All items of the workflow.
pub(crate) fn expand(workflow: &Valid<'_>) -> TokenStream {
    let Valid { head, options, flow, nested } = workflow;
    let runtime = options.crate_path.runtime();
    let public = items::public(head, &runtime, &outline::lines(flow));
    // Inside the constant the module has a short name, so that the expansion stays readable.
    let rt = local("__rt", Span::call_site()).into_token_stream();
    let aliases = Aliases::collect(flow, &head.generics);
    let definitions = aliases.definitions();
    let (alias, error) = error_type(head, &rt);

    let ty = head.ty();
    let (generics, _, bounds) = head.generics.split_for_impl();
    let saga = Saga { rt: &rt, aliases: &aliases };
    let summary = Summary::of(flow, &aliases).impls(head, &rt);
    let check = saga.check(flow);
    let signature = items::signature(head, &rt);
    let workflow_impl = workflow_impl(head, options, &rt);
    let signals = signals(flow, head, &rt);

    let container = format_ident!("__C", span = Span::mixed_site());
    let wide = with_container(&head.generics, &container, &rt, &aliases);
    let (wide_generics, _, wide_bounds) = wide.split_for_impl();
    let build = Lowering::new(&rt, &aliases, &error, head).workflow(&head.inputs, flow);
    let (b, input, out) =
        (local("__b", Span::call_site()), local("__input", Span::call_site()), local("__out", Span::call_site()));
    let shared = &head.shared;
    quote! {
        #public
        #(#shared)*
        #[allow(
            dead_code, type_alias_bounds, unreachable_code, unused_braces, unused_parens,
            clippy::borrow_deref_ref, clippy::diverging_sub_expression, clippy::double_parens,
            clippy::explicit_auto_deref, clippy::ignored_unit_patterns, clippy::let_and_return, clippy::let_unit_value,
            clippy::needless_question_mark, clippy::needless_return, clippy::redundant_closure,
            clippy::shadow_unrelated, clippy::too_many_lines, clippy::type_complexity, clippy::unit_arg,
            clippy::unnecessary_wraps, clippy::unused_unit
        )]
        const _: () = {
            use #runtime as #rt;
            #(#nested)*
            #definitions
            #alias
            #signature
            #workflow_impl
            #summary
            #signals
            impl #wide_generics #rt::RunsOn<#container> for #ty #wide_bounds {
                fn runnable() -> #rt::Runnable<#container> {
                    #rt::Runnable::workflow::<Self>(|#b, #input, #out| { #build })
                }
            }
            fn __saga #generics () #bounds {
                #check
            }
        };
    }
}

/// The error type of the workflow, under a name of its own: the definition, and the name.
fn error_type(head: &Head, rt: &TokenStream) -> (TokenStream, TokenStream) {
    let ty = &head.output;
    let params = mentioned(&head.generics, quote!(#ty));
    let names = params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let (with, using) = if params.is_empty() {
        (TokenStream::new(), TokenStream::new())
    } else {
        (quote!(<#(#params),*>), quote!(<#(#names),*>))
    };
    let name = format_ident!("__Error", span = Span::mixed_site());
    let results = at(ty.span(), quote!(#rt::Results));
    (quote!(type #name #with = <#ty as #results>::Error;), quote!(#name #using))
}

/// The workflow's generics, those of the container, and what the container has to lend.
fn with_container(generics: &Generics, container: &Ident, rt: &TokenStream, aliases: &Aliases) -> Generics {
    let mut wide = generics.clone();
    wide.params.push(syn::parse_quote!(#container: #rt::Container));
    let bounds = wide.make_where_clause();
    for step in aliases.all() {
        bounds.predicates.push(syn::parse_quote!(#step: #rt::RunsOn<#container>));
    }
    wide
}

pub(crate) fn workflow_impl(head: &Head, options: &Options, rt: &TokenStream) -> TokenStream {
    let ty = head.ty();
    let name = head.name.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let (generics, _, bounds) = head.generics.split_for_impl();
    let timeout = options.timeout.map(|timeout| {
        let millis = duration::millis(timeout);
        quote!(.timeout(#millis))
    });
    let version = options.version.map(|version| quote!(.version(#version)));
    quote! {
        impl #generics #rt::Workflow for #ty #bounds {
            const INFO: #rt::WorkflowInfo = #rt::WorkflowInfo::new(#name) #version #timeout;
            fn programs() -> &'static #rt::Programs {
                static PROGRAMS: #rt::Programs = #rt::Programs::new();
                &PROGRAMS
            }
        }
    }
}

/// `Accepts<S>` for each type of signal.
fn signals(flow: &Flow, head: &Head, rt: &TokenStream) -> TokenStream {
    #[derive(Default)]
    struct Signals {
        seen: BTreeSet<String>,
        types: Vec<syn::Type>,
    }
    impl Visitor for Signals {
        fn node(&mut self, node: &Node) {
            if let Kind::Signal { ty, .. } = &node.kind
                && self.seen.insert(quote!(#ty).to_string())
            {
                self.types.push(ty.clone());
            }
            walk_node(self, node);
        }
    }
    let mut signals = Signals::default();
    walk_flow(&mut signals, flow);
    let ty = head.ty();
    let (generics, _, bounds) = head.generics.split_for_impl();
    let types = signals.types;
    quote!(#(impl #generics #rt::Accepts<#types> for #ty #bounds {})*)
}
