//! `parallel!(a(x), async { .. }, if c { .. })` and `parallel!(for x in xs { .. }, at_most = 8)`.

use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Macro, Pat, Token};

use super::build::Builder;
use super::{AtMost, Flow, Kind, Node, Stmt, Value, hoist};
use crate::diagnostics::mistake;
use crate::suggest;

/// More branches do not fit into one tuple.
const MOST_BRANCHES: usize = 16;

struct Arguments {
    branches: Vec<Expr>,
    at_most: Option<(Ident, Expr)>,
}

impl Builder<'_> {
    pub(super) fn parallel(&mut self, mac: Macro, handled: bool, out: &mut Vec<Stmt>) -> Value {
        let span = mac.path.span();
        let Arguments { mut branches, at_most } = match arguments.parse2(mac.tokens.clone()) {
            Ok(arguments) => arguments,
            Err(error) => {
                self.diagnostics.push(error);
                return Value::unit(span);
            }
        };
        if let [Expr::ForLoop(_)] = branches.as_slice()
            && let Some(Expr::ForLoop(for_loop)) = branches.pop()
        {
            let value = self.looping(for_loop, Some(AtMost(at_most.map(|(_, limit)| limit))), span, out);
            return match value {
                Value::Node(node) => Value::Node(Box::new(Node { handled, ..*node })),
                other => other,
            };
        }
        if let Some((option, _)) = &at_most {
            self.diagnostics.error(
                option,
                "`at_most` belongs to a parallel `for`: written branches all start at once",
                "write `parallel!(for item in items { .. }, at_most = 8)`, or remove it",
            );
        }
        if branches.is_empty() {
            self.diagnostics.error(
                &mac.path,
                "`parallel!` has no branches",
                "write `parallel!(reserve(order), charge(order)).await?`",
            );
        }
        if let Some(extra) = branches.get(MOST_BRANCHES) {
            self.diagnostics.error(
                extra,
                format!("`parallel!` takes up to {MOST_BRANCHES} branches"),
                "nest a `parallel!` as one of the branches, or use `parallel!(for ..)`",
            );
        }
        let branches = branches.into_iter().map(|branch| self.branch(branch)).collect();
        Self::node(Kind::Parallel { branches }, span, String::new(), handled)
    }

    /// One branch. What is inside it runs there, also the nodes in its arguments.
    fn branch(&mut self, mut expr: Expr) -> Flow {
        let name = self.take_name(&mut expr);
        let mut flow = Flow { end: Some(expr.span()), ..Flow::default() };
        match expr {
            Expr::Async(block) => {
                if let Some(token) = &block.capture {
                    self.diagnostics.error(
                        token,
                        "a branch has nothing to move: bindings are recorded values that every branch can read",
                        "write `async { .. }`",
                    );
                }
                if let Some(name) = &name {
                    self.diagnostics.error(
                        name,
                        "an `async` block is a branch and no node, so it has no name",
                        "name the calls inside it",
                    );
                }
                return self.flow(block.block, true);
            }
            Expr::Call(call) => {
                let span = call.func.span();
                match *call.func {
                    Expr::Path(function) if function.qself.is_none() => {
                        let span = function.path.segments.last().map_or(span, |segment| segment.ident.span());
                        let args = call.args.into_iter().map(|arg| self.part(arg, &mut flow.stmts)).collect();
                        let text = crate::workflow::text::of(function.path.to_token_stream());
                        flow.tail = Some(Self::node(Kind::Call { path: function.path, args }, span, text, false));
                    }
                    other => self.refuse_branch(&other),
                }
            }
            Expr::Macro(mac) if hoist::is_builtin(&mac.mac) => {
                let value = self.builtin(mac.mac, false, false, &mut flow.stmts);
                flow.tail = Some(value);
            }
            Expr::If(_) | Expr::Match(_) => {
                // The arms are values, unless one of them is written as a `Result`.
                flow.result = arms_are_results(&expr);
                let value = self.choice(expr, &mut flow.stmts, flow.result);
                flow.tail = Some(value);
            }
            Expr::Paren(inner) => return self.branch(*inner.expr),
            Expr::Group(inner) => return self.branch(*inner.expr),
            Expr::Try(inner) if matches!(*inner.expr, Expr::Await(_)) => self.refuse_await(&inner.expr),
            Expr::Await(_) => self.refuse_await(&expr),
            other => self.refuse_branch(&other),
        }
        self.name(name, 0, &mut flow);
        flow
    }

    fn refuse_await(&mut self, expr: &Expr) {
        let Expr::Await(inner) = expr else { return };
        self.diagnostics.error(
            inner.await_token,
            "a branch of `parallel!` is not awaited by itself: that would be one after the other",
            format!(
                "write `{}` without `.await`; the `.await?` behind `parallel!(..)` waits for all",
                tidy(&inner.base)
            ),
        );
    }

    fn refuse_branch(&mut self, expr: &Expr) {
        let help = match expr {
            Expr::ForLoop(_) => "put it into `async { .. }`, or give it a `parallel!(for ..)` of its own",
            Expr::Block(_) => "write `async { .. }`",
            _ => "a branch is a step call, an `async` block, `if`, `match`, or a built-in such as `sleep!`",
        };
        self.diagnostics.error(expr, "this cannot be a branch of `parallel!`", help);
    }
}

fn arguments(input: ParseStream<'_>) -> syn::Result<Arguments> {
    let mut arguments = Arguments { branches: Vec::new(), at_most: None };
    while !input.is_empty() {
        if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let option: Ident = input.parse()?;
            if option != "at_most" {
                let help = match suggest::nearest(&option.to_string(), ["at_most"]) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "its only option is `at_most = 8`, for `parallel!(for ..)`".to_owned(),
                };
                return Err(mistake(&option, format!("`parallel!` has no option `{option}`"), help));
            }
            input.parse::<Token![=]>()?;
            let limit = input.parse()?;
            if arguments.at_most.is_some() {
                return Err(mistake(&option, "`at_most` is given twice", "keep one of the two"));
            }
            arguments.at_most = Some((option, limit));
        } else if let Some(option) = option_ahead_of_a_body(&input.fork()) {
            return Err(mistake(
                &option,
                format!("`{option}` comes behind the body of the loop"),
                "write `parallel!(for item in items { .. }, at_most = 8)`",
            ));
        } else {
            arguments.branches.push(input.parse()?);
        }
        if input.is_empty() {
            break;
        }
        input.parse::<Token![,]>()?;
    }
    Ok(arguments)
}

/// The option in `for item in items, at_most = 8 { .. }`.
fn option_ahead_of_a_body(input: ParseStream<'_>) -> Option<Ident> {
    input.parse::<Token![for]>().ok()?;
    Pat::parse_multi_with_leading_vert(input).ok()?;
    input.parse::<Token![in]>().ok()?;
    Expr::parse_without_eager_brace(input).ok()?;
    input.parse::<Token![,]>().ok()?;
    let option = input.parse().ok()?;
    input.peek(Token![=]).then_some(option)
}

/// Whether an arm of this `if` or `match` ends in `Ok(..)` or `Err(..)`.
fn arms_are_results(expr: &Expr) -> bool {
    struct Tails(bool);
    impl<'ast> Visit<'ast> for Tails {
        fn visit_block(&mut self, block: &'ast syn::Block) {
            if let Some(syn::Stmt::Expr(tail, None)) = block.stmts.last() {
                self.visit_expr(tail);
            }
        }
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Call(call) => self.0 |= is_result(&call.func),
                Expr::If(choice) => {
                    self.visit_block(&choice.then_branch);
                    if let Some((_, branch)) = &choice.else_branch {
                        self.visit_expr(branch);
                    }
                }
                Expr::Match(choice) => choice.arms.iter().for_each(|arm| self.visit_expr(&arm.body)),
                Expr::Block(block) => self.visit_block(&block.block),
                Expr::Paren(inner) => visit::visit_expr_paren(self, inner),
                _ => {}
            }
        }
    }
    let mut tails = Tails(false);
    tails.visit_expr(expr);
    tails.0
}

fn is_result(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Ok" || last.ident == "Err")
}

fn tidy(expr: &Expr) -> String {
    crate::workflow::text::of(expr.to_token_stream())
}
