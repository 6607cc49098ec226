//! What the binaries of this crate measure: the same work as workflows and written by hand.

pub mod by_hand;
pub mod chains;
pub mod durable;
pub mod report;
pub mod rounds;
pub mod steps;
pub mod workflows;
