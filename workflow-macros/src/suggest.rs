//! "Did you mean": the nearest valid name to one that is not.

/// The candidate nearest to `name`, if one is near enough that a slip of the keyboard explains the difference.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A beginning of the whole name (`comp` for `compensate`) counts as one slip, and so does another ending (`retries` for
/// `retry`).
fn distance(name: &str, candidate: &str) -> usize {
    let stem = candidate.get(..candidate.len().saturating_sub(1)).filter(|stem| stem.len() > 3);
    if name.len() > 2 && candidate.starts_with(name) || stem.is_some_and(|stem| name.starts_with(stem)) {
        return 1;
    }
    strsim::osa_distance(&name.to_lowercase(), candidate)
}

/// Several names as prose: `` `a`, `b` and `c` ``.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{list, nearest};

    #[test]
    fn a_slip_finds_its_name_and_another_word_does_not() {
        let names = ["name", "compensate", "retry", "timeout"];
        assert_eq!(nearest("compensat", names), Some("compensate"));
        assert_eq!(nearest("comp", names), Some("compensate"));
        assert_eq!(nearest("time_out", names), Some("timeout"));
        assert_eq!(nearest("rerty", names), Some("retry"));
        assert_eq!(nearest("Retry", names), Some("retry"));
        assert_eq!(nearest("retries", names), Some("retry"));
        assert_eq!(nearest("timed", names), None);
        assert_eq!(nearest("priority", names), None);
    }

    #[test]
    fn a_list_reads_as_prose() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
