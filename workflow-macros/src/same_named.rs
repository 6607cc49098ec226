//! The type that stands beside a function of the same name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Visibility};

/// Declares the type `declared` (its name with generics, and its fields) and imports it as visible as the function.
///
/// The declaration is `pub` in a module of its own: what a public workflow means for its parents is a type made of its
/// steps, and rustc lets no private type into that, also where nobody could name it.
pub(crate) fn declare(
    cfgs: &[Attribute],
    docs: &TokenStream,
    vis: &Visibility,
    name: &Ident,
    declared: &TokenStream,
) -> TokenStream {
    let module = format_ident!("__type_of_{}", name.unraw());
    quote! {
        #(#cfgs)*
        mod #module {
            #docs
            #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations)]
            pub struct #declared
        }
        #(#cfgs)*
        #[allow(unused_imports)]
        #vis use #module::#name;
    }
}
