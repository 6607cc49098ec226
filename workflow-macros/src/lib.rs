//! The macros of `workflow-runtime`; their documentation is on its re-exports.

mod crate_path;
mod diagnostics;
mod duration;
mod guard;
mod no_result;
mod options;
mod services;
mod step;
mod suggest;
mod workflow;

use proc_macro::TokenStream;

/// Makes an async function a step.
#[proc_macro_attribute]
pub fn step(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let item = item.into();
    guard::report_panics(&item, || step::expand(attribute.into(), &item)).into()
}

/// Lends the fields of a struct to steps.
#[proc_macro_derive(Services, attributes(services))]
pub fn services(item: TokenStream) -> TokenStream {
    guard::report_panics(&proc_macro2::TokenStream::new(), || services::expand(item.into())).into()
}

/// Composes steps into a workflow.
#[proc_macro]
pub fn workflow(block: TokenStream) -> TokenStream {
    guard::report_panics(&proc_macro2::TokenStream::new(), || workflow::workflow(block.into())).into()
}
