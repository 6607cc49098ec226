//! Where the runtime is: `::workflow_runtime`, or what `crate = path` says when it was renamed.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, parse::ParseStream};

/// The path of the runtime crate.
#[derive(Clone, Default)]
pub(crate) struct CratePath(Option<Path>);

impl CratePath {
    /// Reads the path after `crate =`.
    pub(crate) fn parse_value(input: ParseStream<'_>) -> syn::Result<Self> {
        Path::parse_mod_style(input).map(|path| Self(Some(path)))
    }

    /// The module with everything that generated code may name.
    pub(crate) fn runtime(&self) -> TokenStream {
        match &self.0 {
            Some(path) => quote!(#path::__rt),
            None => quote!(::workflow_runtime::__rt),
        }
    }

    /// The same, for calls whose errors have to be reported at `span`.
    pub(crate) fn runtime_at(&self, span: Span) -> TokenStream {
        match &self.0 {
            Some(path) => quote_spanned!(span=> #path::__rt),
            None => quote_spanned!(span=> ::workflow_runtime::__rt),
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::CratePath;

    #[test]
    fn the_default_is_the_runtime_by_its_own_name() {
        assert_eq!(CratePath::default().runtime().to_string(), ":: workflow_runtime :: __rt");
    }

    #[test]
    fn a_renamed_runtime_is_followed() {
        let path = CratePath::parse_value.parse_str("crate::deps::wf").expect("a path");
        assert_eq!(path.runtime().to_string(), "crate :: deps :: wf :: __rt");
    }
}
