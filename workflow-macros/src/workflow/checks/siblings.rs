//! The branches of a `parallel!` run side by side, so none sees a value of another.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Expr, ExprPath, Ident, Macro, Pat};

use crate::diagnostics::Diagnostics;
use crate::workflow::flow::walk::{Visitor, walk_flow, walk_node, walk_value};
use crate::workflow::flow::{Flow, Kind, Node, Stmt, Test, Value};
use crate::workflow::known::{Known, Piece};
use crate::workflow::patterns;
use crate::workflow::signature::Head;

struct Siblings<'d> {
    /// The bindings around this place.
    scopes: Vec<BTreeSet<String>>,
    /// What siblings of the branches around this place bind.
    beside: Vec<BTreeSet<String>>,
    diagnostics: &'d mut Diagnostics,
}

impl Siblings<'_> {
    fn bind(&mut self, pat: &Pat) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(patterns::bound(pat).iter().map(ToString::to_string));
        }
    }

    fn used(&mut self, name: &Ident) {
        let text = name.to_string();
        let known = self.scopes.iter().any(|scope| scope.contains(&text));
        if !known && self.beside.iter().any(|names| names.contains(&text)) {
            self.diagnostics.error(
                name,
                format!(
                    "`{text}` is a value of a branch beside this one, and branches of `parallel!` run at the same time"
                ),
                format!("if this needs `{text}`, do both in one branch: `async {{ let {text} = ..; .. }}`"),
            );
        }
    }

    fn branches(&mut self, branches: &[Flow], targets: &[BTreeSet<String>]) {
        let bound: Vec<BTreeSet<String>> = branches
            .iter()
            .enumerate()
            .map(|(index, branch)| {
                let mut names = Bound::default();
                walk_flow(&mut names, branch);
                names.0.extend(targets.get(index).into_iter().flatten().cloned());
                names.0
            })
            .collect();
        for (index, branch) in branches.iter().enumerate() {
            let others = bound.iter().enumerate().filter(|(other, _)| *other != index);
            let own = bound.get(index).cloned().unwrap_or_default();
            // A name that this branch binds as well is its own.
            let beside = others.flat_map(|(_, names)| names.difference(&own).cloned()).collect();
            self.beside.push(beside);
            self.flow(branch);
            self.beside.pop();
        }
    }
}

/// The names that the statements of a branch bind.
#[derive(Default)]
struct Bound(BTreeSet<String>);

impl Visitor for Bound {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Let { pat, .. } = stmt {
            self.0.extend(patterns::bound(pat).iter().map(ToString::to_string));
        }
    }
}

impl Visitor for Siblings<'_> {
    fn flow(&mut self, flow: &Flow) {
        self.scopes.push(BTreeSet::new());
        walk_flow(self, flow);
        self.scopes.pop();
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { pat, value, .. } => {
                match (value, pat) {
                    (Value::Node(node), Pat::Tuple(tuple)) if matches!(&node.kind, Kind::Parallel { .. }) => {
                        let names = |elem| patterns::bound(elem).iter().map(ToString::to_string).collect();
                        let targets: Vec<BTreeSet<String>> = tuple.elems.iter().map(names).collect();
                        if let Kind::Parallel { branches } = &node.kind {
                            self.branches(branches, &targets);
                        }
                    }
                    (value, _) => walk_value(self, value),
                }
                self.bind(pat);
            }
            Stmt::Temp { value, .. } | Stmt::Run(value) => walk_value(self, value),
            Stmt::Item(_) => {}
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Parallel { branches } => self.branches(branches, &[]),
            Kind::Choice { scrutinee, arms, .. } => {
                scrutinee.iter().for_each(|scrutinee| self.visit_expr(scrutinee));
                for arm in arms {
                    self.scopes.push(BTreeSet::new());
                    match &arm.test {
                        Test::If(condition) => self.visit_expr(condition),
                        Test::Else => {}
                        Test::Pattern(pat) => self.bind(pat),
                    }
                    self.flow(&arm.body);
                    self.scopes.pop();
                }
            }
            Kind::Loop { pat, items, body, .. } => {
                self.visit_expr(items);
                self.scopes.push(BTreeSet::new());
                self.bind(pat);
                self.flow(body);
                self.scopes.pop();
            }
            _ => walk_node(self, node),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.scopes.push(BTreeSet::new());
        self.visit_expr(expr);
        self.scopes.pop();
    }
}

/// Inside a pure expression names are added as they are bound; that some end earlier only makes the rule milder.
impl<'ast> Visit<'ast> for Siblings<'_> {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let (None, Some(name)) = (&path.qself, path.path.get_ident()) {
            self.used(name);
        }
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        self.bind(pat);
        visit::visit_pat(self, pat);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        // A function is no value of a branch.
        if !matches!(*call.func, Expr::Path(_)) {
            self.visit_expr(&call.func);
        }
        call.args.iter().for_each(|arg| self.visit_expr(arg));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let Some(known) = Known::read(mac) else { return };
        for piece in &known.pieces {
            match piece {
                Piece::Read(expr) | Piece::Take(expr) => self.visit_expr(expr),
                Piece::Pattern(pat, guard) => {
                    self.bind(pat);
                    guard.iter().for_each(|guard| self.visit_expr(guard));
                }
                Piece::Format(format) => {
                    for capture in crate::workflow::captures::captures(&format.value()) {
                        self.used(&Ident::new(&capture.name, format.span()));
                    }
                }
                Piece::Raw(_) => {}
            }
        }
    }
}

pub(super) fn check(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    let inputs = head.inputs.iter().flat_map(|input| patterns::bound(&input.pat)).map(|name| name.to_string());
    let mut rule = Siblings { scopes: vec![inputs.collect()], beside: Vec::new(), diagnostics };
    rule.flow(flow);
}
