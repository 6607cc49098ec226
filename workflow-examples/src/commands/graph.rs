//! What a workflow looks like.

use super::out::print;
use crate::shop::restock::restock;
use crate::shop::workflow::place_order;

pub(super) fn graph(workflow: &str) -> u8 {
    let graph = if workflow == restock::graph().name() { restock::graph() } else { place_order::graph() };
    print(&format!("{graph}\n\n```mermaid\n{}```\n", graph.to_mermaid()));
    0
}
