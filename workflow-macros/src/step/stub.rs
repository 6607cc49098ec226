//! What is emitted for a step whose signature has a mistake: a type that looks like the step, so that the rest of the
//! crate compiles and the mistake is reported once.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::expand::Names;
use super::types::{borrow_in, impl_trait_in};
use super::validate::{MOST_VALUES, ValidStep};

/// The stub of `step`. It has no data types, since one of them may be what is wrong, and takes any arguments.
pub(crate) fn step(step: &ValidStep) -> TokenStream {
    let mut names = Names::new(step);
    let typed = names.data.len() <= MOST_VALUES
        && names.data.iter().all(|(_, ty)| borrow_in(ty).is_none() && impl_trait_in(ty).is_none());
    let arguments = if typed { typed_arguments(&names) } else { any_arguments(&names) };
    if !typed {
        names.data.clear();
    }
    let rt = &names.rt;
    let returns = match &step.returns {
        Some(returns) => quote!(#returns),
        None => quote!(::core::result::Result<(), #rt::StepError>),
    };
    let definition = names.definition(&returns);
    let on_container = names.on_container(&[]);
    let (generics, _, clause) = on_container.split_for_impl();
    let (_, types, _) = step.generics.split_for_impl();
    let ident = &step.ident;
    names.beside(&quote! {
        #arguments
        #definition
        #[automatically_derived]
        impl #generics #rt::RunsOn<__C> for #ident #types #clause {
            fn runnable() -> #rt::Runnable<__C> {
                #rt::Runnable::step::<Self>()
            }
        }
    })
}

fn typed_arguments(names: &Names<'_>) -> TokenStream {
    let parameters: Vec<_> = names.data.iter().map(|(name, ty)| quote!(#name: #ty)).collect();
    let input: Vec<_> = names.data.iter().map(|(_, ty)| quote!(#ty)).collect();
    let values: Vec<_> = names.data.iter().map(|(name, _)| quote!(#name)).collect();
    arguments(names, &TokenStream::new(), &parameters, &quote!((#(#input,)*)), &quote!((#(#values,)*)))
}

fn any_arguments(names: &Names<'_>) -> TokenStream {
    let any: Vec<Ident> = (0..names.data.len()).map(|place| format_ident!("__Any{place}")).collect();
    let parameters: Vec<_> = any.iter().map(|any| quote!(_: #any)).collect();
    arguments(names, &quote!(<#(#any),*>), &parameters, &quote!(()), &quote!(()))
}

fn arguments(
    names: &Names<'_>,
    any: &TokenStream,
    parameters: &[TokenStream],
    input: &TokenStream,
    values: &TokenStream,
) -> TokenStream {
    let (ident, vis) = (&names.step.ident, &names.step.vis);
    let (generics, types, clause) = names.step.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics #ident #types #clause {
            #[doc(hidden)]
            #[must_use]
            #vis fn __args #any (#(#parameters),*) -> #input {
                #values
            }
        }
    }
}
