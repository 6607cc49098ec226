//! The rules of the language that the macro can see, one file each. All of them are applied, so that all mistakes are
//! reported at once.

mod async_blocks;
mod awaits;
mod borrows;
mod captured_values;
mod control_flow;
mod immutability;
mod inside;
mod lent;
mod missing_else;
mod node_names;
mod nondeterminism;
mod questions;
mod recursion;
mod siblings;
mod tails;
mod undo_targets;
mod unsafe_code;

use super::flow::Flow;
use super::signature::Head;
use crate::diagnostics::Diagnostics;

/// Applies every rule.
pub(crate) fn all(head: &Head, flow: &Flow, diagnostics: &mut Diagnostics) {
    async_blocks::check(flow, diagnostics);
    awaits::check(flow, diagnostics);
    borrows::check(flow, diagnostics);
    captured_values::check(head, flow, diagnostics);
    control_flow::check(flow, diagnostics);
    immutability::check(head, flow, diagnostics);
    nondeterminism::check(flow, diagnostics);
    missing_else::check(flow, diagnostics);
    node_names::check(flow, diagnostics);
    questions::check(flow, diagnostics);
    recursion::check(head, flow, diagnostics);
    siblings::check(head, flow, diagnostics);
    tails::check(head, flow, diagnostics);
    undo_targets::check(flow, diagnostics);
    unsafe_code::check(flow, diagnostics);
}
