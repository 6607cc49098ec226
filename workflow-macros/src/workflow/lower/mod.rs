//! From a flow to calls of the builder.

mod bindings;
mod block;
mod choice;
mod expression;
mod groups;
mod mentions;
mod node;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Pat};

pub(super) use self::choice::label;
pub(super) use self::mentions::in_tokens as names_in;
use self::scope::{Group, Scope};
use super::aliases::Aliases;
use super::flow::Flow;
use super::signature::Input;

/// The state of the lowering.
pub(crate) struct Lowering<'l> {
    /// The module with everything that generated code may name.
    pub(crate) rt: &'l TokenStream,
    /// The short names of the awaited paths.
    pub(crate) aliases: &'l Aliases,
    /// The error type of the workflow.
    pub(crate) error: &'l TokenStream,
    scope: Scope,
    groups: usize,
    /// The steps of the nodes before this place, by node name; inner scopes last.
    steps: Vec<BTreeMap<String, TokenStream>>,
}

/// A name that the macro invents: no name of the user can meet it.
pub(super) fn local(name: &str, at: Span) -> Ident {
    Ident::new(name, mixed(at))
}

/// The place of the user's token, with names resolved where the macro is defined.
pub(crate) fn mixed(at: Span) -> Span {
    at.resolved_at(Span::mixed_site())
}

impl<'l> Lowering<'l> {
    pub(crate) fn new(rt: &'l TokenStream, aliases: &'l Aliases, error: &'l TokenStream) -> Self {
        Self { rt, aliases, error, scope: Scope::default(), groups: 0, steps: Vec::new() }
    }

    /// The statements that build the whole workflow, ending in a `Given`.
    pub(crate) fn workflow(&mut self, inputs: &[Input], flow: &Flow) -> TokenStream {
        let mentioned = mentions::in_flow(flow);
        let handle = local("__input", Span::call_site());
        let mut members = Vec::new();
        let mut opened = TokenStream::new();
        let mut patterns = Vec::new();
        let mut unused = TokenStream::new();
        for (index, Input { pat, ty }) in inputs.iter().enumerate() {
            match super::patterns::only_name(pat) {
                Some(name) => {
                    members.push(Some(name.clone()));
                    if !mentioned.contains(&name.to_string()) {
                        // Only for rustc's own warning about a parameter that nobody uses.
                        unused.extend(quote!(let _ = |#name: #ty| {};));
                    }
                }
                None => {
                    members.push(None);
                    patterns.push((index, pat));
                }
            }
        }
        self.scope.push();
        let arity = members.len();
        let group = Group::tuple(handle.clone(), members);
        self.scope.add_group(&group);
        for (index, pat) in patterns {
            opened.extend(self.open_input(&handle, arity, index, pat, &mentioned));
        }
        let shadows = group.shadows();
        let body = self.block(flow, &local("__out", Span::call_site()));
        self.scope.pop();
        quote!(#unused #shadows #opened #body)
    }

    /// A parameter that is a pattern becomes a group of its own.
    fn open_input(
        &mut self,
        handle: &Ident,
        arity: usize,
        index: usize,
        pat: &Pat,
        mentioned: &BTreeSet<String>,
    ) -> TokenStream {
        let at = syn::spanned::Spanned::span(pat);
        let (part, env) = (local("__part", at), local("__env", at));
        let holes = (0..arity).map(|at| if at == index { quote!(#part) } else { quote!(_) });
        let rt = self.rt;
        let part = quote_spanned!(mixed(at)=> {
            let (#(#holes,)*) = #env.get(#handle);
            #rt::Held(#part).cloned()
        });
        let field = index.to_string();
        let reads = quote!(#handle.at(#field));
        self.open_pattern(pat, None, &part, &reads, false, true, mentioned)
    }

    fn fresh_group(&mut self, at: Span) -> Ident {
        self.groups += 1;
        let name = format_ident!("__g{}", self.groups);
        Ident::new(&name.to_string(), mixed(at))
    }
}
