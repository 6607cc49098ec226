//! Questions about types, and types as they look where nothing is borrowed.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericParam, Generics, Lifetime, ParenthesizedGenericArguments, Type, TypeFnPtr, TypeImplTrait, TypeParamBound,
    TypeReference, TypeTraitObject,
};

/// The type without the invisible groups and parentheses around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The first thing in `ty` that only lives as long as a borrow: `&T`, `'a` or `'_`.
pub(crate) fn borrow_in(ty: &Type) -> Option<TokenStream> {
    struct Search(Option<TokenStream>);
    impl Visit<'_> for Search {
        fn visit_type_reference(&mut self, reference: &TypeReference) {
            if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
                self.0.get_or_insert_with(|| reference.to_token_stream());
            }
            visit::visit_type(self, &reference.elem);
        }
        fn visit_lifetime(&mut self, lifetime: &Lifetime) {
            if lifetime.ident != "static" {
                self.0.get_or_insert_with(|| lifetime.to_token_stream());
            }
        }
        // The lifetimes of `fn(&T)` and `Fn(&T)` are their own.
        fn visit_type_fn_ptr(&mut self, _: &TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(&mut self, _: &ParenthesizedGenericArguments) {}
    }
    let mut search = Search(None);
    search.visit_type(ty);
    search.0
}

/// The first `impl Trait` in `ty`.
pub(crate) fn impl_trait_in(ty: &Type) -> Option<TokenStream> {
    struct Search(Option<TokenStream>);
    impl Visit<'_> for Search {
        fn visit_type_impl_trait(&mut self, found: &TypeImplTrait) {
            self.0.get_or_insert_with(|| found.to_token_stream());
        }
    }
    let mut search = Search(None);
    search.visit_type(ty);
    search.0
}

/// Makes every lifetime `'static`: containers and services are.
pub(crate) struct MakeStatic;

impl VisitMut for MakeStatic {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'static", Span::mixed_site()));
        visit_mut::visit_type_reference_mut(self, reference);
    }
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        lifetime.ident = Ident::new("static", lifetime.ident.span());
    }
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
    // Behind a reference `dyn Trait` would live as long as the borrow.
    fn visit_type_trait_object_mut(&mut self, object: &mut TypeTraitObject) {
        if !object.bounds.iter().any(|bound| matches!(bound, TypeParamBound::Lifetime(_))) {
            object.bounds.push(TypeParamBound::Lifetime(Lifetime::new("'static", Span::mixed_site())));
        }
        visit_mut::visit_type_trait_object_mut(self, object);
    }
    // `for<'a> Trait<'a>` brings its own lifetimes.
    fn visit_trait_bound_mut(&mut self, bound: &mut syn::TraitBound) {
        if bound.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }
    fn visit_predicate_type_mut(&mut self, predicate: &mut syn::PredicateType) {
        if predicate.lifetimes.is_none() {
            visit_mut::visit_predicate_type_mut(self, predicate);
        }
    }
}

/// The generics of a step's type: those of the function without its lifetimes, which lending makes invisible.
pub(crate) fn without_lifetimes(generics: &Generics) -> Generics {
    let mut kept = generics.clone();
    kept.params = generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_))).cloned().collect();
    if let Some(clause) = &mut kept.where_clause {
        let predicates = core::mem::take(&mut clause.predicates);
        clause.predicates =
            predicates.into_iter().filter(|predicate| !matches!(predicate, syn::WherePredicate::Lifetime(_))).collect();
    }
    MakeStatic.visit_generics_mut(&mut kept);
    kept
}

/// The parameters of `generics` that `tokens` mention, as `<T, const N: usize>`: an alias may not have others.
pub(crate) fn mentioned(generics: &Generics, tokens: &TokenStream) -> (TokenStream, TokenStream) {
    let mut names = BTreeSet::new();
    collect_idents(tokens.clone(), &mut names);
    let mut declared = Vec::new();
    let mut used = Vec::new();
    for param in &generics.params {
        match param {
            GenericParam::Type(ty) if names.contains(&ty.ident.to_string()) => {
                declared.push(ty.ident.to_token_stream());
                used.push(ty.ident.clone());
            }
            GenericParam::Const(constant) if names.contains(&constant.ident.to_string()) => {
                let (ident, ty) = (&constant.ident, &constant.ty);
                declared.push(quote!(const #ident: #ty));
                used.push(ident.clone());
            }
            _ => {}
        }
    }
    if declared.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    (quote!(<#(#declared),*>), quote!(<#(#used),*>))
}

fn collect_idents(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect_idents(group.stream(), names),
            _ => {}
        }
    }
}
