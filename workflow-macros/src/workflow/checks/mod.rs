//! The rules of the language that the macro can see, one file each.

use super::flow::Flow;
use super::signature::Head;
use crate::diagnostics::Diagnostics;

/// Applies every rule.
pub(crate) fn all(_head: &Head, _flow: &Flow, _diagnostics: &mut Diagnostics) {}
