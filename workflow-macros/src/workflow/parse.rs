//! From tokens to the syntax tree of a workflow, as the user wrote it.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Block, Signature, Visibility};

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
        let signature = input.parse()?;
        // The block is read on its own, so that a mistake inside it leaves the signature for the stub.
        let group: proc_macro2::Group = input.parse()?;
        let mut whole = proc_macro2::TokenStream::new();
        whole.extend([proc_macro2::TokenTree::Group(group)]);
        Ok(Self { attrs, vis, signature, body: syn::parse2(whole) })
    }
}

/// The workflows of one `workflow!` block.
pub(crate) fn workflows(tokens: TokenStream) -> syn::Result<Vec<WorkflowAst>> {
    let parser = |input: ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            found.push(input.parse()?);
        }
        Ok(found)
    };
    parser.parse2(tokens)
}
