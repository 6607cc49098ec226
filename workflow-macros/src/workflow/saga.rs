//! The block once more, as the chain of types in which rustc finds a step that can fail after a pivot.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::aliases::Aliases;
use super::fallible;
use super::flow::{Flow, Kind, Node, Stmt, Value};
use super::lower::{local, mixed};

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
            Value::Pure(expr) if fails(expr, tail_of_result) => next(expr.span(), &quote!(expression)),
            Value::Pure(_) => TokenStream::new(),
            Value::Block(flow) => self.flow(flow),
        }
    }

    fn node(&self, node: &Node) -> TokenStream {
        let s = local("__s", Span::call_site());
        match &node.kind {
            Kind::Call { path, .. } => {
                let step = self.aliases.mention(path);
                let method = if node.handled { quote!(handled::<#step>) } else { quote!(then::<#step>) };
                next(node.span, &method)
            }
            Kind::Signal { timeout: Some(_), .. } | Kind::Undo { .. } if !node.handled => {
                next(node.span, &quote!(expression))
            }
            Kind::Choice { arms, .. } => {
                let arms: Vec<&Flow> = arms.iter().map(|arm| &arm.body).collect();
                let (forks, names) = self.forks(&arms);
                let method = Ident::new("arm", mixed(node.span));
                quote!(let #s = { #forks #s #(.#method(#names))* };)
            }
            Kind::Parallel { branches } => {
                let branches: Vec<&Flow> = branches.iter().collect();
                let (forks, names) = self.forks(&branches);
                let method = Ident::new("beside", mixed(node.span));
                let caught = node.handled.then(|| quote!(.caught()));
                quote!(let #s = { #forks #s.arm(#s.fork() #(.#method(#names))* #caught) };)
            }
            Kind::Loop { body, .. } => {
                let (forks, names) = self.forks(&[body]);
                let method = Ident::new("repeat", mixed(node.span));
                let caught = node.handled.then(|| quote!(.caught()));
                quote!(let #s = { #forks #s #(.#method(#names #caught))* };)
            }
            Kind::Signal { .. } | Kind::Undo { .. } | Kind::Sleep { .. } | Kind::Emit { .. } => TokenStream::new(),
        }
    }

    /// The chains of blocks that begin at the same place, and the names of their ends.
    fn forks(&self, flows: &[&Flow]) -> (TokenStream, Vec<Ident>) {
        let s = local("__s", Span::call_site());
        let mut forks = TokenStream::new();
        let mut names = Vec::new();
        for (index, flow) in flows.iter().enumerate() {
            let name = local(&format_ident!("__f{index}").to_string(), Span::call_site());
            let chain = self.flow(flow);
            forks.extend(quote!(let #name = { let #s = #s.fork(); #chain #s };));
            names.push(name);
        }
        (forks, names)
    }

    /// The effect of the whole workflow, as a type that a parent reads.
    pub(crate) fn effect(&self, flow: &Flow) -> TokenStream {
        let mut effects = Vec::new();
        self.effects(flow, &mut effects);
        self.both(&effects)
    }

    /// A balanced tree, so that a thousand nodes nest ten deep.
    fn both(&self, effects: &[TokenStream]) -> TokenStream {
        let rt = self.rt;
        match effects {
            [] => quote!(#rt::Plain),
            [only] => only.clone(),
            several => {
                let (left, right) = several.split_at(several.len() / 2);
                let (left, right) = (self.both(left), self.both(right));
                quote!(#rt::Both<#left, #right>)
            }
        }
    }

    fn effects(&self, flow: &Flow, effects: &mut Vec<TokenStream>) {
        for stmt in &flow.stmts {
            match stmt {
                Stmt::Let { value, .. } | Stmt::Temp { value, .. } | Stmt::Run(value) => {
                    self.value_effects(value, false, effects);
                }
                Stmt::Item(_) => {}
            }
        }
        if let Some(tail) = &flow.tail {
            self.value_effects(tail, flow.result, effects);
        }
    }

    fn value_effects(&self, value: &Value, tail_of_result: bool, effects: &mut Vec<TokenStream>) {
        let rt = self.rt;
        match value {
            Value::Node(node) => self.node_effects(node, effects),
            Value::Pure(expr) if fails(expr, tail_of_result) => effects.push(quote!(#rt::Fallible)),
            Value::Pure(_) => {}
            Value::Block(flow) => self.effects(flow, effects),
        }
    }

    fn node_effects(&self, node: &Node, effects: &mut Vec<TokenStream>) {
        let rt = self.rt;
        let mut inner = Vec::new();
        match &node.kind {
            Kind::Call { path, .. } => {
                let step = self.aliases.mention(path);
                inner.push(quote!(<#step as #rt::Callable>::Effect));
            }
            Kind::Choice { arms, .. } => arms.iter().for_each(|arm| self.effects(&arm.body, &mut inner)),
            Kind::Loop { body, .. } => self.effects(body, &mut inner),
            Kind::Parallel { branches } => branches.iter().for_each(|branch| self.effects(branch, &mut inner)),
            Kind::Signal { timeout, .. } => {
                inner.push(quote!(#rt::Waits));
                if timeout.is_some() {
                    inner.push(quote!(#rt::Fallible));
                }
            }
            Kind::Undo { .. } => inner.push(quote!(#rt::Fallible)),
            Kind::Sleep { .. } | Kind::Emit { .. } => {}
        }
        if node.handled && !inner.is_empty() {
            let inner = self.both(&inner);
            effects.push(quote!(#rt::Handled<#inner>));
        } else {
            effects.append(&mut inner);
        }
    }
}

fn fails(expr: &Expr, tail_of_result: bool) -> bool {
    if tail_of_result { fallible::tail_can_fail(expr) } else { fallible::can_fail(expr) }
}

/// The next link of the chain; its method stands at the user's token.
fn next(at: Span, method: &TokenStream) -> TokenStream {
    let s = local("__s", Span::call_site());
    let mut tokens = method.clone().into_iter();
    let head: TokenStream = tokens
        .next()
        .map(|mut token| {
            token.set_span(mixed(at));
            token
        })
        .into_iter()
        .collect();
    let rest: TokenStream = tokens.collect();
    quote!(let #s = #s.#head #rest ();)
}
