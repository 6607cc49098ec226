//! A graph is finite: a workflow does not call itself.

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node};
use crate::workflow::flow::{Flow, Kind, Node};
use crate::workflow::signature::Head;

struct Recursion<'d> {
    name: &'d syn::Ident,
    diagnostics: &'d mut Diagnostics,
}

impl Visitor for Recursion<'_> {
    fn node(&mut self, node: &Node) {
        if let Kind::Call { path, .. } = &node.kind
            && path.segments.last().is_some_and(|last| last.ident == *self.name)
            && (path.segments.len() == 1
                || (path.segments.len() == 2 && path.segments.first().is_some_and(|first| first.ident == "self")))
        {
            let name = self.name;
            self.diagnostics.error(
                path,
                format!("the workflow `{name}` calls itself, and its graph would have no end"),
                "use `for` over the items, or start another execution from a step",
            );
        }
        walk_node(self, node);
    }
}

pub(super) fn check(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    walk_flow(&mut Recursion { name: &head.name, diagnostics }, flow);
}
