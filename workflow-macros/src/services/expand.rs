//! One `Provide` for each service.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse_quote;
use syn::visit_mut::VisitMut;

use super::validate::{Lent, ValidContainer};
use crate::step::MakeStatic;

/// The impls of a container.
pub(crate) fn container(container: &ValidContainer) -> TokenStream {
    let services = container.services.iter().map(|lent| service(container, lent));
    let flattened = container.flattened.as_ref().map(|lent| flattened(container, lent));
    let whole = whole(container);
    quote!(#(#services)* #flattened #whole)
}

/// That the container may be handed over by value.
fn whole(container: &ValidContainer) -> TokenStream {
    let rt = container.runtime.runtime();
    let ident = &container.ident;
    let (generics, types, clause) = container.generics.split_for_impl();
    quote!(#[automatically_derived] impl #generics #rt::Services for #ident #types #clause {})
}

fn service(container: &ValidContainer, lent: &Lent) -> TokenStream {
    let rt = container.runtime.runtime();
    let ident = &container.ident;
    let (generics, types, clause) = container.generics.split_for_impl();
    let mut ty = lent.ty.clone();
    MakeStatic.visit_type_mut(&mut ty);
    let place = place(lent);
    quote! {
        #[automatically_derived]
        impl #generics #rt::Provide<#ty> for #ident #types #clause {
            fn provide(&self) -> &(#ty) {
                #place
            }
        }
    }
}

fn flattened(container: &ValidContainer, lent: &Lent) -> TokenStream {
    let rt = container.runtime.runtime();
    let ident = &container.ident;
    let ty = &lent.ty;
    let (_, types, _) = container.generics.split_for_impl();
    let mut generics = container.generics.clone();
    generics.params.push(parse_quote!(__T: ?::core::marker::Sized + 'static));
    generics.make_where_clause().predicates.push(parse_quote!(#ty: #rt::Provide<__T>));
    let (generics, _, clause) = generics.split_for_impl();
    let place = place(lent);
    quote! {
        #[automatically_derived]
        impl #generics #rt::Provide<__T> for #ident #types #clause {
            fn provide(&self) -> &__T {
                #rt::Provide::<__T>::provide(#place)
            }
        }
    }
}

fn place(lent: &Lent) -> TokenStream {
    let member = &lent.member;
    if lent.pointer { quote!(&*self.#member) } else { quote!(&self.#member) }
}
