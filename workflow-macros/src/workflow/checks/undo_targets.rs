//! `undo!(reserve)` undoes a node that stands before it.

use std::collections::BTreeSet;

use quote::ToTokens;

use crate::diagnostics::Diagnostics;
use crate::suggest;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node};
use crate::workflow::flow::{Flow, Kind, Node};
use crate::workflow::text;

#[derive(Default)]
struct AllCalls {
    names: BTreeSet<String>,
    steps: BTreeSet<String>,
}

impl Visitor for AllCalls {
    fn node(&mut self, node: &Node) {
        if let Kind::Call { path, .. } = &node.kind {
            self.names.extend(node.known_as());
            self.steps.insert(text::of(path.to_token_stream()));
        }
        walk_node(self, node);
    }
}

struct UndoTargets<'d> {
    /// The calls before this place, by scope.
    scopes: Vec<BTreeSet<String>>,
    all: AllCalls,
    diagnostics: &'d mut Diagnostics,
}

impl Visitor for UndoTargets<'_> {
    fn flow(&mut self, flow: &Flow) {
        self.scopes.push(BTreeSet::new());
        walk_flow(self, flow);
        self.scopes.pop();
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Call { .. } => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.extend(node.known_as());
                }
            }
            Kind::Undo { path, payload } => self.undo(path, payload.is_some()),
            _ => {}
        }
        walk_node(self, node);
    }
}

impl UndoTargets<'_> {
    fn undo(&mut self, path: &syn::Path, has_payload: bool) {
        let Some(name) = path.segments.last().map(|last| last.ident.to_string()) else { return };
        let before = self.scopes.iter().any(|scope| scope.contains(&name));
        if has_payload {
            if self.all.names.contains(&name) || self.all.steps.contains(&text::of(path.to_token_stream())) {
                self.diagnostics.error(
                    path,
                    format!("this workflow has a node `{name}`, whose payload is recorded"),
                    format!("write `undo!({name}).await?`, which also takes it off the rollback list"),
                );
            }
            return;
        }
        if before {
            return;
        }
        let (problem, help) = if self.all.names.contains(&name) {
            (
                format!("the node `{name}` does not stand before this place"),
                "undo it where it has run: after it, in the same block or in one inside".to_owned(),
            )
        } else {
            let known = self.scopes.iter().flatten().map(String::as_str);
            let help = match suggest::nearest(&name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    format!(
                        "name a step that was awaited before, not its value or its compensation; for one that ran elsewhere \
                         write `undo!({name}, payload)`"
                    )
                }
            };
            (format!("there is no node `{name}` in this workflow"), help)
        };
        self.diagnostics.error(path, problem, help);
    }
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    let mut all = AllCalls::default();
    walk_flow(&mut all, flow);
    UndoTargets { scopes: Vec::new(), all, diagnostics }.flow(flow);
}
