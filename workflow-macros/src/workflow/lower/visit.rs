//! The parts of an expression: which are read, and which move on.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, Ident, Macro, Member, Pat, Token, UnOp};

use super::rewrite::Rewrite;
use crate::workflow::captures::captures;
use crate::workflow::known::{Known, Piece};

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(name) = self.root(expr) {
            self.note(&name, fields(expr), false);
            self.place(expr);
            return;
        }
        match expr {
            Expr::Call(call) => {
                match self.callee(&call.func, call.args.len()) {
                    Some(callee) => *call.func = callee,
                    None => self.read(&mut call.func),
                }
                call.args.iter_mut().for_each(|arg| self.take(arg));
            }
            Expr::MethodCall(call) => {
                match self.root(&call.receiver) {
                    // A value without a name may be consumed by the method.
                    Some(name) if self.is_temp(&name) => self.take(&mut call.receiver),
                    _ => self.read(&mut call.receiver),
                }
                call.args.iter_mut().for_each(|arg| self.take(arg));
            }
            Expr::Struct(literal) => {
                for field in &mut literal.fields {
                    if self.root(&field.expr).is_some() {
                        field.colon_token.get_or_insert_with(<Token![:]>::default);
                    }
                    self.take(&mut field.expr);
                }
                if let Some(rest) = &mut literal.rest {
                    self.take(rest);
                }
            }
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|elem| self.take(elem)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|elem| self.take(elem)),
            Expr::Repeat(repeat) => self.take(&mut repeat.expr),
            Expr::Binary(binary) => {
                if borrows(&binary.op) {
                    self.read(&mut binary.left);
                    self.read(&mut binary.right);
                } else {
                    self.take(&mut binary.left);
                    self.take(&mut binary.right);
                }
            }
            Expr::Unary(unary) if !matches!(unary.op, UnOp::Deref(_)) => self.take(&mut unary.expr),
            Expr::Cast(cast) => self.take(&mut cast.expr),
            Expr::Range(range) => {
                range.start.iter_mut().chain(&mut range.end).for_each(|end| self.take(end));
            }
            Expr::Index(index) => {
                self.read(&mut index.expr);
                self.take(&mut index.index);
            }
            Expr::Try(inner) => self.take(&mut inner.expr),
            Expr::Let(binding) => {
                self.take(&mut binding.expr);
                let pat = binding.pat.clone();
                self.hide(&pat);
            }
            Expr::If(choice) => {
                self.open();
                self.read(&mut choice.cond);
                self.stmts(&mut choice.then_branch);
                self.close();
                if let Some((_, branch)) = &mut choice.else_branch {
                    self.take(branch);
                }
            }
            Expr::Match(choice) => {
                self.take(&mut choice.expr);
                for arm in &mut choice.arms {
                    let pat = arm.pat.clone();
                    self.within(&pat, |inner| {
                        inner.guard(&mut arm.pat);
                        inner.take(&mut arm.body);
                    });
                }
            }
            Expr::Closure(closure) => {
                self.open();
                closure.inputs.iter().for_each(|input| self.hide(input));
                self.take(&mut closure.body);
                self.close();
            }
            Expr::ForLoop(for_loop) => {
                self.take(&mut for_loop.expr);
                let pat = for_loop.pat.clone();
                self.within(&pat, |inner| inner.stmts(&mut for_loop.body));
            }
            Expr::Block(block) => self.stmts(&mut block.block),
            Expr::Async(_) | Expr::Const(_) | Expr::Verbatim(_) => {}
            Expr::Macro(mac) => self.visit_macro_mut(&mut mac.mac),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let Some(mut known) = Known::read(mac) else {
            self.opaque(mac.tokens.clone());
            return;
        };
        let mut counts = TokenStream::new();
        for piece in &mut known.pieces {
            match piece {
                Piece::Raw(_) => {}
                Piece::Read(expr) => self.read(expr),
                Piece::Take(expr) => self.take(expr),
                Piece::Pattern(pat, guard) => {
                    let bound = pat.clone();
                    self.within(&bound, |inner| guard.iter_mut().for_each(|guard| inner.read(guard)));
                }
                Piece::Format(format) => {
                    for capture in captures(&format.value()) {
                        if capture.count && self.is_binding(&capture.name) {
                            // A width is a number and never a reference to one.
                            let name = Ident::new(&capture.name, format.span());
                            counts.extend(quote!(, #name = *#name));
                        }
                        self.note_reference(&capture.name, false);
                    }
                }
            }
        }
        if !counts.is_empty() && matches!(known.pieces.last(), Some(Piece::Raw(raw)) if raw.to_string() == ",") {
            known.pieces.pop();
        }
        mac.tokens = known.into_token_stream();
        mac.tokens.extend(counts);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

impl Rewrite<'_> {
    /// Dereferences the binding at the root of a place, and rewrites what indexes on the way.
    fn place(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Path(path) => {
                let name = path.path.get_ident().cloned();
                if let Some(name) = name {
                    *expr = Expr::Verbatim(quote_spanned!(name.span()=> (*#name)));
                }
            }
            Expr::Field(field) => self.place(&mut field.base),
            Expr::Index(index) => {
                self.place(&mut index.expr);
                self.take(&mut index.index);
            }
            Expr::Paren(paren) => self.place(&mut paren.expr),
            Expr::Group(group) => self.place(&mut group.expr),
            Expr::Unary(unary) => self.place(&mut unary.expr),
            _ => {}
        }
    }

    /// The guard inside the pattern of an arm.
    pub(crate) fn guard(&mut self, pat: &mut Pat) {
        if let Pat::Guard(guarded) = pat {
            self.read(&mut guarded.guard);
        }
    }
}

/// Whether the operator takes references to its operands by itself.
fn borrows(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_)
            | BinOp::And(_)
            | BinOp::Or(_)
    )
}

/// The fields of a place, from its binding on, as far as they are static.
fn fields(expr: &Expr) -> String {
    match expr {
        Expr::Field(field) => {
            let base = fields(&field.base);
            if !is_static(&field.base) {
                return base;
            }
            let member = match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            if base.is_empty() { member } else { format!("{base}.{member}") }
        }
        Expr::Index(index) => fields(&index.expr),
        Expr::Paren(paren) => fields(&paren.expr),
        Expr::Group(group) => fields(&group.expr),
        Expr::Unary(unary) => fields(&unary.expr),
        _ => String::new(),
    }
}

fn is_static(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field) => is_static(&field.base),
        Expr::Paren(paren) => is_static(&paren.expr),
        Expr::Group(group) => is_static(&group.expr),
        Expr::Path(_) => true,
        _ => false,
    }
}
