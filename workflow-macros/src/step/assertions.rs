//! Obligations that have to be reported at a token of the user.

use proc_macro2::TokenStream;

use super::expand::Names;

/// The assertions of a step.
pub(crate) fn of(_: &Names<'_>) -> TokenStream {
    TokenStream::new()
}
