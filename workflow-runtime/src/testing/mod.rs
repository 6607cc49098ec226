//! What tests need: faults in steps and stores, fakes, recorders, an engine that crashes when told to, and the
//! conformance suite for stores.

pub(crate) mod compatible;
mod conformance;
mod engine;
mod fault;
mod history;
mod recorder;
mod saga;
mod steps;

pub use compatible::{Change, Compatibility, Effect, assert_compatible, compare_graph, write_graph};
pub use conformance::{NotConforming, StoreSetup, store_conformance};
pub use engine::{TestEngine, TestEngineBuilder};
pub use fault::{Fault, FaultStore};
pub use history::History;
pub use recorder::Recorder;
pub use saga::{Case, Fixture, Suite, run_suites, suite_of};
pub use steps::{FaultPlan, Hit, StandIn, StepFault};
