//! Lists of options, `key`, `key = value` and `key(..)`, read so that one bad option does not hide the others.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;

use crate::diagnostics::{Diagnostics, mistake};
use crate::suggest;

/// One option as it was written.
pub(crate) struct RawOption {
    pub(crate) key: Ident,
    value: Value,
}

enum Value {
    None,
    Assigned(TokenStream),
    List(Group),
}

/// What is known about an option of an attribute: its name, and how it is written.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
}

/// Reads the options of `owner` (such as `#[step]`). Unknown and repeated ones are reported and left out.
pub(crate) fn parse(tokens: TokenStream, owner: &str, known: &[Known], sink: &mut Diagnostics) -> Vec<RawOption> {
    let mut options: Vec<RawOption> = Vec::new();
    for entry in split_at_commas(tokens) {
        let Some(option) = RawOption::read(entry, owner, known, sink) else { continue };
        let name = option.key.to_string();
        if !known.iter().any(|known| known.name == name) {
            let help = match suggest::nearest(&name, known.iter().map(|known| known.name)) {
                Some(near) => format!("did you mean `{}`?", example(known, near)),
                None => format!("the options are {}", suggest::list(known.iter().map(|known| known.name))),
            };
            sink.error(&option.key, format!("`{name}` is not an option of `{owner}`"), help);
        } else if options.iter().any(|earlier| earlier.key == option.key) {
            sink.error(&option.key, format!("`{name}` is given twice"), "keep one of the two");
        } else {
            options.push(option);
        }
    }
    options
}

/// How the option `name` is written.
fn example<'a>(known: &'a [Known], name: &'a str) -> &'a str {
    known.iter().find(|known| known.name == name).map_or(name, |known| known.example)
}

impl RawOption {
    fn read(entry: Vec<TokenTree>, owner: &str, known: &[Known], sink: &mut Diagnostics) -> Option<Self> {
        let mut tokens = entry.iter();
        let key = match tokens.next()? {
            TokenTree::Ident(key) => key.clone(),
            other => {
                let names = suggest::list(known.iter().map(|known| known.name));
                sink.error(other, format!("expected an option of `{owner}`"), format!("the options are {names}"));
                return None;
            }
        };
        let value = match tokens.next() {
            None => Value::None,
            Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => Value::Assigned(tokens.cloned().collect()),
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Parenthesis && tokens.len() == 0 => {
                Value::List(list.clone())
            }
            Some(other) => {
                let name = key.to_string();
                let help = format!("write `{}`, and a comma before the next option", example(known, &name));
                sink.error(other, format!("unexpected `{other}` after `{name}`"), help);
                return None;
            }
        };
        Some(Self { key, value })
    }

    /// Reports a value that does not belong to a flag.
    pub(crate) fn flag(&self) -> syn::Result<()> {
        match &self.value {
            Value::None => Ok(()),
            Value::Assigned(value) => Err(self.stray_value(value)),
            Value::List(list) => Err(self.stray_value(list)),
        }
    }

    fn stray_value(&self, value: impl ToTokens) -> syn::Error {
        let place =
            if value.to_token_stream().is_empty() { self.key.to_token_stream() } else { value.to_token_stream() };
        mistake(place, format!("`{}` takes no value", self.key), format!("write `{}` alone, or leave it out", self.key))
    }

    /// The value after `=`.
    pub(crate) fn assigned<F: Parser>(&self, parser: F, expected: &str, example: &str) -> syn::Result<F::Output> {
        let help = format!("write `{example}`");
        match &self.value {
            Value::Assigned(tokens) if !tokens.is_empty() => parser
                .parse2(tokens.clone())
                .map_err(|_| mistake(tokens, format!("`{}` takes {expected}", self.key), help)),
            Value::List(list) => Err(mistake(list, format!("`{}` takes {expected} after `=`", self.key), help)),
            _ => Err(mistake(&self.key, format!("`{}` needs a value: {expected}", self.key), help)),
        }
    }

    /// The tokens between the parentheses.
    pub(crate) fn list(&self, example: &str) -> syn::Result<TokenStream> {
        let help = format!("write `{example}`");
        match &self.value {
            Value::List(list) => Ok(list.stream()),
            Value::Assigned(value) if !value.is_empty() => {
                Err(mistake(value, format!("`{}` takes its options in parentheses", self.key), help))
            }
            _ => Err(mistake(&self.key, format!("`{}` needs options in parentheses", self.key), help)),
        }
    }
}

/// The entries between top-level commas; commas between angle brackets belong to a type.
fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut entries = vec![Vec::new()];
    let mut depth = 0_usize;
    let mut arrow = false;
    for token in tokens {
        let punct = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match punct {
            '<' => depth = depth.saturating_add(1),
            '>' if !arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
        arrow = punct == '-';
        if punct == ',' && depth == 0 {
            entries.push(Vec::new());
        } else if let Some(entry) = entries.last_mut() {
            entry.push(token);
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}

#[cfg(test)]
mod tests {
    use super::split_at_commas;

    #[test]
    fn commas_between_angle_brackets_belong_to_a_type() {
        let tokens = "compensate = undo::<A, fn(B) -> C>, pivot,".parse().expect("tokens");
        let entries = split_at_commas(tokens);
        assert_eq!(entries.len(), 2);
    }
}
