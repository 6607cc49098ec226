//! `workflow! { .. }`: parse -> validate -> flow -> check -> lower -> expand, or a stub beside the errors.

mod aliases;
mod captures;
mod checks;
mod expand;
mod fallback;
mod fallible;
mod flow;
mod items;
mod known;
mod lower;
mod options;
mod outline;
mod parse;
mod patterns;
mod saga;
mod signature;
#[cfg(test)]
mod tests;
mod text;

use proc_macro2::TokenStream;

use self::flow::{Flow, Stmt};
use self::options::Options;
use self::parse::WorkflowAst;
use self::signature::Head;
use crate::diagnostics::Diagnostics;

/// The expansion of a `workflow!` block: its items, and the mistakes found in it.
pub(crate) fn workflow(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut items: TokenStream = parse::workflows(tokens, &mut diagnostics).into_iter().map(one).collect();
    items.extend(diagnostics.into_tokens());
    items
}

fn one(ast: WorkflowAst) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let options = Options::read(&ast.attrs, &mut diagnostics);
    let mut head = Head::read(&ast.attrs, &ast.vis, &ast.signature, &mut diagnostics);
    head.bound_data(&options.crate_path.runtime(), &mut diagnostics);
    let flow = match ast.body {
        Ok(body) => {
            let flow = flow::build(body, &mut diagnostics);
            checks::all(&head, &flow, &mut diagnostics);
            Some(flow)
        }
        Err(error) => {
            diagnostics.push(error);
            None
        }
    };
    match flow {
        Some(mut flow) if diagnostics.is_empty() => {
            let nested = take_items(&mut flow);
            expand::expand(&expand::Valid { head: &head, options: &options, flow: &flow, nested: &nested })
        }
        _ => {
            let errors = diagnostics.into_tokens();
            let stub = fallback::stub(&head, &options);
            quote::quote!(#stub #errors)
        }
    }
}

/// The items at the top of the block, which everything in it can name.
fn take_items(flow: &mut Flow) -> Vec<syn::Item> {
    let mut items = Vec::new();
    let stmts = core::mem::take(&mut flow.stmts);
    for stmt in stmts {
        match stmt {
            Stmt::Item(item) => items.push(item),
            stmt => flow.stmts.push(stmt),
        }
    }
    items
}
