//! What tests need: the conformance suite for stores, and a store that fails on demand.

mod conformance;
mod fault;

pub use conformance::{NotConforming, StoreSetup, store_conformance};
pub use fault::{Fault, FaultStore};
