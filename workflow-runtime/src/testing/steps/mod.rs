//! Faults in steps, and other steps in their place.

mod apply;
mod plan;
mod replace;
mod rule;

pub use plan::{FaultPlan, Hit, StepFault};
pub use replace::StandIn;
pub(crate) use replace::replacing;
pub(crate) use rule::{Node, Rule};
