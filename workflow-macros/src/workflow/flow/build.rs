//! From the syntax tree of a block to its flow.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprMacro, Ident, LitStr, Local, Pat, Stmt as SynStmt, Token};

use super::hoist::{self, Hoist};
use super::unset::Unset;
use super::{Flow, Kind, Node, Stmt, Value, names};
use crate::diagnostics::Diagnostics;

/// Reads the block of a workflow.
pub(crate) fn build(block: Block, diagnostics: &mut Diagnostics) -> Flow {
    Builder { diagnostics, temps: 0, unset: Unset::default() }.flow(block, true)
}

/// The state of the reading.
pub(super) struct Builder<'d> {
    pub(super) diagnostics: &'d mut Diagnostics,
    temps: usize,
    unset: Unset,
}

impl Builder<'_> {
    /// Reads a block with a scope of its own.
    pub(super) fn flow(&mut self, block: Block, result: bool) -> Flow {
        let end = Some(block.brace_token.span.close());
        let mut flow = Flow { stmts: Vec::new(), tail: None, result, end };
        let count = block.stmts.len();
        for (index, mut stmt) in block.stmts.into_iter().enumerate() {
            let last = index + 1 == count;
            self.unset.take_assignments(&mut stmt);
            self.stmt(stmt, last, &mut flow);
        }
        flow
    }

    /// A flow that is one expression.
    pub(super) fn tail_only(&mut self, expr: Expr, result: bool) -> Flow {
        match expr {
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => self.flow(block.block, result),
            expr => {
                let end = Some(expr.span());
                let mut flow = Flow { stmts: Vec::new(), tail: None, result, end };
                self.tail(expr, &mut flow);
                flow
            }
        }
    }

    fn stmt(&mut self, stmt: SynStmt, last: bool, flow: &mut Flow) {
        let first = flow.stmts.len();
        match stmt {
            SynStmt::Local(local) => {
                let name = self.local(local, flow);
                self.name(name, first, flow);
            }
            SynStmt::Item(item) => flow.stmts.push(Stmt::Item(item)),
            SynStmt::Expr(expr, semi) => self.expr_stmt(expr, semi.is_some(), last, flow),
            SynStmt::Macro(stmt) => {
                // `bail!(..);` in the last place ends the block as an expression of the type `!` does.
                let ends = stmt.semi_token.is_none() || diverges(&stmt.mac);
                let braced = matches!(stmt.mac.delimiter, syn::MacroDelimiter::Brace(_));
                let expr = Expr::Macro(ExprMacro { attrs: stmt.attrs, mac: stmt.mac });
                self.expr_stmt(expr, !(ends || braced), last, flow);
            }
        }
    }

    fn expr_stmt(&mut self, mut expr: Expr, semi: bool, last: bool, flow: &mut Flow) {
        let first = flow.stmts.len();
        let name = self.take_name(&mut expr);
        if last && !semi {
            self.named_tail(expr, name.is_some(), flow);
        } else {
            let value = self.choice_or_value(expr, name.is_some(), &mut flow.stmts, false);
            flow.stmts.push(Stmt::Run(value));
        }
        self.name(name, first, flow);
    }

    fn tail(&mut self, mut expr: Expr, flow: &mut Flow) {
        let first = flow.stmts.len();
        let name = self.take_name(&mut expr);
        self.named_tail(expr, name.is_some(), flow);
        self.name(name, first, flow);
    }

    fn named_tail(&mut self, expr: Expr, named: bool, flow: &mut Flow) {
        let result = flow.result;
        if let Expr::Block(block) = &expr
            && block.label.is_none()
            && hoist::block_has_nodes(&block.block)
            && let Expr::Block(block) = expr
        {
            let inner = self.flow(block.block, result);
            flow.tail = Some(Value::Block(Box::new(inner)));
            return;
        }
        let question = matches!(&expr, Expr::Try(inner) if matches!(*inner.expr, Expr::Await(_)));
        if result && question {
            // `.await?` gives a plain value where a `Result` is due: rustc says so on the whole expression.
            let place = expr.clone();
            let value = self.value(expr, &mut flow.stmts, false);
            flow.tail = Some(Value::Pure(self.temp(&place, value, &mut flow.stmts)));
            return;
        }
        let value = self.choice_or_value(expr, named, &mut flow.stmts, result);
        flow.tail = Some(value);
    }

    fn local(&mut self, mut local: Local, flow: &mut Flow) -> Option<LitStr> {
        let name = names::take(&mut local.attrs, self.diagnostics);
        let (pat, ty) = match local.pat {
            Pat::Type(typed) => (*typed.pat, Some(*typed.ty)),
            pat => (pat, None),
        };
        let Some(init) = local.init else {
            let name_of = pat.to_token_stream();
            self.diagnostics.error(
                &pat,
                "a binding of a workflow is an immutable recorded value, so it begins with one",
                format!("write `let {name_of} = ..;` where the value is known, or `let {name_of} = if .. {{ .. }} else {{ .. }};`"),
            );
            self.unset.declare(&pat);
            return name;
        };
        if let Some((token, _)) = &init.diverge {
            self.diagnostics.error(
                token,
                "`let .. else` leaves the workflow from the middle, which only a failure can do",
                "turn the other case into an error, `let x = value.ok_or_else(|| anyhow!(\"..\"))?;`, or use `match`",
            );
        }
        let mut expr = *init.expr;
        let inner = self.take_name(&mut expr);
        let named = name.is_some() || inner.is_some();
        let value = self.choice_or_value(expr, named, &mut flow.stmts, false);
        flow.stmts.push(Stmt::Let { pat, ty, value });
        match (name, inner) {
            (Some(_), Some(inner)) => {
                self.diagnostics.error(&inner, "this node is named twice", "keep one of the two names");
                Some(inner)
            }
            (name, inner) => name.or(inner),
        }
    }

    /// Takes the `#[name]` off an expression that is, or contains, one node.
    pub(super) fn take_name(&mut self, expr: &mut Expr) -> Option<LitStr> {
        let mut found = names::attrs(expr).and_then(|attrs| names::take(attrs, self.diagnostics));
        let inner = match expr {
            Expr::Try(expr) => Some(&mut *expr.expr),
            Expr::Await(expr) => Some(&mut *expr.base),
            Expr::Paren(expr) => Some(&mut *expr.expr),
            Expr::Group(expr) => Some(&mut *expr.expr),
            _ => None,
        };
        if let Some(inner) = inner
            && let Some(name) = self.take_name(inner)
        {
            if found.is_some() {
                self.diagnostics.error(&name, "this node is named twice", "keep one of the two names");
            }
            found = Some(name);
        }
        found
    }

    /// Gives `name` to the one node that was added since `first`.
    pub(super) fn name(&mut self, name: Option<LitStr>, first: usize, flow: &mut Flow) {
        let Some(name) = name else { return };
        let mut found = Vec::new();
        for stmt in flow.stmts.iter_mut().skip(first) {
            match stmt {
                Stmt::Let { value, .. } | Stmt::Temp { value, .. } | Stmt::Run(value) => collect(value, &mut found),
                Stmt::Item(_) => {}
            }
        }
        if let Some(tail) = &mut flow.tail {
            collect(tail, &mut found);
        }
        match found.as_mut_slice() {
            [node] if node.name.is_none() => node.name = Some(name),
            [_] => self.diagnostics.error(&name, "this node is named twice", "keep one of the two names"),
            [] => self.diagnostics.error(
                &name,
                "there is no node here that could have a name",
                "a name belongs to a step call, `if`, `match`, `for`, or a built-in such as `sleep!`",
            ),
            _ => self.diagnostics.error(
                &name,
                format!("this statement has {} nodes, and a name belongs to one", found.len()),
                "put the name before one of the calls, or give each call a `let` of its own",
            ),
        }
    }

    /// A temporary for a part of a bigger expression; gives the expression that stands for it.
    pub(super) fn temp(&mut self, place: &Expr, value: Value, out: &mut Vec<Stmt>) -> Expr {
        let span = joined(place).resolved_at(Span::mixed_site());
        let ident = Ident::new(&format!("__h{}", self.temps), span);
        self.temps += 1;
        out.push(Stmt::Temp { ident: ident.clone(), value });
        Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: ident.into() })
    }

    /// A pure part of a node, such as an argument: nodes inside it, and its `?`s, come before.
    pub(super) fn part(&mut self, mut expr: Expr, out: &mut Vec<Stmt>) -> Expr {
        self.hoist(&mut expr, out);
        if hoist::can_fail(&expr) {
            let place = expr.clone();
            return self.temp(&place, Value::Pure(expr), out);
        }
        expr
    }

    pub(super) fn hoist(&mut self, expr: &mut Expr, out: &mut Vec<Stmt>) {
        let left = hoist::nodes(expr);
        if left > 0 {
            Hoist { builder: self, out, left }.visit_expr_mut(expr);
        }
    }

    fn choice_or_value(&mut self, expr: Expr, named: bool, out: &mut Vec<Stmt>, result: bool) -> Value {
        match expr {
            Expr::If(_) | Expr::Match(_) if named => self.choice(expr, out, result),
            expr => self.value(expr, out, result),
        }
    }

    /// What gives the value of `expr`; what has to run before it is added to `out`. With `result` the expression is in
    /// tail position of a `Result`, where `.await` means `.await?`.
    pub(super) fn value(&mut self, mut expr: Expr, out: &mut Vec<Stmt>, result: bool) -> Value {
        let name = if hoist::nodes(&expr) > 0 { self.take_name(&mut expr) } else { None };
        let mut value = self.unnamed_value(expr, out, result);
        if let Some(name) = name {
            match &mut value {
                Value::Node(node) => node.name = Some(name),
                Value::Pure(_) | Value::Block(_) => self.diagnostics.error(
                    &name,
                    "a name before an expression belongs to a call, and this is a bigger expression",
                    "give the call a `let` of its own and name that",
                ),
            }
        }
        value
    }

    fn unnamed_value(&mut self, expr: Expr, out: &mut Vec<Stmt>, result: bool) -> Value {
        match expr {
            Expr::Paren(paren) if hoist::nodes(&paren.expr) > 0 => self.value(*paren.expr, out, result),
            Expr::Group(group) => self.value(*group.expr, out, result),
            Expr::Try(outer) if matches!(*outer.expr, Expr::Await(_)) => match *outer.expr {
                Expr::Await(inner) => self.awaited(inner, Some(outer.question_token), out),
                other => Value::Pure(other),
            },
            Expr::Await(inner) => {
                let question = result.then(|| Token![?](inner.await_token.span));
                self.awaited_in(inner, question, result, out)
            }
            Expr::Macro(mac) if hoist::is_builtin(&mac.mac) => self.bare_builtin(mac.mac, out),
            Expr::If(_) | Expr::Match(_) if hoist::nodes(&expr) > 0 => self.choice(expr, out, result),
            Expr::ForLoop(for_loop) => self.for_loop(for_loop, out),
            Expr::Block(block) if block.label.is_none() && hoist::block_has_nodes(&block.block) => {
                Value::Block(Box::new(self.flow(block.block, false)))
            }
            mut other => {
                self.hoist(&mut other, out);
                Value::Pure(other)
            }
        }
    }

    pub(super) fn node(kind: Kind, span: Span, text: String, handled: bool) -> Value {
        Value::Node(Box::new(Node { kind, name: None, span, end: span, text, handled }))
    }
}

fn collect<'n>(value: &'n mut Value, found: &mut Vec<&'n mut Node>) {
    match value {
        Value::Node(node) => found.push(node),
        Value::Pure(_) => {}
        Value::Block(flow) => {
            for stmt in &mut flow.stmts {
                match stmt {
                    Stmt::Let { value, .. } | Stmt::Temp { value, .. } | Stmt::Run(value) => collect(value, found),
                    Stmt::Item(_) => {}
                }
            }
            if let Some(tail) = &mut flow.tail {
                collect(tail, found);
            }
        }
    }
}

fn diverges(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| {
        ["bail", "panic", "unreachable", "todo", "unimplemented"].iter().any(|name| last.ident == name)
    })
}

/// The whole of an expression where the compiler can join spans, else its beginning.
fn joined(expr: &Expr) -> Span {
    expr.span()
}
