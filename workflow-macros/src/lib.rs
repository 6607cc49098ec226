//! The macros of `workflow-runtime`; their documentation is on its re-exports.

mod crate_path;
mod diagnostics;
mod duration;
mod guard;
mod suggest;
