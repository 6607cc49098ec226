//! `#[derive(Services)]`: parse -> validate -> expand.

mod expand;
mod fields;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;

/// Expands `#[derive(Services)] item`. What is wrong is reported and left out; the rest is provided.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut sink = Diagnostics::default();
    let generated = match syn::parse2(item) {
        Ok(input) => {
            validate::container(input, &mut sink).map(|container| expand::container(&container)).unwrap_or_default()
        }
        Err(error) => {
            sink.push(error);
            TokenStream::new()
        }
    };
    let errors = sink.into_tokens();
    quote!(#errors #generated)
}
