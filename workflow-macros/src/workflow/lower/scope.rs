//! Which names are bindings at one place of the block, and where their values are.

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprPath, Ident};

/// Several bindings that one pattern made: one recorded tuple.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) handle: Ident,
    /// The bindings, by position in the tuple; positions that nobody names are `None`.
    pub(crate) members: Vec<Option<Ident>>,
}

impl Group {
    pub(crate) fn tuple(handle: Ident, members: Vec<Option<Ident>>) -> Rc<Self> {
        Rc::new(Self { handle, members })
    }

    /// Locals that exist only so that rustc knows the names when it looks for one that was misspelt.
    pub(crate) fn shadows(&self) -> TokenStream {
        let names = self.members.iter().flatten();
        quote!(#(#[allow(unused_variables)] let #names = ();)*)
    }
}

/// Where the value of a binding is.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Behind the handle of the same name.
    Handle,
    /// A part of what is behind a group's handle.
    Member { group: Rc<Group>, position: usize },
}

/// One binding.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    pub(crate) source: Source,
    /// Whether it stands for a value that the user did not name, which may be moved out of.
    pub(crate) temp: bool,
}

/// The bindings of all blocks around a place; inner ones hide outer ones.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    frames: Vec<std::collections::BTreeMap<String, Binding>>,
}

impl Scope {
    pub(crate) fn push(&mut self) {
        self.frames.push(Default::default());
    }

    pub(crate) fn pop(&mut self) {
        self.frames.pop();
    }

    pub(crate) fn add(&mut self, ident: &Ident, temp: bool) {
        self.insert(Binding { ident: ident.clone(), source: Source::Handle, temp });
    }

    pub(crate) fn add_group(&mut self, group: &Rc<Group>) {
        for (position, member) in group.members.iter().enumerate() {
            if let Some(ident) = member {
                let source = Source::Member { group: Rc::clone(group), position };
                self.insert(Binding { ident: ident.clone(), source, temp: false });
            }
        }
    }

    fn insert(&mut self, binding: Binding) {
        if let Some(frame) = self.frames.last_mut() {
            frame.insert(binding.ident.to_string(), binding);
        }
    }

    /// The handle behind an expression that is nothing but the name of a binding.
    pub(crate) fn handle<'e>(&self, expr: &'e Expr) -> Option<&'e Ident> {
        let Expr::Path(ExprPath { qself: None, path, .. }) = expr else { return None };
        let name = path.get_ident()?;
        matches!(self.find(&name.to_string())?.source, Source::Handle).then_some(name)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Binding> {
        self.frames.iter().rev().find_map(|frame| frame.get(name))
    }
}
