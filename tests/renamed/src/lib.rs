//! Steps and workflows in a crate that calls the runtime `wf`, denies every warning, asks clippy for its pedantic lints, and
//! has types of its own under the names of the prelude.

pub mod expressions;
pub mod names;
pub mod shop;
