//! The sink that collects every mistake of an expansion, so that one mistake never hides another.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// One mistake at `place`, the tokens that the user wrote: the problem, then a `help:` line that can be followed as it
/// stands.
pub(crate) fn mistake(place: impl ToTokens, problem: impl AsRef<str>, help: impl AsRef<str>) -> Error {
    Error::new_spanned(place, format!("{}\n\nhelp: {}", problem.as_ref(), help.as_ref()))
}

/// The mistakes found so far. It must be consumed with [`Diagnostics::into_tokens`]: dropping it with
/// errors inside would swallow what the user has to read.
#[derive(Default)]
#[must_use]
pub(crate) struct Diagnostics {
    errors: Vec<Error>,
}

impl Diagnostics {
    /// Records a mistake at `place`, the tokens that the user wrote. `help` is code or advice that can be followed
    /// as it stands; it is printed on a `help:` line of its own.
    pub(crate) fn error(&mut self, place: impl ToTokens, problem: impl AsRef<str>, help: impl AsRef<str>) {
        self.errors.push(mistake(place, problem, help));
    }

    /// Records an error that `syn` found.
    pub(crate) fn push(&mut self, error: Error) {
        let told = error.to_string();
        let plain = in_words(&told);
        self.errors.push(if plain == told { error } else { Error::new(error.span(), plain) });
    }

    /// Takes over the mistakes of a nested stage.
    pub(crate) fn absorb(&mut self, mut nested: Diagnostics) {
        self.errors.append(&mut nested.errors);
    }

    /// How many mistakes were recorded.
    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    /// Whether anything was recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The `compile_error!`s, in source order.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let mut errors = core::mem::take(&mut self.errors);
        errors.sort_by_key(position);
        errors.iter().map(Error::to_compile_error).collect()
    }
}

/// What `syn` expected, for people: they know what a type looks like, and see where the input ends.
fn in_words(told: &str) -> String {
    let told = told.strip_prefix("unexpected end of input, ").unwrap_or(told);
    match told {
        "expected identifier or integer" => "expected a field or method".to_owned(),
        told if told.starts_with("expected one of: `for`, parentheses, ") => "expected a type".to_owned(),
        told => told.to_owned(),
    }
}

/// Line and column; outside a compiler (unit tests) the order of discovery stays.
fn position(error: &Error) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let start = error.span().unwrap();
    (start.line(), start.column())
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(self.errors.is_empty() || std::thread::panicking(), "diagnostics were dropped unseen");
    }
}
