//! A node's name is its durable identity, so it is unique in its scope.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node};
use crate::workflow::flow::{Flow, Kind, Node};

struct NodeNames<'d> {
    /// How often each name occurs, by scope.
    scopes: Vec<BTreeMap<String, usize>>,
    diagnostics: &'d mut Diagnostics,
}

impl Visitor for NodeNames<'_> {
    fn flow(&mut self, flow: &Flow) {
        self.scopes.push(BTreeMap::new());
        walk_flow(self, flow);
        self.scopes.pop();
    }

    fn node(&mut self, node: &Node) {
        if let Some(name) = node.known_as()
            && let Some(scope) = self.scopes.last_mut()
        {
            let count = scope.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                let count = *count;
                self.refuse(&name, count, node);
            }
        }
        walk_node(self, node);
    }
}

impl NodeNames<'_> {
    fn refuse(&mut self, name: &str, count: usize, node: &Node) {
        let what = match &node.kind {
            Kind::Signal { .. } => "wait for this signal",
            _ => "call",
        };
        let problem = format!("there is already a node `{name}` here, and a node's name is its durable identity");
        if let Some(literal) = &node.name {
            self.diagnostics.error(literal, problem, format!("choose another name, such as \"{name}_{count}\""));
        } else {
            let place = proc_macro2::Ident::new("node", node.span);
            self.diagnostics.error(
                place,
                problem,
                format!("name this {what}: `#[name = \"{name}_{count}\"]` before it"),
            );
        }
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    NodeNames { scopes: Vec::new(), diagnostics }.flow(flow);
}
