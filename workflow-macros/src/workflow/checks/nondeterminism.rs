//! A pure expression gives the same value whenever it is computed: no clock, no randomness, no environment.

use quote::ToTokens;
use syn::{Expr, Path};

use super::inside::{self, Rule};
use crate::diagnostics::Diagnostics;
use crate::workflow::flow::Flow;
use crate::workflow::text;

/// Type and function, and what they read.
const FUNCTIONS: [(&str, &str, &str); 14] = [
    ("Utc", "now", "the clock"),
    ("Local", "now", "the clock"),
    ("SystemTime", "now", "the clock"),
    ("Instant", "now", "the clock"),
    ("OffsetDateTime", "now_utc", "the clock"),
    ("OffsetDateTime", "now_local", "the clock"),
    ("Timestamp", "now", "the clock"),
    ("Zoned", "now", "the clock"),
    ("Uuid", "new_v4", "randomness"),
    ("Uuid", "now_v7", "the clock and randomness"),
    ("Ulid", "new", "the clock and randomness"),
    ("env", "var", "the environment"),
    ("env", "var_os", "the environment"),
    ("env", "vars", "the environment"),
];

/// Crates of randomness.
const RANDOM: [&str; 3] = ["rand", "fastrand", "getrandom"];

struct Nondeterminism;

impl Rule for Nondeterminism {
    fn expr(&mut self, expr: &Expr, diagnostics: &mut Diagnostics) -> bool {
        if let Expr::Path(path) = expr
            && let Some(what) = source(&path.path)
        {
            let call = text::of(path.path.to_token_stream());
            diagnostics.error(
                &path.path,
                format!(
                    "`{call}` reads {what}, and a pure expression has to give the same value whenever it is computed"
                ),
                "call it in a `#[step]` and await that: the value is then recorded",
            );
        }
        true
    }
}

fn source(path: &Path) -> Option<&'static str> {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let (last, before) = (names.next()?, names.next()?);
    if let Some((_, _, what)) = FUNCTIONS.iter().find(|(ty, function, _)| before == *ty && last == *function) {
        return Some(what);
    }
    let first = path.segments.first()?;
    RANDOM.iter().any(|name| first.ident == name).then_some("randomness")
}

pub(super) fn check(flow: &Flow, diagnostics: &mut Diagnostics) {
    inside::apply(&mut Nondeterminism, flow, diagnostics);
}
