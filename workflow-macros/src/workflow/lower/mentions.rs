//! Which names a part of the block mentions: those that a pattern's group has to keep.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Item, Pat};

use crate::workflow::captures::captures;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_stmt, walk_value};
use crate::workflow::flow::{Flow, Stmt, Value};

/// All identifiers in `tokens`, also those captured by strings.
pub(crate) fn in_tokens(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.to_string());
            }
            TokenTree::Group(group) => in_tokens(group.stream(), names),
            TokenTree::Literal(literal) => names.extend(in_literal(&literal)),
            TokenTree::Punct(_) => {}
        }
    }
}

/// The identifiers that a string literal would capture as a format string.
pub(crate) fn in_literal(literal: &proc_macro2::Literal) -> Vec<String> {
    let text = literal.to_string();
    if !text.contains('{') {
        return Vec::new();
    }
    match syn::parse_str::<syn::LitStr>(&text) {
        Ok(string) => captures(&string.value()).into_iter().map(|capture| capture.name).collect(),
        Err(_) => Vec::new(),
    }
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Visitor for Names {
    fn expr(&mut self, expr: &Expr) {
        in_tokens(expr.to_token_stream(), &mut self.0);
    }

    fn pat(&mut self, pat: &Pat) {
        in_tokens(pat.to_token_stream(), &mut self.0);
    }

    fn item(&mut self, _: &Item) {}
}

/// Everything that a flow mentions.
pub(crate) fn in_flow(flow: &Flow) -> BTreeSet<String> {
    let mut names = Names::default();
    walk_flow(&mut names, flow);
    names.0
}

/// For each name the last statement of a flow that mentions it; the tail counts as one more statement.
pub(crate) fn last_uses(flow: &Flow) -> BTreeMap<String, usize> {
    let mut last = BTreeMap::new();
    for (index, stmt) in flow.stmts.iter().enumerate() {
        let mut names = Names::default();
        match stmt {
            // The pattern of a `let` is no use of what it binds.
            Stmt::Let { value, .. } => walk_value(&mut names, value),
            stmt => walk_stmt(&mut names, stmt),
        }
        last.extend(names.0.into_iter().map(|name| (name, index)));
    }
    if let Some(tail) = &flow.tail {
        let mut names = Names::default();
        match tail {
            Value::Block(inner) => walk_flow(&mut names, inner),
            tail => walk_value(&mut names, tail),
        }
        last.extend(names.0.into_iter().map(|name| (name, flow.stmts.len())));
    }
    last
}
