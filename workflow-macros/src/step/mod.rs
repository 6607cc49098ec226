//! `#[step]`: parse -> validate -> check -> expand.

mod check;
mod expand;
mod parameters;
mod parse;
mod policies;
mod stub;
#[cfg(test)]
mod tests;
mod types;
mod validate;

pub(crate) use parameters::tidy;
pub(crate) use types::{MakeStatic, borrow_in};
pub(crate) use validate::unbounded;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;

/// Expands `#[step(attribute)] item`. The item is emitted as it was written, whatever else goes wrong; only that a step is
/// `async` without awaiting anything is nothing for a lint.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut sink = Diagnostics::default();
    let generated = generate(attribute, item, &mut sink);
    let errors = sink.into_tokens();
    quote!(#[allow(clippy::unused_async)] #item #errors #generated)
}

fn generate(attribute: TokenStream, item: &TokenStream, sink: &mut Diagnostics) -> TokenStream {
    let policies = policies::Policies::read(attribute, sink);
    let head = match parse::head(item.clone()) {
        Ok(head) => head,
        Err(error) => {
            sink.push(error);
            return TokenStream::new();
        }
    };
    let is_step = |path: &syn::Path| {
        let written = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>().join("::");
        written == "step" || written == "workflow_runtime::step"
    };
    if let Some(again) = head.attrs.iter().find(|attr| is_step(attr.path())) {
        // That one makes the step.
        sink.error(again.path(), "`#[step]` stands twice on this function", "keep one, with the options of both");
        return TokenStream::new();
    }
    check::policies(&policies, sink);
    let before = sink.len();
    let step = validate::step(head, policies, sink);
    match step {
        // Mistakes among the options leave a step that means what is left of them, so that its callers keep compiling.
        Some(step) if sink.len() == before => expand::step(&step),
        Some(step) => stub::step(&step),
        None => TokenStream::new(),
    }
}
