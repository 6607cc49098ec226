//! Two snapshots of the world, and what differs between them.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

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

/// The world with these changes: numbers grow by as much, and what else there was makes way.
pub(super) fn with<'c>(mut world: Value, changes: impl Iterator<Item = &'c Change>) -> Value {
    for change in changes {
        change.make(&mut world, &change.place);
    }
    world
}

/// The world with its lists in an order of their own, so that two of them are alike if they have the same elements.
pub(super) fn in_order(world: Value) -> Value {
    match world {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(in_order).collect();
            list.sort_by_cached_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, in_order(value))).collect(),
        other => other,
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
    fn make(&self, world: &mut Value, place: &[String]) {
        match (world, place) {
            (Value::Object(fields), [name, within @ ..]) if !within.is_empty() => {
                self.make(fields.entry(name.clone()).or_insert_with(|| Value::Object(Map::new())), within);
            }
            (Value::Object(fields), [name]) => {
                let now = self.over(fields.remove(name));
                fields.extend(now.map(|now| (name.clone(), now)));
            }
            // Elements have no names: what was at one place may be at another one now.
            (Value::Array(list), [_]) => {
                if let Some(at) = list.iter().position(|element| Some(element) == self.before.as_ref()) {
                    list.remove(at);
                }
                list.extend(self.after.clone());
            }
            (Value::Array(list), [at, within @ ..]) => {
                if let Some(element) = at.parse().ok().and_then(|at: usize| list.get_mut(at)) {
                    self.make(element, within);
                }
            }
            (world, _) => *world = self.over(Some(world.take())).unwrap_or_default(),
        }
    }

    /// What becomes of a value.
    fn over(&self, was: Option<Value>) -> Option<Value> {
        let whole = |value: Option<&Value>| value.and_then(Value::as_i64);
        match (whole(was.as_ref()), whole(self.before.as_ref()), whole(self.after.as_ref())) {
            (Some(was), Some(before), Some(after)) => Some((was + after - before).into()),
            _ => self.after.clone(),
        }
    }

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

    #[test]
    fn changes_are_made_again_in_another_world() {
        let (before, after) =
            (json!({"stock": 3, "log": ["a"]}), json!({"stock": 5, "log": ["0", "a"], "new": {"x": 1}}));
        let changes = diff(&before, &after);
        let made = with(json!({"stock": 4, "log": ["b"]}), changes.iter());
        assert_eq!(in_order(made), json!({"stock": 6, "log": ["0", "a", "b"], "new": {"x": 1}}));
    }
}
