//! The order shop: a small business run by one workflow, with services that fail as real ones do.
//!
//! The binary is `cargo run`; the library is what its tests call. The numbered programs in `examples/` stand alone.

pub mod cli;
pub mod commands;
pub mod shop;
