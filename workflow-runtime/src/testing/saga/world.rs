//! Two snapshots of the world, and what differs between them.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// One place that differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    /// Names and indices, from the outside in.
    pub(super) place: Vec<String>,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl Change {
    /// Whether the two are about the same thing, or one about a part of the other.
    pub(super) fn touches(&self, other: &Self) -> bool {
        self.place.iter().zip(&other.place).all(|(one, other)| one == other)
    }
}

/// What differs, in the order of places.
pub(super) fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&mut Vec::new(), Some(before), Some(after), &mut changes);
    changes
}

fn compare(place: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    match (before, after) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                place.push(name.clone());
                compare(place, one.get(name), other.get(name), changes);
                place.pop();
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                place.push(index.to_string());
                compare(place, one.get(index), other.get(index), changes);
                place.pop();
            }
        }
        (before, after) if before == after => {}
        (before, after) => {
            changes.push(Change { place: place.clone(), before: before.cloned(), after: after.cloned() });
        }
    }
}

/// The differences as one clause: `inventory differs: widget 3 -> 2`.
pub(super) fn told(changes: &[Change], verb: &str) -> String {
    let first = changes.first().and_then(|change| change.place.first());
    let is_name = first.is_some_and(|first| first.parse::<usize>().is_err());
    let common = is_name && changes.iter().all(|change| change.place.len() > 1 && change.place.first() == first);
    let (subject, skip) = match first {
        Some(first) if common => (first.as_str(), 1),
        _ => ("the world", 0),
    };
    format!("{subject} {verb}: {}", listed(changes, skip))
}

/// The differences themselves, the first few of them.
pub(super) fn listed(changes: &[Change], skip: usize) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = changes.iter().take(SHOWN).map(|change| change.spelled(skip)).collect();
    if changes.len() > SHOWN {
        shown.push(format!("and {} more", changes.len() - SHOWN));
    }
    shown.join(", ")
}

impl Change {
    fn spelled(&self, skip: usize) -> String {
        let place = self.place.get(skip..).unwrap_or_default().join(".");
        let space = if place.is_empty() { "" } else { " " };
        format!("{place}{space}{} -> {}", Short(self.before.as_ref()), Short(self.after.as_ref()))
    }
}

struct Short<'v>(Option<&'v Value>);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LENGTH: usize = 60;
        let Some(value) = self.0 else { return f.write_str("(nothing)") };
        let text = value.to_string();
        match text.char_indices().nth(LENGTH) {
            Some((end, _)) => write!(f, "{}..", text.get(..end).unwrap_or_default()),
            None => f.write_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_by_their_place() {
        let before = json!({"inventory": {"widget": 3, "cup": 1}, "paid": [1]});
        let after = json!({"inventory": {"widget": 2, "cup": 1}, "paid": [1]});
        assert_eq!(told(&diff(&before, &after), "differs"), "inventory differs: widget 3 -> 2");
        let after = json!({"inventory": {"widget": 2, "cup": 1}, "paid": [1, 5]});
        let both = "the world differs: inventory.widget 3 -> 2, paid.1 (nothing) -> 5";
        assert_eq!(told(&diff(&before, &after), "differs"), both);
        assert_eq!(told(&diff(&json!(1), &json!(2)), "differs"), "the world differs: 1 -> 2");
        assert!(diff(&before, &before).is_empty());
    }
}
