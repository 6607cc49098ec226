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
    /// The place behind the last token.
    end: Option<Place>,
}

/// Line and column.
type Place = (usize, usize);

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
                    // syn gives a group one span from end to end, so its delimiters are the outermost columns.
                    let (start, end) = (begin(group.span_open()), finish(group.span_close()));
                    let width = open.len();
                    self.token(open, start, (start.0, start.1 + width));
                    self.stream(group.stream());
                    self.token(close, (end.0, end.1.saturating_sub(width)), end);
                }
                other => self.token(&other.to_string(), begin(other.span()), finish(other.span())),
            }
        }
    }

    fn token(&mut self, text: &str, start: Place, end: Place) {
        if self.end.is_some_and(|end| end != start) {
            self.written.push(' ');
        }
        self.written.push_str(text);
        self.end = Some(end);
    }
}

fn begin(span: Span) -> Place {
    let start = span.unwrap().start();
    (start.line(), start.column())
}

fn finish(span: Span) -> Place {
    let end = span.unwrap().end();
    (end.line(), end.column())
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
