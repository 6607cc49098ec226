//! The identifiers that a format string captures: `"{order} {total:>width$}"`.

/// One captured identifier.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Capture {
    pub(crate) name: String,
    /// Whether it is a width or a precision, which takes a `usize` and no reference to one.
    pub(crate) count: bool,
}

/// The captures of a format string, in order and without repetition.
pub(crate) fn captures(format: &str) -> Vec<Capture> {
    let mut found: Vec<Capture> = Vec::new();
    let mut rest = format;
    while let Some(open) = rest.find('{') {
        let after = rest.get(open + 1..).unwrap_or_default();
        if let Some(escaped) = after.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some((placeholder, behind)) = after.split_once('}') else { break };
        let (argument, spec) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        add(&mut found, argument.trim(), false);
        for part in spec.split('$').rev().skip(1) {
            let start = part.rfind(|c: char| !is_ident_char(c)).map_or(0, |at| at + last_char_len(part, at));
            add(&mut found, part.get(start..).unwrap_or_default(), true);
        }
        rest = behind;
    }
    found
}

fn add(found: &mut Vec<Capture>, name: &str, count: bool) {
    if syn::parse_str::<syn::Ident>(name).is_ok()
        && !found.iter().any(|other| other.name == name && other.count == count)
    {
        found.push(Capture { name: name.to_owned(), count });
    }
}

fn is_ident_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn last_char_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::captures;

    fn names(format: &str) -> Vec<(String, bool)> {
        captures(format).into_iter().map(|capture| (capture.name, capture.count)).collect()
    }

    #[test]
    fn identifiers_are_found_and_the_rest_is_not() {
        assert_eq!(
            names("{order} {} {0} {{not}} {total:?} {order}"),
            [("order".into(), false), ("total".into(), false)]
        );
        assert!(names("no braces, {{}} and { is open").is_empty());
    }

    #[test]
    fn widths_and_precisions_are_counts() {
        assert_eq!(
            names("{x:>width$.digits$}"),
            [("x".into(), false), ("digits".into(), true), ("width".into(), true)]
        );
        assert_eq!(names("{:1$}"), []);
    }
}
