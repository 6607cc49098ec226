//! Pure expressions: *reading borrows, moving clones*.
//!
//! A binding `x` is a reference inside the closure that computes the expression; `x` becomes `(*x)`, and a binding or
//! field in a moving position becomes a clone of it, which is complete before it meets the type expected there.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Block, Expr, ExprPath, Ident, Macro, Member, Pat, Stmt, Token, UnOp};

use super::scope::{Scope, Source};
use super::{Lowering, ends, held, local};
use crate::workflow::captures::captures;
use crate::workflow::known::{Known, Piece};
use crate::workflow::patterns;

/// A pure expression, lowered.
pub(crate) struct Lowered {
    /// `let`s that fetch the bindings.
    pub(crate) fetch: TokenStream,
    /// The expression.
    pub(crate) expr: TokenStream,
    /// The `Read`s, for the graph's edges.
    pub(crate) reads: TokenStream,
    /// `__env`, or `_` when nothing is fetched.
    pub(crate) env: TokenStream,
}

impl Lowering<'_> {
    /// An expression whose value moves on: an argument, an initialiser, a tail.
    pub(super) fn moving(&self, expr: &Expr) -> Lowered {
        self.lower(|rewrite| {
            let mut expr = expr.clone();
            rewrite.take(&mut expr);
            // Where it is written, behind a `let`, `match x { .. } + 1` is one expression; at the end of a block it is two.
            if begins_with_a_block(&expr) { quote!((#expr)) } else { expr.into_token_stream() }
        })
    }

    /// Rewrites several expressions for one closure.
    pub(super) fn lower(&self, write: impl FnOnce(&mut Rewrite<'_>) -> TokenStream) -> Lowered {
        let mut rewrite = Rewrite::new(&self.scope, self.rt, self.generic);
        let expr = write(&mut rewrite);
        let (fetch, reads) = rewrite.finish();
        let env = if fetch.is_empty() { quote!(_) } else { local("__env", Span::call_site()).into_token_stream() };
        Lowered { fetch, expr, reads, env }
    }
}

/// Whether something follows a block that the expression begins with, as in `if a { 1 } else { 2 } + 3`.
fn begins_with_a_block(expr: &Expr) -> bool {
    let first = match expr {
        Expr::Binary(binary) => &binary.left,
        Expr::Call(call) => &call.func,
        Expr::Cast(cast) => &cast.expr,
        Expr::Field(field) => &field.base,
        Expr::Index(index) => &index.expr,
        Expr::MethodCall(call) => &call.receiver,
        Expr::Try(question) => &question.expr,
        _ => return false,
    };
    matches!(**first, Expr::Block(_) | Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Unsafe(_))
        || begins_with_a_block(first)
}

/// How a closure uses one binding.
struct Use {
    /// Whether all uses are inside macros that keep their tokens, so that it may be none.
    opaque: bool,
}

/// The rewriting of the expressions of one closure.
pub(crate) struct Rewrite<'r> {
    scope: &'r Scope,
    rt: &'r TokenStream,
    /// Whether the workflow has type parameters.
    generic: bool,
    /// Names that the expression itself binds.
    hidden: Vec<BTreeSet<String>>,
    uses: BTreeMap<String, Use>,
    /// Binding and field path; an empty path is the whole value.
    reads: BTreeSet<(String, String)>,
}

impl<'r> Rewrite<'r> {
    fn new(scope: &'r Scope, rt: &'r TokenStream, generic: bool) -> Self {
        Self { scope, rt, generic, hidden: Vec::new(), uses: BTreeMap::new(), reads: BTreeSet::new() }
    }

    /// Rewrites an expression in a reading position.
    pub(crate) fn read(&mut self, expr: &mut Expr) {
        self.visit_expr_mut(expr);
    }

    /// Rewrites an expression in a moving position.
    pub(crate) fn take(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Paren(inner) => self.take(&mut inner.expr),
            Expr::Group(inner) => self.take(&mut inner.expr),
            _ if self.root(expr).is_some() => {
                let (begin, end) = ends(&expr.to_token_stream());
                self.read(expr);
                let place = match &*expr {
                    Expr::Verbatim(deref) => inner_reference(deref),
                    place => quote!(&#place),
                };
                *expr = Expr::Verbatim(held(self.rt, &place, begin, end));
            }
            _ => self.read(expr),
        }
    }

    /// Runs `rewrite` where the names that `pat` binds hide the bindings of the block.
    pub(crate) fn within(&mut self, pat: &Pat, rewrite: impl FnOnce(&mut Self)) {
        self.hidden.push(patterns::bound(pat).iter().map(ToString::to_string).collect());
        rewrite(self);
        self.hidden.pop();
    }

    /// Opens a block of names; `hide` adds to it.
    pub(crate) fn open(&mut self) {
        self.hidden.push(BTreeSet::new());
    }

    pub(crate) fn close(&mut self) {
        self.hidden.pop();
    }

    fn hide(&mut self, pat: &Pat) {
        let names = patterns::bound(pat);
        if let Some(frame) = self.hidden.last_mut() {
            frame.extend(names.iter().map(ToString::to_string));
        }
    }

    fn is_binding(&self, name: &str) -> bool {
        !self.hidden.iter().any(|frame| frame.contains(name)) && self.scope.find(name).is_some()
    }

    /// The binding in which the place `expr` is.
    fn root(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Path(ExprPath { qself: None, path, .. }) => {
                let name = path.get_ident()?.to_string();
                self.is_binding(&name).then_some(name)
            }
            Expr::Field(field) => self.root(&field.base),
            Expr::Index(index) => self.root(&index.expr),
            Expr::Paren(paren) => self.root(&paren.expr),
            Expr::Group(group) => self.root(&group.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.root(&unary.expr),
            _ => None,
        }
    }

    /// The function that a call names, unless it is a value of the expression itself.
    fn callee(&self, function: &Expr, count: usize) -> Option<Expr> {
        let Expr::Path(function) = function else { return None };
        if let Some(name) = function.path.get_ident().map(ToString::to_string)
            && (self.scope.find(&name).is_some() || self.hidden.iter().any(|frame| frame.contains(&name)))
        {
            return None;
        }
        super::callee::asked(self.rt, function, count, self.generic)
    }

    fn is_temp(&self, name: &str) -> bool {
        self.scope.find(name).is_some_and(|binding| binding.temp)
    }

    fn note(&mut self, name: &str, field: String, opaque: bool) {
        let found = self.uses.entry(name.to_owned()).or_insert(Use { opaque });
        found.opaque &= opaque;
        self.reads.insert((name.to_owned(), field));
    }

    /// A use of a binding through macro tokens or a format string.
    fn note_reference(&mut self, name: &str, opaque: bool) {
        if self.is_binding(name) {
            self.note(name, String::new(), opaque);
        }
    }

    fn opaque(&mut self, tokens: TokenStream) {
        let mut names = BTreeSet::new();
        super::mentions::in_tokens(tokens, &mut names);
        names.iter().for_each(|name| self.note_reference(name, true));
    }

    fn stmts(&mut self, block: &mut Block) {
        self.open();
        let count = block.stmts.len();
        for (index, stmt) in block.stmts.iter_mut().enumerate() {
            match stmt {
                Stmt::Expr(tail, None) if index + 1 == count => self.take(tail),
                Stmt::Local(binding) => {
                    if let Some(init) = &mut binding.init {
                        self.take(&mut init.expr);
                        if let Some((_, other)) = &mut init.diverge {
                            self.read(other);
                        }
                    }
                    let pat = binding.pat.clone();
                    self.hide(&pat);
                }
                Stmt::Expr(expr, _) => self.read(expr),
                Stmt::Macro(stmt) => self.visit_macro_mut(&mut stmt.mac),
                Stmt::Item(_) => {}
            }
        }
        self.close();
    }

    fn finish(self) -> (TokenStream, TokenStream) {
        let env = local("__env", Span::call_site());
        let mut fetch = TokenStream::new();
        let mut reads = Vec::new();
        let mut groups: BTreeMap<String, (std::rc::Rc<super::scope::Group>, BTreeSet<usize>, bool)> = BTreeMap::new();
        for (name, usage) in &self.uses {
            let Some(binding) = self.scope.find(name) else { continue };
            match &binding.source {
                Source::Handle => {
                    let ident = &binding.ident;
                    let allow = usage.opaque.then(|| quote!(#[allow(unused_variables)]));
                    fetch.extend(quote!(#allow let #ident = #env.get(#ident);));
                }
                Source::Member { group, position } => {
                    let key = group.handle.to_string();
                    let entry = groups.entry(key).or_insert_with(|| (group.clone(), BTreeSet::new(), false));
                    entry.1.insert(*position);
                    entry.2 |= usage.opaque;
                }
            }
        }
        for (group, positions, opaque) in groups.values() {
            let handle = &group.handle;
            let members = group.members.iter().enumerate().map(|(position, member)| match member {
                Some(ident) if positions.contains(&position) => ident.to_token_stream(),
                _ => quote!(_),
            });
            let allow = opaque.then(|| quote!(#[allow(unused_variables)]));
            fetch.extend(quote!(#allow let (#(#members,)*) = #env.get(#handle);));
        }
        for (name, field) in &self.reads {
            let covered = |other: &str| other != field && self.reads.contains(&(name.clone(), other.to_owned()));
            let mut ends = field.match_indices('.').map(|(at, _)| field.get(..at).unwrap_or_default());
            if covered("") || ends.any(covered) {
                continue;
            }
            let Some(binding) = self.scope.find(name) else { continue };
            let (handle, path) = match &binding.source {
                Source::Handle => (&binding.ident, field.clone()),
                Source::Member { group, position } if field.is_empty() => (&group.handle, position.to_string()),
                Source::Member { group, position } => (&group.handle, format!("{position}.{field}")),
            };
            reads.push(if path.is_empty() { quote!(#handle.whole()) } else { quote!(#handle.at(#path)) });
        }
        (fetch, quote!(&[#(#reads),*]))
    }
}

/// `(*x)` back to the reference `x`, any other place to a reference to it.
fn inner_reference(place: &TokenStream) -> TokenStream {
    let mut tokens = place.clone().into_iter();
    if let (Some(proc_macro2::TokenTree::Group(group)), None) = (tokens.next(), tokens.next()) {
        let mut inner = group.stream().into_iter();
        if let (Some(proc_macro2::TokenTree::Punct(star)), Some(proc_macro2::TokenTree::Ident(name)), None) =
            (inner.next(), inner.next(), inner.next())
            && star.as_char() == '*'
        {
            return name.into_token_stream();
        }
    }
    quote!(&#place)
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
