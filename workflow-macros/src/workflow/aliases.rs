//! Short names for the awaited paths, so that each path is written once: one that is no step gives one error of rustc.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Ident, Path};

use super::flow::walk::{Visitor, walk_flow, walk_node};
use super::flow::{Flow, Kind, Node};
use super::lower::mixed;

/// The awaited paths of a workflow, in the order in which they are written first.
#[derive(Default)]
pub(crate) struct Aliases {
    list: Vec<Alias>,
    index: BTreeMap<String, usize>,
}

struct Alias {
    path: Path,
    /// The generic parameters of the workflow that the path mentions.
    generics: Vec<GenericParam>,
}

impl Aliases {
    /// Collects the paths of `flow`.
    pub(crate) fn collect(flow: &Flow, generics: &Generics) -> Self {
        let mut collector = Collector { aliases: Self::default(), generics };
        walk_flow(&mut collector, flow);
        collector.aliases
    }

    fn add(&mut self, path: &Path, generics: &Generics) {
        let key = path.to_token_stream().to_string();
        if self.index.contains_key(&key) {
            return;
        }
        self.index.insert(key, self.list.len());
        self.list.push(Alias { path: path.clone(), generics: mentioned(generics, path.to_token_stream()) });
    }

    /// The short name where `path` stands, at the place of its last segment.
    pub(crate) fn mention(&self, path: &Path) -> TokenStream {
        let key = path.to_token_stream().to_string();
        let span = path.segments.last().map_or_else(|| path.span(), |segment| segment.ident.span());
        match self.index.get(&key).and_then(|index| Some((index, self.list.get(*index)?))) {
            Some((index, alias)) => named(*index, alias, span),
            None => path.to_token_stream(),
        }
    }

    /// `type __Step0 = reserve;` and so on.
    pub(crate) fn definitions(&self) -> TokenStream {
        let definitions = self.list.iter().enumerate().map(|(index, Alias { path, generics })| {
            let name = format_ident!("__Step{index}", span = Span::mixed_site());
            let generics = (!generics.is_empty()).then(|| quote!(<#(#generics),*>));
            quote!(type #name #generics = #path;)
        });
        quote!(#(#definitions)*)
    }

    /// All short names, for bounds.
    pub(crate) fn all(&self) -> impl Iterator<Item = TokenStream> + '_ {
        self.list.iter().enumerate().map(|(index, alias)| {
            let span = alias.path.segments.last().map_or_else(|| alias.path.span(), |segment| segment.ident.span());
            named(index, alias, span)
        })
    }
}

fn named(index: usize, alias: &Alias, span: Span) -> TokenStream {
    let name = Ident::new(&format!("__Step{index}"), mixed(span));
    let arguments: Vec<Ident> = alias.generics.iter().filter_map(parameter).collect();
    if arguments.is_empty() { quote!(#name) } else { quote!(#name<#(#arguments),*>) }
}

fn parameter(param: &GenericParam) -> Option<Ident> {
    match param {
        GenericParam::Type(param) => Some(param.ident.clone()),
        GenericParam::Const(param) => Some(param.ident.clone()),
        GenericParam::Lifetime(_) => None,
    }
}

/// The generic parameters that `tokens` mention, without defaults.
pub(crate) fn mentioned(generics: &Generics, tokens: TokenStream) -> Vec<GenericParam> {
    let mut names = BTreeSet::new();
    super::lower::names_in(tokens, &mut names);
    generics
        .params
        .iter()
        .filter(|param| parameter(param).is_some_and(|ident| names.contains(&ident.to_string())))
        .cloned()
        .map(|param| match param {
            GenericParam::Type(mut param) => {
                param.default = None;
                param.attrs.clear();
                GenericParam::Type(param)
            }
            other => other,
        })
        .collect()
}

struct Collector<'c> {
    aliases: Aliases,
    generics: &'c Generics,
}

impl Visitor for Collector<'_> {
    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Call { path, .. } | Kind::Undo { path, payload: Some(_) } => self.aliases.add(path, self.generics),
            _ => {}
        }
        walk_node(self, node);
    }
}
