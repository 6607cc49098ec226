//! `parallel!` and `for`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;
use syn::spanned::Spanned;

use super::expression::Lowered;
use super::{Lowering, at, local, mentions, mixed};
use crate::workflow::flow::{AtMost, Kind, Node};

impl Lowering<'_> {
    /// The group, before `.required()`, `.joined()` or `.handled()`.
    pub(super) fn parallel(&mut self, node: &Node) -> TokenStream {
        let Kind::Parallel { branches } = &node.kind else { return TokenStream::new() };
        let (p, b, out) =
            (local("__p", Span::call_site()), local("__b", Span::call_site()), local("__out", Span::call_site()));
        let mut added = TokenStream::new();
        let mut handles = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let handle = local(&format_ident!("__p{index}").to_string(), Span::call_site());
            let body = self.block(branch, &out);
            added.extend(quote!(let #handle = #p.branch(|#b, #out| { #body });));
            handles.push(handle);
        }
        let builder = self.builder(node);
        let method = Ident::new("parallel", mixed(node.span));
        quote!(#builder.#method(|#p| { #added (#(#handles,)*) }))
    }

    /// The loop, before `.required()` or `.handled()`.
    pub(super) fn looping(&mut self, node: &Node) -> TokenStream {
        let Kind::Loop { pat, items, body, parallel } = &node.kind else { return TokenStream::new() };
        let (b, out) = (local("__b", Span::call_site()), local("__out", Span::call_site()));
        let Lowered { fetch, expr, reads, env } = self.moving(items);
        let (rt, place) = (self.rt, mixed(pat.span()));
        // What cannot be an item is told once: at the pattern, wherever rustc finds it.
        let items = at(pat.span(), quote!(#rt::Items::of));
        let items = quote!(move |#env| { #fetch #items(#expr) });
        self.scope.push();
        let (item, opened) = self.parameter(pat, &mentions::in_flow(body));
        let body = self.block(body, &out);
        self.scope.pop();
        let body = quote!(|#b, #item, #out| { #opened #body });
        let builder = self.builder(node);
        match parallel {
            None => {
                let method = Ident::new("for_each", place);
                quote!(#builder.#method(#reads, #items, #body))
            }
            Some(AtMost(limit)) => {
                let limit = match limit {
                    Some(limit) => quote!(::core::option::Option::Some(#limit)),
                    None => quote!(::core::option::Option::None),
                };
                let method = Ident::new("parallel_for", place);
                quote!(#builder.#method(#limit, #reads, #items, #body))
            }
        }
    }
}
