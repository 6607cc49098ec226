//! Tokens as text for people.

use proc_macro2::TokenStream;

/// The tokens as a person would write them, on one line.
pub(crate) fn of(tokens: TokenStream) -> String {
    let mut text = tokens.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for (wide, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" . ", "."),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        ("[ ", "["),
        (" ]", "]"),
        ("& ", "&"),
        (" ?", "?"),
        ("! ", "!"),
        (" !", "!"),
        (" ;", ";"),
        (" < ", "<"),
        (" >", ">"),
        ("! =", "!="),
        (" : ", ": "),
    ] {
        text = text.replace(wide, tight);
    }
    text.replace("if(", "if (")
        .replace(",(", ", (")
        .replace("=(", "= (")
        .replace("|(", "| (")
        .replace("!=", " != ")
        .replace("  ", " ")
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

#[cfg(test)]
mod tests {
    use super::{label, of};

    #[test]
    fn code_reads_as_code() {
        for text in ["reserve(order.lines, &x)", "Some(n) if n > 3", "Left(x) | Right(x)", "load::<Customer>(id)"] {
            assert_eq!(of(text.parse().expect("tokens")).replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(of("reserve ( order . lines )".parse().expect("tokens")), "reserve(order.lines)");
    }

    #[test]
    fn labels_are_short() {
        let long = "a".repeat(60);
        assert_eq!(label(long.parse().expect("tokens")).chars().count(), 40);
    }
}
