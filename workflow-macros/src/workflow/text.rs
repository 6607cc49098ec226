//! Tokens as text for people.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// The tokens as the user wrote them, on one line.
pub(crate) fn of(tokens: TokenStream) -> String {
    if !proc_macro::is_available() {
        return tokens.to_string();
    }
    let mut text = Text::default();
    text.stream(tokens);
    text.written
}

/// The same, cut to a label's length.
pub(crate) fn label(tokens: TokenStream) -> String {
    let text = of(tokens);
    if text.chars().count() <= 40 {
        return text;
    }
    let mut short: String = text.chars().take(37).collect();
    short.push_str("...");
    short
}

/// Text with one space where the source has any.
#[derive(Default)]
struct Text {
    written: String,
    /// Line and column behind the last token.
    end: Option<(usize, usize)>,
}

impl Text {
    fn stream(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.token(open, group.span_open());
                    self.stream(group.stream());
                    self.token(close, group.span_close());
                }
                other => self.token(&other.to_string(), other.span()),
            }
        }
    }

    fn token(&mut self, text: &str, span: Span) {
        let (start, end) = (span.unwrap().start(), span.unwrap().end());
        if self.end.is_some_and(|end| end != (start.line(), start.column())) {
            self.written.push(' ');
        }
        self.written.push_str(text);
        self.end = Some((end.line(), end.column()));
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_are_short() {
        let long = "a".repeat(60);
        assert_eq!(label(long.parse().expect("tokens")).chars().count(), 40);
    }
}
