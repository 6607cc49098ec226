//! The block once more, as the chain of types in which rustc finds a step that can fail after a pivot.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::aliases::Aliases;
use super::fallible;
use super::flow::{Flow, Kind, Node, Stmt, Value};
use super::lower::{at, local, mixed};
use super::signature::Head;

/// What both forms of the check are written from.
pub(crate) struct Saga<'s> {
    pub(crate) rt: &'s TokenStream,
    pub(crate) aliases: &'s Aliases,
}

impl Saga<'_> {
    /// The statements that check the whole workflow.
    pub(crate) fn check(&self, flow: &Flow) -> TokenStream {
        let rt = self.rt;
        let s = local("__s", Span::call_site());
        let chain = self.flow(flow);
        quote!(let #s = #rt::Saga::start(); #chain let _ = #s;)
    }

    fn flow(&self, flow: &Flow) -> TokenStream {
        let mut chain: TokenStream = flow
            .stmts
            .iter()
            .map(|stmt| match stmt {
                Stmt::Let { value, .. } | Stmt::Temp { value, .. } | Stmt::Run(value) => self.value(value, false),
                Stmt::Item(_) => TokenStream::new(),
            })
            .collect();
        if let Some(tail) = &flow.tail {
            chain.extend(self.value(tail, flow.result));
        }
        chain
    }

    fn value(&self, value: &Value, tail_of_result: bool) -> TokenStream {
        match value {
            Value::Node(node) => self.node(node),
            Value::Pure(expr) if fails(expr, tail_of_result) => expression(expr.span()),
            Value::Pure(_) => TokenStream::new(),
            Value::Block(flow) => self.flow(flow),
        }
    }

    fn node(&self, node: &Node) -> TokenStream {
        let s = local("__s", Span::call_site());
        match &node.kind {
            Kind::Call { path, .. } => {
                let (rt, step) = (self.rt, self.aliases.mention(path));
                let link = if node.handled {
                    quote!(let #s = #rt::Probe::<#step>::new().handled(#s);)
                } else {
                    quote!(let #s = #rt::Probe::<#step>::new().required(#s.then::<#step>());)
                };
                // All of it stands at the user's token: where rustc blames the whole call, it blames that.
                at(node.span, link)
            }
            Kind::Signal { timeout: Some(_), .. } | Kind::Undo { .. } if !node.handled => expression(node.span),
            Kind::Choice { arms, .. } => {
                let forks = arms.iter().map(|arm| self.fork(&arm.body, node.span));
                let method = Ident::new("arm", mixed(node.span));
                quote!(let #s = #s #(.#method(#forks))*;)
            }
            Kind::Parallel { branches } => {
                let forks = branches.iter().map(|branch| self.fork(branch, node.span));
                let method = Ident::new("beside", mixed(node.span));
                let caught = node.handled.then(|| quote!(.caught()));
                quote!(let #s = #s.arm(#s.fork() #(.#method(#forks))* #caught);)
            }
            Kind::Loop { body, .. } => {
                let fork = self.fork(body, node.span);
                let method = Ident::new("repeat", mixed(node.span));
                let caught = node.handled.then(|| quote!(.caught()));
                quote!(let #s = #s.#method(#fork #caught);)
            }
            Kind::Signal { .. } | Kind::Undo { .. } | Kind::Sleep { .. } | Kind::Emit { .. } => TokenStream::new(),
        }
    }

    /// The chain of a block that begins here. It stands at `place`, which rustc blames for what is in it.
    fn fork(&self, flow: &Flow, place: Span) -> TokenStream {
        let s = local("__s", Span::call_site());
        let chain = self.flow(flow);
        if chain.is_empty() {
            return at(place, quote!(#s.fork()));
        }
        quote_spanned!(mixed(place)=> { let #s = #s.fork(); #chain #s })
    }
}

/// What the workflow as a whole means for a saga around it: traits that it has where its steps have them.
#[derive(Default)]
pub(crate) struct Summary {
    /// The steps whose failure is its own; `None` when something else in it can fail too.
    required: Option<BTreeMap<String, TokenStream>>,
    all: BTreeMap<String, TokenStream>,
    signals: bool,
}

impl Summary {
    pub(crate) fn of(flow: &Flow, aliases: &Aliases) -> Self {
        let mut summary = Self { required: Some(BTreeMap::new()), ..Self::default() };
        summary.flow(flow, aliases, false);
        summary
    }

    /// A workflow with mistakes has every trait, so that nobody else is blamed for them.
    pub(crate) fn of_stub() -> Self {
        Self { required: Some(BTreeMap::new()), ..Self::default() }
    }

    fn flow(&mut self, flow: &Flow, aliases: &Aliases, handled: bool) {
        for stmt in &flow.stmts {
            match stmt {
                Stmt::Let { value, .. } | Stmt::Temp { value, .. } | Stmt::Run(value) => {
                    self.value(value, false, aliases, handled);
                }
                Stmt::Item(_) => {}
            }
        }
        if let Some(tail) = &flow.tail {
            self.value(tail, flow.result, aliases, handled);
        }
    }

    fn value(&mut self, value: &Value, tail_of_result: bool, aliases: &Aliases, handled: bool) {
        match value {
            Value::Node(node) => self.node(node, aliases, handled || node.handled),
            Value::Pure(expr) if fails(expr, tail_of_result) => self.fails(handled),
            Value::Pure(_) => {}
            Value::Block(flow) => self.flow(flow, aliases, handled),
        }
    }

    fn fails(&mut self, handled: bool) {
        if !handled {
            self.required = None;
        }
    }

    fn node(&mut self, node: &Node, aliases: &Aliases, handled: bool) {
        match &node.kind {
            Kind::Call { path, .. } => {
                let step = aliases.mention(path);
                let key = step.to_string();
                if let (false, Some(required)) = (handled, &mut self.required) {
                    required.insert(key.clone(), step.clone());
                }
                self.all.insert(key, step);
            }
            Kind::Choice { arms, .. } => arms.iter().for_each(|arm| self.flow(&arm.body, aliases, handled)),
            Kind::Loop { body, .. } => self.flow(body, aliases, handled),
            Kind::Parallel { branches } => branches.iter().for_each(|branch| self.flow(branch, aliases, handled)),
            Kind::Signal { timeout, .. } => {
                self.signals = true;
                if timeout.is_some() {
                    self.fails(handled);
                }
            }
            Kind::Undo { .. } => self.fails(handled),
            Kind::Sleep { .. } | Kind::Emit { .. } => {}
        }
    }

    /// The impls. Each has a parameter of its own, without which rustc would want the bounds to hold here and now.
    pub(crate) fn impls(&self, head: &Head, rt: &TokenStream) -> TokenStream {
        let every = self.all.values().collect::<Vec<_>>();
        let required = self.required.as_ref().map(|steps| steps.values().collect::<Vec<_>>());
        let unsignalled = (!self.signals).then(|| every.clone());
        let traits = [("CannotFail", required), ("Reversible", Some(every)), ("NeedsNoSignal", unsignalled)];
        let ty = head.ty();
        let parameter = format_ident!("__P", span = Span::mixed_site());
        traits
            .into_iter()
            .filter_map(|(name, steps)| {
                let steps = steps?;
                let name = Ident::new(name, Span::mixed_site());
                let mut generics = head.generics.clone();
                generics.params.push(syn::parse_quote!(#parameter));
                let bounds = generics.make_where_clause();
                // A step that can fail is to be reported by the trait that has the message.
                let wanted = if name == "CannotFail" { format_ident!("MayFollow") } else { name.clone() };
                for step in steps {
                    bounds.predicates.push(syn::parse_quote!(#step: #rt::#wanted<#parameter>));
                }
                let (generics, _, bounds) = generics.split_for_impl();
                Some(quote!(impl #generics #rt::#name<#parameter> for #ty #bounds {}))
            })
            .collect()
    }
}

fn fails(expr: &Expr, tail_of_result: bool) -> bool {
    if tail_of_result { fallible::tail_can_fail(expr) } else { fallible::can_fail(expr) }
}

/// The link of something without a step that can fail.
fn expression(place: Span) -> TokenStream {
    let s = local("__s", Span::call_site());
    at(place, quote!(let #s = #s.expression();))
}
