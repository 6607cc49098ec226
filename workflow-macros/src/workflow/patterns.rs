//! What a pattern binds.

use syn::visit::{self, Visit};
use syn::{Ident, Pat, PatIdent};

/// The names that `pat` binds, in order and without repetition. A bare identifier binds iff it begins in lower case or
/// with `_`; otherwise it is a constant or a variant.
pub(crate) fn bound(pat: &Pat) -> Vec<Ident> {
    let mut bound = Bound::default();
    bound.visit_pat(pat);
    bound.names
}

/// The one name that `pat` is, if it is nothing else.
pub(crate) fn only_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(PatIdent { by_ref: None, mutability: None, subpat: None, ident, .. }) if is_binding(ident) => {
            Some(ident)
        }
        Pat::Paren(paren) => only_name(&paren.pat),
        _ => None,
    }
}

/// Whether a bare identifier in a pattern is a new variable.
pub(crate) fn is_binding(ident: &Ident) -> bool {
    let text = ident.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    text.chars().next().is_some_and(|first| first == '_' || first.is_lowercase())
}

#[derive(Default)]
struct Bound {
    names: Vec<Ident>,
}

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        let whole = pat.by_ref.is_some() || pat.mutability.is_some() || pat.subpat.is_some();
        if (whole || is_binding(&pat.ident)) && !self.names.contains(&pat.ident) {
            self.names.push(pat.ident.clone());
        }
        visit::visit_pat_ident(self, pat);
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::bound;

    fn names(text: &str) -> Vec<String> {
        let pat = syn::Pat::parse_multi.parse_str(text).expect("a pattern");
        bound(&pat).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lower_case_binds_and_upper_case_does_not() {
        assert_eq!(names("Some(order)"), ["order"]);
        assert_eq!(names("(a, B, Point { x, y: other, .. }, z @ 1..=2)"), ["a", "x", "other", "z"]);
        assert_eq!(names("Left(x) | Right(x)"), ["x"]);
        assert!(names("None | EMPTY").is_empty());
    }
}
