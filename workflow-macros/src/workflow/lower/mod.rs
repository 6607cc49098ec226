//! From a flow to calls of the builder.

mod bindings;
mod block;
mod callee;
mod choice;
mod expression;
mod groups;
mod mentions;
mod node;
mod rewrite;
mod scope;
mod visit;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group as TokenGroup, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Pat};

pub(super) use self::mentions::in_tokens as names_in;
use self::scope::{Group, Scope};
use super::aliases::Aliases;
use super::flow::Flow;
use super::signature::{Head, Input};

/// The state of the lowering.
pub(crate) struct Lowering<'l> {
    /// The module with everything that generated code may name.
    pub(crate) rt: &'l TokenStream,
    /// The short names of the awaited paths.
    pub(crate) aliases: &'l Aliases,
    /// The error type of the workflow.
    error: &'l TokenStream,
    /// The place of the return type.
    returned: Span,
    /// Whether the workflow has type parameters.
    generic: bool,
    scope: Scope,
    groups: usize,
    /// The steps of the nodes before this place, by node name; inner scopes last.
    steps: Vec<BTreeMap<String, TokenStream>>,
}

/// A name that the macro invents: no name of the user can meet it.
pub(super) fn local(name: &str, at: Span) -> Ident {
    Ident::new(name, mixed(at))
}

/// The same tokens, all of them at one place of the user's code.
pub(super) fn at(place: Span, tokens: TokenStream) -> TokenStream {
    with_span(mixed(place), tokens)
}

fn with_span(span: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut moved = TokenGroup::new(group.delimiter(), with_span(span, group.stream()));
            moved.set_span(span);
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(span);
            token
        }
    });
    moved.collect()
}

/// Where an expression begins and ends.
pub(super) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut tokens = tokens.clone().into_iter();
    let first = tokens.next();
    let begin = first.as_ref().map_or_else(Span::call_site, |token| match token {
        TokenTree::Group(group) => group.span_open(),
        token => token.span(),
    });
    let end = tokens.last().or(first).map_or(begin, |token| match token {
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    });
    (begin, end)
}

/// See [`Lowering::held`]. To rustc this is the user's code, so that what it would add to it is added in the right place.
pub(super) fn held(rt: &TokenStream, reference: &TokenStream, begin: Span, end: Span) -> TokenStream {
    let rt = with_span(begin, rt.clone());
    let head = quote_spanned!(begin=> #rt::Held(#reference));
    quote_spanned!(end=> #head.cloned())
}

/// The place of the user's token, with names resolved where the macro is defined.
pub(crate) fn mixed(at: Span) -> Span {
    at.resolved_at(Span::mixed_site())
}

/// `method(arguments)` at the user's token, also for `#[track_caller]`, which looks at the parentheses too.
pub(super) fn located(method: &str, at: Span, arguments: TokenStream) -> TokenStream {
    let method = Ident::new(method, at);
    let mut arguments = TokenGroup::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(at);
    quote!(#method #arguments)
}

impl<'l> Lowering<'l> {
    pub(crate) fn new(rt: &'l TokenStream, aliases: &'l Aliases, error: &'l TokenStream, head: &Head) -> Self {
        let generic = head.generics.type_params().next().is_some();
        Self {
            rt,
            aliases,
            error,
            returned: head.output.span(),
            generic,
            scope: Scope::default(),
            groups: 0,
            steps: Vec::new(),
        }
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
        let at = pat.span();
        let (part, env) = (local("__part", at), local("__env", at));
        let holes = (0..arity).map(|at| if at == index { quote!(#part) } else { quote!(_) });
        let clone = self.held(&quote!(#part), at, at);
        let part = quote_spanned!(mixed(at)=> {
            let (#(#holes,)*) = #env.get(#handle);
            #clone
        });
        let field = index.to_string();
        let reads = quote!(#handle.at(#field));
        self.open_pattern(pat, None, &part, &reads, false, true, mentioned)
    }

    /// `-> Result<_, Error>`, the return type of a closure that can fail.
    fn fallible(&self) -> TokenStream {
        let error = at(self.returned, self.error.clone());
        quote_spanned!(mixed(self.returned)=> -> ::core::result::Result<_, #error>)
    }

    /// A clone of what `reference` leads to, which stands for the user's code from `begin` to `end`.
    fn held(&self, reference: &TokenStream, begin: Span, end: Span) -> TokenStream {
        held(self.rt, reference, begin, end)
    }

    fn fresh_group(&mut self, at: Span) -> Ident {
        self.groups += 1;
        let name = format_ident!("__g{}", self.groups);
        Ident::new(&name.to_string(), mixed(at))
    }
}
