//! Walks over a flow, so that a check is only its rule.

use syn::{Expr, Pat};

use super::{Flow, Kind, Node, Stmt, Test, Value};

/// Something that is called for each part of a flow, in source order. What is not overridden is walked through.
pub(crate) trait Visitor {
    /// A sequence with a scope of its own.
    fn flow(&mut self, flow: &Flow) {
        walk_flow(self, flow);
    }
    /// A statement.
    fn stmt(&mut self, stmt: &Stmt) {
        walk_stmt(self, stmt);
    }
    /// A node.
    fn node(&mut self, node: &Node) {
        walk_node(self, node);
    }
    /// A pure expression.
    fn expr(&mut self, _expr: &Expr) {}
    /// A pattern.
    fn pat(&mut self, _pat: &Pat) {}
    /// A nested item.
    fn item(&mut self, _item: &syn::Item) {}
}

pub(crate) fn walk_flow<V: Visitor + ?Sized>(visitor: &mut V, flow: &Flow) {
    for stmt in &flow.stmts {
        visitor.stmt(stmt);
    }
    if let Some(tail) = &flow.tail {
        walk_value(visitor, tail);
    }
}

pub(crate) fn walk_stmt<V: Visitor + ?Sized>(visitor: &mut V, stmt: &Stmt) {
    match stmt {
        Stmt::Let { pat, value, .. } => {
            walk_value(visitor, value);
            visitor.pat(pat);
        }
        Stmt::Temp { value, .. } | Stmt::Run(value) => walk_value(visitor, value),
        Stmt::Item(item) => visitor.item(item),
    }
}

pub(crate) fn walk_value<V: Visitor + ?Sized>(visitor: &mut V, value: &Value) {
    match value {
        Value::Node(node) => visitor.node(node),
        Value::Pure(expr) => visitor.expr(expr),
        // An inline block has no scope of nodes, but one of names.
        Value::Block(flow) => walk_flow(visitor, flow),
    }
}

pub(crate) fn walk_node<V: Visitor + ?Sized>(visitor: &mut V, node: &Node) {
    match &node.kind {
        Kind::Call { args, .. } => args.iter().for_each(|arg| visitor.expr(arg)),
        Kind::Choice { scrutinee, arms, .. } => {
            if let Some(scrutinee) = scrutinee {
                visitor.expr(scrutinee);
            }
            for arm in arms {
                match &arm.test {
                    Test::If(condition) => visitor.expr(condition),
                    Test::Else => {}
                    Test::Pattern(pat) => visitor.pat(pat),
                }
                visitor.flow(&arm.body);
            }
        }
        Kind::Loop { pat, items, body, parallel } => {
            visitor.expr(items);
            visitor.pat(pat);
            visitor.flow(body);
            if let Some(super::AtMost(Some(limit))) = parallel {
                visitor.expr(limit);
            }
        }
        Kind::Parallel { branches } => branches.iter().for_each(|branch| visitor.flow(branch)),
        Kind::Sleep { duration } => visitor.expr(duration),
        Kind::Emit { event } => visitor.expr(event),
        Kind::Undo { payload, .. } => payload.iter().for_each(|payload| visitor.expr(payload)),
        Kind::Signal { .. } => {}
    }
}
