//! From tokens to the syntax tree of a workflow, as the user wrote it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Block, Signature, Token, Visibility};

use crate::diagnostics::{Diagnostics, mistake};

/// One workflow as written: nothing is checked yet.
pub(crate) struct WorkflowAst {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    /// The block, or why it could not be read.
    pub(crate) body: syn::Result<Block>,
}

impl Parse for WorkflowAst {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !begins_function(input) {
            let other = input.parse::<TokenTree>()?;
            return Err(mistake(
                other,
                "`workflow!` contains workflows, and each of them is an async function",
                "write `async fn name(data: Data) -> Result<Output> { .. }`; all else belongs outside of `workflow!`",
            ));
        }
        let signature = input.parse()?;
        let body = body(input, &signature)?;
        Ok(Self { attrs, vis, signature, body })
    }
}

/// Whether a function comes next, or as much of it as was typed.
fn begins_function(input: ParseStream<'_>) -> bool {
    input.is_empty()
        || input.peek(Token![async])
        || input.peek(Token![fn])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || (input.peek(Token![const]) && (input.peek2(Token![fn]) || input.peek2(Token![async])))
}

/// The block is read on its own, so that a mistake inside it leaves the signature for the stub.
fn body(input: ParseStream<'_>, signature: &Signature) -> syn::Result<syn::Result<Block>> {
    if !input.peek(syn::token::Brace) {
        input.parse::<Option<Token![;]>>()?;
        let name = &signature.ident;
        return Ok(Err(mistake(
            name,
            format!("the workflow `{name}` has no block"),
            "write what it does behind its signature: `{ .. }`",
        )));
    }
    let block: TokenTree = input.parse()?;
    Ok(syn::parse2(block.into_token_stream()))
}

/// The workflows of one `workflow!` block. One that cannot be read leaves the others alone.
pub(crate) fn workflows(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<WorkflowAst> {
    let mut found = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match input.parse() {
                Ok(workflow) => found.push(workflow),
                Err(error) => {
                    diagnostics.push(error);
                    skip(input)?;
                }
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        diagnostics.push(error);
    }
    found
}

/// Skips to the end of an item: behind its block or `;`.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        let ends = input.peek(syn::token::Brace) || input.peek(Token![;]);
        input.parse::<TokenTree>()?;
        if ends {
            break;
        }
    }
    Ok(())
}
