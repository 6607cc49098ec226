//! The macros of `workflow-runtime`; their documentation is on its re-exports.

mod diagnostics;
