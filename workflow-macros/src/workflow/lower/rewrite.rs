//! Pure expressions: *reading borrows, moving clones*.
//!
//! A binding `x` is a reference inside the closure that computes the expression; `x` becomes `(*x)`, and a binding or
//! field in a moving position becomes a clone of it, which is complete before it meets the type expected there.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprPath, Pat, Stmt, UnOp};

use super::scope::{Scope, Source};
use super::{ends, held, local};
use crate::workflow::patterns;

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
    pub(super) fn new(scope: &'r Scope, rt: &'r TokenStream, generic: bool) -> Self {
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

    pub(super) fn hide(&mut self, pat: &Pat) {
        let names = patterns::bound(pat);
        if let Some(frame) = self.hidden.last_mut() {
            frame.extend(names.iter().map(ToString::to_string));
        }
    }

    pub(super) fn is_binding(&self, name: &str) -> bool {
        !self.hidden.iter().any(|frame| frame.contains(name)) && self.scope.find(name).is_some()
    }

    /// The binding in which the place `expr` is.
    pub(super) fn root(&self, expr: &Expr) -> Option<String> {
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
    pub(super) fn callee(&self, function: &Expr, count: usize) -> Option<Expr> {
        let Expr::Path(function) = function else { return None };
        if let Some(name) = function.path.get_ident().map(ToString::to_string)
            && (self.scope.find(&name).is_some() || self.hidden.iter().any(|frame| frame.contains(&name)))
        {
            return None;
        }
        super::callee::asked(self.rt, function, count, self.generic)
    }

    pub(super) fn is_temp(&self, name: &str) -> bool {
        self.scope.find(name).is_some_and(|binding| binding.temp)
    }

    pub(super) fn note(&mut self, name: &str, field: String, opaque: bool) {
        let found = self.uses.entry(name.to_owned()).or_insert(Use { opaque });
        found.opaque &= opaque;
        self.reads.insert((name.to_owned(), field));
    }

    /// A use of a binding through macro tokens or a format string.
    pub(super) fn note_reference(&mut self, name: &str, opaque: bool) {
        if self.is_binding(name) {
            self.note(name, String::new(), opaque);
        }
    }

    pub(super) fn opaque(&mut self, tokens: TokenStream) {
        let mut names = BTreeSet::new();
        super::mentions::in_tokens(tokens, &mut names);
        names.iter().for_each(|name| self.note_reference(name, true));
    }

    pub(super) fn stmts(&mut self, block: &mut Block) {
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

    pub(super) fn finish(self) -> (TokenStream, TokenStream) {
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
