//! The shape of a type, as its `Deserialize` asks for it.

mod trace;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A type, as a snapshot keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TypeOf {
    /// Its name, without paths.
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

impl TypeOf {
    pub(crate) fn of<T: serde::de::DeserializeOwned>() -> Self {
        Self { name: without_paths(std::any::type_name::<T>()), shape: trace::shape_of::<T>() }
    }
}

/// What a value of a type looks like in a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// Nobody has asked yet.
    #[default]
    Unseen,
    /// A number, a string, a bool, nothing.
    Plain(String),
    Option(Box<Shape>),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    Map(Box<Shape>, Box<Shape>),
    Struct(BTreeMap<String, Shape>),
    Enum(BTreeMap<String, Shape>),
    /// A type that contains itself.
    Again(String),
    /// A type that does not say what it wants to see, and why that is not known.
    Untraced(String),
}

impl Shape {
    /// In a few words.
    fn told(&self) -> String {
        match self {
            Self::Unseen => "nothing".to_owned(),
            Self::Plain(name) => format!("`{name}`"),
            Self::Option(inner) => format!("an optional {}", inner.told()),
            Self::List(_) => "a list".to_owned(),
            Self::Tuple(parts) => format!("a tuple of {}", parts.len()),
            Self::Map(..) => "a map".to_owned(),
            Self::Struct(_) => "a struct".to_owned(),
            Self::Enum(_) => "an enum".to_owned(),
            Self::Again(name) => format!("`{name}` again"),
            Self::Untraced(_) => "something that could not be traced".to_owned(),
        }
    }

    /// Whether all of it is known.
    pub(crate) fn untraced(&self) -> Option<&str> {
        match self {
            Self::Untraced(why) => Some(why),
            Self::Unseen | Self::Plain(_) | Self::Again(_) => None,
            Self::Option(inner) | Self::List(inner) => inner.untraced(),
            Self::Tuple(parts) => parts.iter().find_map(Self::untraced),
            Self::Map(key, value) => key.untraced().or_else(|| value.untraced()),
            Self::Struct(parts) | Self::Enum(parts) => parts.values().find_map(Self::untraced),
        }
    }

    /// The first difference, in words; `place` is where in the value.
    pub(crate) fn difference(&self, now: &Self, place: &str) -> Option<String> {
        let at = if place.is_empty() { "it".to_owned() } else { format!("`{}`", place.trim_start_matches('.')) };
        match (self, now) {
            (one, other) if one == other => None,
            (Self::Option(one), Self::Option(other)) => one.difference(other, place),
            (Self::List(one), Self::List(other)) => one.difference(other, &format!("{place}[]")),
            (Self::Map(key, value), Self::Map(key_now, value_now)) => key
                .difference(key_now, &format!("{place}{{key}}"))
                .or_else(|| value.difference(value_now, &format!("{place}{{}}"))),
            (Self::Tuple(parts), Self::Tuple(parts_now)) if parts.len() == parts_now.len() => parts
                .iter()
                .zip(parts_now)
                .enumerate()
                .find_map(|(index, (one, other))| one.difference(other, &format!("{place}.{index}"))),
            (Self::Struct(parts), Self::Struct(parts_now)) => named("field", parts, parts_now, place),
            (Self::Enum(parts), Self::Enum(parts_now)) => named("variant", parts, parts_now, place),
            (was, is) => Some(format!("{at} was {} and is {}", was.told(), is.told())),
        }
    }
}

fn named(what: &str, was: &BTreeMap<String, Shape>, is: &BTreeMap<String, Shape>, place: &str) -> Option<String> {
    let within = if place.is_empty() { String::new() } else { format!(" of `{}`", place.trim_start_matches('.')) };
    for (name, one) in was {
        match is.get(name) {
            None => return Some(format!("the {what} `{name}`{within} is gone")),
            Some(other) => {
                let difference = one.difference(other, &format!("{place}.{name}"));
                if difference.is_some() {
                    return difference;
                }
            }
        }
    }
    let new = is.keys().find(|name| !was.contains_key(*name))?;
    Some(format!("the {what} `{new}`{within} is new"))
}

/// A type's name without the paths in it: a type may move.
fn without_paths(name: &str) -> String {
    let mut told = String::new();
    let mut word = String::new();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else if c == ':' && rest.peek() == Some(&':') {
            rest.next();
            word.clear();
        } else {
            told.push_str(&std::mem::take(&mut word));
            told.push(c);
        }
    }
    told + &word
}
