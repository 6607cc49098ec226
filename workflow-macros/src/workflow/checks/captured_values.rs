//! What is part of the definition is known when the workflow is written.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Expr, Pat};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node};
use crate::workflow::flow::{AtMost, Flow, Kind, Node};
use crate::workflow::signature::Head;
use crate::workflow::{lower, patterns};

/// The names that anything in the block binds.
#[derive(Default)]
struct Bound(BTreeSet<String>);

impl Visitor for Bound {
    fn pat(&mut self, pat: &Pat) {
        self.0.extend(patterns::bound(pat).iter().map(ToString::to_string));
    }
}

struct Limits<'d> {
    bound: BTreeSet<String>,
    diagnostics: &'d mut Diagnostics,
}

impl Visitor for Limits<'_> {
    fn node(&mut self, node: &Node) {
        if let Kind::Loop { parallel: Some(AtMost(Some(limit))), .. } = &node.kind {
            self.limit(limit);
        }
        walk_node(self, node);
    }
}

impl Limits<'_> {
    fn limit(&mut self, limit: &Expr) {
        let mut names = BTreeSet::new();
        lower::names_in(limit.to_token_stream(), &mut names);
        if names.intersection(&self.bound).next().is_some() {
            self.diagnostics.error(
                limit,
                "`at_most` is part of the definition and cannot depend on a value of the execution",
                "write a number or a `const`: `at_most = 8`",
            );
        } else if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) = limit
            && number.base10_parse::<usize>().is_ok_and(|number| number == 0)
        {
            self.diagnostics.error(limit, "at most 0 items at a time would never begin", "write 1 or more");
        }
    }
}

pub(super) fn check(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    let mut bound = Bound::default();
    head.inputs.iter().for_each(|input| bound.pat(&input.pat));
    walk_flow(&mut bound, flow);
    walk_flow(&mut Limits { bound: bound.0, diagnostics }, flow);
}
