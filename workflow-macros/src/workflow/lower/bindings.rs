//! `let`: one handle for a name, or one for the group of names that a pattern binds.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Pat, Type};

use super::expression::Lowered;
use super::scope::Group;
use super::{Lowering, local, located, mixed};
use crate::workflow::flow::{Kind, Node, Value};
use crate::workflow::{fallible, patterns};

impl Lowering<'_> {
    /// `let pat: ty = value;`. `mentioned` are the names that the rest of the block uses.
    pub(super) fn bind(
        &mut self,
        pat: &Pat,
        ty: Option<&Type>,
        value: &Value,
        mentioned: &BTreeSet<String>,
    ) -> TokenStream {
        if let Value::Node(node) = value
            && let Kind::Parallel { branches } = &node.kind
            && let Pat::Tuple(tuple) = pat
            && ty.is_none()
            && !node.handled
            && tuple.elems.len() == branches.len()
            && !tuple.elems.iter().any(|elem| matches!(elem, Pat::Rest(_)))
        {
            return self.bind_branches(tuple, node, mentioned);
        }
        if let Some(name) = patterns::only_name(pat) {
            let handle = self.handle(value, &name.to_string(), ty);
            self.scope.add(name, false);
            return quote!(let #name = #handle;);
        }
        if let Pat::Wild(wild) = pat {
            let handle = self.handle(value, "", ty);
            return quote!(let #wild = #handle;);
        }
        match value {
            Value::Pure(expr) => {
                let lowered = self.moving(expr);
                let fetch = &lowered.fetch;
                let inner = &lowered.expr;
                let reads = &lowered.reads;
                let fails = fallible::can_fail(expr);
                self.opened(pat, ty, &quote!(#fetch), inner, reads, &lowered.env, fails, mentioned)
            }
            value => {
                let whole = self.fresh_group(pat.span());
                let handle = self.handle(value, "", None);
                let env = local("__env", Span::call_site());
                let part = self.held(&quote!(#env.get(#whole)), pat.span(), pat.span());
                let opened = self.open_pattern(pat, ty, &part, &quote!(#whole.whole()), false, true, mentioned);
                quote!(let #whole = #handle; #opened)
            }
        }
    }

    /// `let (a, b) = parallel!(..).await?;`: each branch has its own handle already.
    fn bind_branches(&mut self, tuple: &syn::PatTuple, node: &Node, mentioned: &BTreeSet<String>) -> TokenStream {
        let group = self.parallel(node);
        let mut targets = Vec::new();
        let mut opened = Vec::new();
        for elem in &tuple.elems {
            match (patterns::only_name(elem), elem) {
                (Some(name), _) => targets.push(name.to_token_stream()),
                (None, Pat::Wild(wild)) => targets.push(wild.to_token_stream()),
                (None, elem) => {
                    let part = self.fresh_group(elem.span());
                    targets.push(part.to_token_stream());
                    opened.push((part, elem));
                }
            }
        }
        for elem in &tuple.elems {
            if let Some(name) = patterns::only_name(elem) {
                self.scope.add(name, false);
            }
        }
        let mut rest = TokenStream::new();
        for (part, elem) in opened {
            let env = local("__env", Span::call_site());
            let value = self.held(&quote!(#env.get(#part)), elem.span(), elem.span());
            rest.extend(self.open_pattern(elem, None, &value, &quote!(#part.whole()), false, true, mentioned));
        }
        quote!(let (#(#targets,)*) = #group.required(); #rest)
    }

    /// Opens a pattern over a value that is computed from recorded ones.
    #[expect(clippy::too_many_arguments, reason = "one call writes one `pure`, and these are its parts")]
    pub(super) fn open_pattern(
        &mut self,
        pat: &Pat,
        ty: Option<&Type>,
        value: &TokenStream,
        read: &TokenStream,
        fails: bool,
        uses_env: bool,
        mentioned: &BTreeSet<String>,
    ) -> TokenStream {
        let env = if uses_env { local("__env", Span::call_site()).into_token_stream() } else { quote!(_) };
        self.opened(pat, ty, &TokenStream::new(), value, &quote!(&[#read]), &env, fails, mentioned)
    }

    #[expect(clippy::too_many_arguments, reason = "one call writes one `pure`, and these are its parts")]
    fn opened(
        &mut self,
        pat: &Pat,
        ty: Option<&Type>,
        fetch: &TokenStream,
        value: &TokenStream,
        reads: &TokenStream,
        env: &TokenStream,
        fails: bool,
        mentioned: &BTreeSet<String>,
    ) -> TokenStream {
        let names: Vec<Ident> =
            patterns::bound(pat).into_iter().filter(|name| mentioned.contains(&name.to_string())).collect();
        let at = pat.span();
        // rustc finds a borrow with `'static` in it at the whole call, which begins here.
        let b = local("__b", at);
        let ty = ty.map(|ty| quote!(: #ty));
        let label = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let given = match names.as_slice() {
            [] => quote!(()),
            [only] => only.to_token_stream(),
            several => quote!((#(#several,)*)),
        };
        let call = if fails {
            let returns = self.fallible();
            let call = located(
                "try_pure",
                at,
                quote!(#label, #reads, move |#env| #returns {
                    #fetch
                    let #pat #ty = #value;
                    ::core::result::Result::Ok(#given)
                }),
            );
            quote!(#b.#call)
        } else {
            let method = Ident::new("pure", mixed(at));
            quote!(#b.#method(#label, #reads, move |#env| { #fetch let #pat #ty = #value; #given }))
        };
        match names.as_slice() {
            [] => quote!(#call;),
            [only] => {
                self.scope.add(only, false);
                quote!(let #only = #call;)
            }
            _ => {
                let handle = self.fresh_group(at);
                let group = Group::tuple(handle.clone(), names.into_iter().map(Some).collect());
                self.scope.add_group(&group);
                let shadows = group.shadows();
                quote!(let #handle = #call; #shadows)
            }
        }
    }

    /// The parameter of an arm's or loop body's closure that carries what `pat` binds, and the statements that open it.
    pub(super) fn parameter(&mut self, pat: &Pat, mentioned: &BTreeSet<String>) -> (TokenStream, TokenStream) {
        if let Some(name) = patterns::only_name(pat) {
            self.scope.add(name, false);
            return (name.to_token_stream(), TokenStream::new());
        }
        if let Pat::Wild(wild) = pat {
            return (wild.to_token_stream(), TokenStream::new());
        }
        let item = self.fresh_group(pat.span());
        let env = local("__env", Span::call_site());
        let value = self.held(&quote!(#env.get(#item)), pat.span(), pat.span());
        let opened = self.open_pattern(pat, None, &value, &quote!(#item.whole()), false, true, mentioned);
        (item.to_token_stream(), opened)
    }

    /// A pure expression as a node of its own.
    pub(super) fn pure(&self, expr: &Expr, label: &str, ty: Option<&Type>) -> TokenStream {
        let lowered = self.moving(expr);
        let Lowered { fetch, expr: inner, reads, env } = &lowered;
        let at = expr.span();
        let b = local("__b", at);
        if fallible::can_fail(expr) {
            let returns = self.fallible();
            let value = match ty {
                Some(ty) => quote!({ let __value: #ty = #inner; __value }),
                None => inner.clone(),
            };
            let call = located(
                "try_pure",
                at,
                quote!(#label, #reads, move |#env| #returns {
                    #fetch ::core::result::Result::Ok(#value)
                }),
            );
            quote!(#b.#call)
        } else {
            let method = Ident::new("pure", mixed(at));
            let ty = ty.map(|ty| quote!(-> #ty));
            quote!(#b.#method(#label, #reads, move |#env| #ty { #fetch #inner }))
        }
    }
}
