//! Statements in order, and how a block ends: by giving its value.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Type};

use super::expression::Lowered;
use super::{Lowering, local, located, mentions, mixed};
use crate::workflow::flow::{Flow, Kind, Node, Stmt, Value};
use crate::workflow::{fallible, patterns};

impl Lowering<'_> {
    /// A block with a scope of nodes of its own; it ends in a `Given`.
    pub(super) fn block(&mut self, flow: &Flow, out: &Ident) -> TokenStream {
        self.steps.push(BTreeMap::new());
        let block = self.inline(flow, out);
        self.steps.pop();
        block
    }

    /// The statements of a block, then its tail given to `out`.
    fn inline(&mut self, flow: &Flow, out: &Ident) -> TokenStream {
        self.scope.push();
        let stmts = self.stmts(flow);
        let tail = match &flow.tail {
            Some(tail) => self.give(tail, flow.result, out),
            None => self.give_unit(out, flow.end.unwrap_or_else(Span::call_site)),
        };
        self.scope.pop();
        quote!(#stmts #tail)
    }

    fn stmts(&mut self, flow: &Flow) -> TokenStream {
        let has_groups =
            flow.stmts.iter().any(|stmt| matches!(stmt, Stmt::Let { pat, .. } if patterns::only_name(pat).is_none()));
        // Reading what is mentioned where costs a walk, and only patterns need it.
        let last_uses = if has_groups { mentions::last_uses(flow) } else { BTreeMap::new() };
        let mut tokens = TokenStream::new();
        for (index, stmt) in flow.stmts.iter().enumerate() {
            tokens.extend(match stmt {
                Stmt::Let { pat, ty, value } => {
                    let mentioned: BTreeSet<String> = patterns::bound(pat)
                        .iter()
                        .map(ToString::to_string)
                        .filter(|name| last_uses.get(name).is_some_and(|last| *last > index))
                        .collect();
                    self.bind(pat, ty.as_ref(), value, &mentioned)
                }
                Stmt::Temp { ident, value } => {
                    let handle = self.handle(value, "", None);
                    self.scope.add(ident, true);
                    quote!(let #ident = #handle;)
                }
                Stmt::Run(value) => self.run(value),
                Stmt::Item(item) => quote!(#item),
            });
        }
        tokens
    }

    /// `value;`
    fn run(&mut self, value: &Value) -> TokenStream {
        match value {
            Value::Node(node) if node.handled && !matches!(node.kind, Kind::Sleep { .. } | Kind::Emit { .. }) => {
                self.run_handled(node)
            }
            Value::Node(node) => {
                let node = self.node(node);
                quote!(#node;)
            }
            Value::Pure(expr) => {
                let statement = self.lower(|rewrite| {
                    let mut expr = expr.clone();
                    rewrite.read(&mut expr);
                    quote!(#expr;)
                });
                let Lowered { fetch, expr: inner, reads, env } = &statement;
                let b = local("__b", Span::call_site());
                if fallible::can_fail(expr) {
                    let returns = self.fallible();
                    let call = located(
                        "try_pure",
                        expr.span(),
                        quote!("", #reads, move |#env| #returns {
                            #fetch #inner ::core::result::Result::Ok(())
                        }),
                    );
                    quote!(#b.#call;)
                } else {
                    let method = Ident::new("pure", mixed(expr.span()));
                    quote!(#b.#method("", #reads, move |#env| -> () { #fetch #inner });)
                }
            }
            Value::Block(flow) => {
                self.scope.push();
                let stmts = self.stmts(flow);
                let tail = flow.tail.as_ref().map(|tail| self.run(tail));
                self.scope.pop();
                quote!({ #stmts #tail })
            }
        }
    }

    /// `node(..).await;`: nobody looks at its failure, about which rustc says what it says of every unused `Result`.
    fn run_handled(&mut self, node: &Node) -> TokenStream {
        let handle = self.node(node);
        let begin = match &node.kind {
            Kind::Call { path, .. } => path.span(),
            _ => node.span,
        };
        let unused = local("__unused", begin);
        let rt = super::with_span(begin, self.rt.clone());
        let result = quote_spanned!(begin=> #rt::result_of(#unused));
        quote!(let #unused = #handle; #result;)
    }

    /// An expression that is the handle of `value`. `label` names pure expressions in diagrams.
    pub(super) fn handle(&mut self, value: &Value, label: &str, ty: Option<&Type>) -> TokenStream {
        match value {
            Value::Node(node) => {
                let handle = self.node_handle(node);
                match ty {
                    Some(ty) => {
                        let value = local("__value", node.span);
                        let clone = self.held(&quote!(&#value), node.span, node.end);
                        quote!(#handle.typed(|#value| -> #ty { #clone }))
                    }
                    None => handle,
                }
            }
            Value::Pure(expr) => self.pure(expr, label, ty),
            Value::Block(flow) => {
                self.scope.push();
                let stmts = self.stmts(flow);
                let tail = match &flow.tail {
                    Some(tail) => self.handle(tail, label, ty),
                    None => self.unit(),
                };
                self.scope.pop();
                quote!({ #stmts #tail })
            }
        }
    }

    /// A recorded `()`.
    pub(super) fn unit(&self) -> TokenStream {
        let b = local("__b", Span::call_site());
        quote!(#b.pure("", &[], |_| ()))
    }

    fn give(&mut self, tail: &Value, result: bool, out: &Ident) -> TokenStream {
        match tail {
            Value::Block(flow) => {
                let inner = self.inline(flow, out);
                quote!({ #inner })
            }
            Value::Pure(expr) => self.give_pure(expr, result, out),
            Value::Node(node) => match &node.kind {
                Kind::Sleep { .. } | Kind::Emit { .. } => {
                    let run = self.node(node);
                    let unit = self.give_unit(out, node.span);
                    quote!(#run; #unit)
                }
                kind => {
                    let handle = match kind {
                        Kind::Choice { .. } => self.choice(node, Some(out)),
                        _ => self.node_handle(node),
                    };
                    let given = local("__given", Span::call_site());
                    let forward = self.forward(&given, node.span, node.end, out);
                    quote!(let #given = #handle; #forward)
                }
            },
        }
    }

    /// Gives what is behind a handle, as it is.
    fn forward(&self, handle: &Ident, begin: Span, end: Span, out: &Ident) -> TokenStream {
        let (b, value) = (local("__b", Span::call_site()), local("__value", begin));
        let clone = self.held(&quote!(&#value), begin, end);
        quote!(#b.forward(#out, #handle, |#value| #clone))
    }

    fn give_unit(&self, out: &Ident, at: Span) -> TokenStream {
        let b = local("__b", Span::call_site());
        quote_spanned!(mixed(at)=> #b.give(#out, &[], |_| ()))
    }

    fn give_pure(&self, expr: &Expr, result: bool, out: &Ident) -> TokenStream {
        let b = local("__b", Span::call_site());
        let plain = if result { fallible::inside_ok(expr) } else { Some(expr) };
        if let Some(binding) = plain.and_then(|plain| self.scope.handle(plain)) {
            return self.forward(binding, binding.span(), binding.span(), out);
        }
        match plain {
            Some(plain) if !fallible::can_fail(plain) => {
                let Lowered { fetch, expr: inner, reads, env } = self.moving(plain);
                let method = Ident::new("give", mixed(expr.span()));
                quote!(#b.#method(#out, #reads, move |#env| { #fetch #inner }))
            }
            _ => {
                let Lowered { fetch, expr: inner, reads, env } = self.moving(expr);
                let returns = self.fallible();
                let inner = if result { inner } else { quote!(::core::result::Result::Ok(#inner)) };
                let arguments = quote!(#out, #reads, move |#env| #returns { #fetch #inner });
                let call = located("try_give", expr.span(), arguments);
                quote!(#b.#call)
            }
        }
    }
}
