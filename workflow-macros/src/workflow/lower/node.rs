//! One node, one call of the builder.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path};

use super::expression::Lowered;
use super::{Lowering, local, mixed};
use crate::duration;
use crate::workflow::flow::{Kind, Node};

impl Lowering<'_> {
    /// An expression that adds `node` and is its handle.
    pub(super) fn node_handle(&mut self, node: &Node) -> TokenStream {
        let tokens = self.node(node);
        match &node.kind {
            Kind::Sleep { .. } | Kind::Emit { .. } => {
                let unit = self.unit();
                quote!({ #tokens; #unit })
            }
            Kind::Parallel { .. } if !node.handled => {
                let group = self.parallel(node);
                quote!(#group.joined())
            }
            _ => tokens,
        }
    }

    /// An expression that adds `node`.
    pub(super) fn node(&mut self, node: &Node) -> TokenStream {
        let b = self.builder(node);
        let ending = if node.handled { quote!(.handled()) } else { quote!(.required()) };
        let at = mixed(node.span);
        match &node.kind {
            Kind::Call { path, args } => {
                let call = self.call(&b, node, path, args);
                quote!(#call #ending)
            }
            Kind::Choice { .. } => self.choice(node, None),
            Kind::Loop { .. } => {
                let looping = self.looping(node);
                quote!(#looping #ending)
            }
            Kind::Parallel { .. } => {
                let group = self.parallel(node);
                quote!(#group #ending)
            }
            Kind::Sleep { duration } => match literal_millis(duration) {
                Some(millis) => quote_spanned!(at=> #b.sleep(::core::time::Duration::from_millis(#millis))),
                None => {
                    let Lowered { fetch, expr, reads, env } = self.moving(duration);
                    quote_spanned!(at=> #b.sleep_for(#reads, move |#env| { #fetch #expr }))
                }
            },
            Kind::Signal { ty, timeout } => {
                let name = node.known_as().unwrap_or_default();
                let timeout = match timeout.as_ref().and_then(|literal| duration::parse(literal).ok()) {
                    Some(timeout) => {
                        let millis = duration::millis(timeout);
                        quote!(::core::option::Option::Some(::core::time::Duration::from_millis(#millis)))
                    }
                    None => quote!(::core::option::Option::None),
                };
                quote_spanned!(at=> #b.signal::<#ty>(#name, #timeout)#ending)
            }
            Kind::Emit { event } => {
                let Lowered { fetch, expr, reads, env } = self.moving(event);
                quote_spanned!(at=> #b.emit(#reads, move |#env| { #fetch #expr }))
            }
            Kind::Undo { path, payload: None } => {
                let name = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
                let step = self.step_behind(&name).unwrap_or_else(|| self.aliases.mention(path));
                let undo = Ident::new("undo", mixed(path.span()));
                let step = super::at(path.span(), step);
                quote!(#b.#undo::<#step>(#name)#ending)
            }
            Kind::Undo { path, payload: Some(payload) } => {
                let step = self.aliases.mention(path);
                let Lowered { fetch, expr, reads, env } = self.moving(payload);
                let undo = Ident::new("undo_with", mixed(path.span()));
                quote!(#b.#undo::<#step>(#reads, move |#env| { #fetch #expr })#ending)
            }
        }
    }

    /// `__b`, or `__b.named("x")` where the node has a name.
    pub(super) fn builder(&self, node: &Node) -> TokenStream {
        let b = local("__b", Span::call_site());
        match &node.name {
            Some(name) => quote!(#b.named(#name)),
            None => b.into_token_stream(),
        }
    }

    fn call(&mut self, b: &TokenStream, node: &Node, path: &Path, args: &[syn::Expr]) -> TokenStream {
        let step = self.aliases.mention(path);
        let name = node.known_as().unwrap_or_default();
        let Lowered { fetch, expr, reads, env } = self.lower(|rewrite| {
            let args = args.iter().map(|arg| {
                let mut arg = arg.clone();
                rewrite.take(&mut arg);
                arg
            });
            let args: Vec<_> = args.collect();
            let at = node.span;
            let step = super::at(at, step.clone());
            quote_spanned!(mixed(at)=> <#step>::__args(#(#args),*))
        });
        if let Some(frame) = self.steps.last_mut() {
            frame.insert(name.clone(), step.clone());
        }
        let method = Ident::new("call", mixed(node.span));
        quote!(#b.#method::<#step>(#name, #reads, move |#env| { #fetch #expr }))
    }

    /// The type of the step that the node `name`, before this place, runs.
    fn step_behind(&self, name: &str) -> Option<TokenStream> {
        self.steps.iter().rev().find_map(|frame| frame.get(name)).cloned()
    }
}

fn literal_millis(expr: &syn::Expr) -> Option<u64> {
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(literal), .. }) = expr else { return None };
    let literal: &LitStr = literal;
    duration::parse(literal).ok().map(duration::millis)
}
