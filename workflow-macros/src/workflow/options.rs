//! `#[workflow(timeout = "1h", version = 2, crate = path)]`.

use core::time::Duration;

use syn::{Attribute, Ident, LitInt, LitStr, Token, ext::IdentExt, meta::ParseNestedMeta};

use crate::crate_path::CratePath;
use crate::diagnostics::{Diagnostics, mistake};
use crate::{duration, suggest};

const OPTIONS: [&str; 3] = ["timeout", "version", "crate"];

/// What `#[workflow(..)]` says.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) version: Option<u32>,
    pub(crate) crate_path: CratePath,
}

impl Options {
    /// Reads the options of every `#[workflow]` among `attrs`.
    pub(crate) fn read(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("workflow")) {
            if matches!(attr.meta, syn::Meta::Path(_)) {
                continue;
            }
            // Each option reports for itself and the next one is still read; what comes back is a syntax error.
            let read = attr.parse_nested_meta(|meta| {
                if let Err(error) = options.option(&meta, &mut seen) {
                    diagnostics.push(error);
                    skip_value(&meta)?;
                }
                Ok(())
            });
            if let Err(error) = read {
                diagnostics.push(error);
            }
        }
        options
    }

    fn option(&mut self, meta: &ParseNestedMeta<'_>, seen: &mut Vec<String>) -> syn::Result<()> {
        let Some(option) = meta.path.get_ident() else {
            return Err(unknown(&meta.path, ""));
        };
        let name = option.unraw().to_string();
        if !OPTIONS.contains(&name.as_str()) {
            return Err(unknown(option, &name));
        }
        if seen.contains(&name) {
            return Err(mistake(option, format!("`{name}` is given twice"), "keep one of the two"));
        }
        match name.as_str() {
            "timeout" => {
                let literal: LitStr = meta.value()?.parse()?;
                self.timeout = Some(duration::parse(&literal)?);
            }
            "version" => {
                let literal: LitInt = meta.value()?.parse()?;
                self.version = Some(literal.base10_parse()?);
            }
            _ => self.crate_path = CratePath::parse_value(meta.value()?)?,
        }
        seen.push(name);
        Ok(())
    }
}

fn unknown(place: impl quote::ToTokens, name: &str) -> syn::Error {
    let help = match suggest::nearest(name, OPTIONS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the options of a workflow are {}", suggest::list(OPTIONS)),
    };
    mistake(place, format!("`#[workflow]` has no option `{name}`"), help)
}

/// Moves past what is left of a refused option, so that the next one is read.
fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        if meta.input.parse::<Ident>().is_err() {
            meta.input.parse::<proc_macro2::TokenTree>()?;
        }
    }
    Ok(())
}
