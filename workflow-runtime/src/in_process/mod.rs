//! Running in process: typed values, no store, no serialisation.

mod around;
mod attempts;
mod control;
mod flights;
mod host;
mod invocation;
mod run;
mod spawn;
mod straight;

pub(crate) use attempts::Attempts;
#[cfg(feature = "testing")]
pub(crate) use attempts::contained;
pub(crate) use host::Surroundings;

pub use control::{NotCancelled, NotDelivered};
pub use invocation::Invocation;
pub use run::{run_built, run_built_the_long_way, run_built_with};
pub use spawn::RunHandle;
