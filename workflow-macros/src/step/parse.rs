//! The function under `#[step]`, up to its body: the body is never parsed, so that half-typed code keeps completion.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Visibility};

use crate::diagnostics::mistake;

/// Attributes, visibility and signature of the function.
pub(crate) struct Head {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
}

/// Reads the head of the function and leaves the rest alone.
pub(crate) fn head(item: TokenStream) -> syn::Result<Head> {
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let ahead = input.fork();
        let signature = match input.parse::<Signature>() {
            Ok(signature) => signature,
            Err(error) if is_function(&ahead) => return Err(error),
            Err(_) => return Err(not_a_function(&ahead)),
        };
        input.parse::<TokenStream>()?;
        Ok(Head { attrs, vis, signature })
    };
    parser.parse2(item)
}

/// Whether `fn` comes before the body.
fn is_function(input: ParseStream<'_>) -> bool {
    let tokens: TokenStream = input.fork().parse().unwrap_or_default();
    tokens.into_iter().any(|token| token.to_string() == "fn")
}

fn not_a_function(input: ParseStream<'_>) -> syn::Error {
    let tokens: TokenStream = input.fork().parse().unwrap_or_default();
    let first = tokens.into_iter().next();
    mistake(
        first,
        "`#[step]` goes on an async function",
        "write `#[step] async fn name(data: Data) -> Result<Output> { .. }`",
    )
}
