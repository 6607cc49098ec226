//! Stored values and how they are read back.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::data::{Decode, Recorded};

/// A piece of JSON text.
pub(crate) type Json = Box<RawValue>;

/// Reads a stored value. Its type counts as changed when the value no longer decodes, or encodes to something else.
///
/// # Errors
/// The text says what does not fit.
pub(crate) fn read_back(decode: Decode, json: &RawValue) -> Result<Recorded, String> {
    let value = decode.read(json.get()).map_err(|error| format!("a stored value no longer decodes: {error}"))?;
    let again = value.to_raw().map_err(|error| format!("a stored value no longer encodes: {error}"))?;
    if again.get() == json.get() || same(json.get(), again.get()) {
        return Ok(value);
    }
    Err(format!("a stored value now encodes to something else: it was {}, it became {}", short(json), short(&again)))
}

/// Whether two texts mean the same: maps and sets have no order.
pub(crate) fn same(one: &str, other: &str) -> bool {
    match (serde_json::from_str::<Value>(one), serde_json::from_str::<Value>(other)) {
        (Ok(one), Ok(other)) => one == other || unordered(one) == unordered(other),
        _ => false,
    }
}

/// The value with every array sorted.
fn unordered(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(unordered).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, unordered(value))).collect())
        }
        other => other,
    }
}

fn short(json: &RawValue) -> String {
    let text = json.get();
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The field of a value, such as `address.city` or `0`; the whole for an empty path.
pub(crate) fn field<'j>(json: &'j RawValue, path: &str) -> Option<&'j RawValue> {
    let mut at = json;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        at = match name.parse::<usize>() {
            Ok(index) => *serde_json::from_str::<Vec<&RawValue>>(at.get()).ok()?.get(index)?,
            Err(_) => *serde_json::from_str::<std::collections::BTreeMap<&str, &RawValue>>(at.get()).ok()?.get(name)?,
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::data::decode;

    fn raw(text: &str) -> Json {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_value_comes_back_unless_its_type_changed() {
        #[derive(Clone, Serialize, Deserialize)]
        struct Now {
            a: u32,
        }
        assert!(read_back(decode::<Now>(), &raw(r#"{"a":1}"#)).is_ok());
        assert!(read_back(decode::<Now>(), &raw(r#"{"a":"1"}"#)).is_err_and(|why| why.contains("no longer decodes")));
        assert!(read_back(decode::<Now>(), &raw(r#"{"a":1,"b":2}"#)).is_err_and(|why| why.contains("something else")));
    }

    #[test]
    fn sets_have_no_order() {
        let set = decode::<std::collections::HashSet<u32>>();
        assert!(read_back(set, &raw("[5,3,9,1,7]")).is_ok());
    }

    #[test]
    fn fields_are_found_in_structs_and_tuples() {
        let json = raw(r#"{"a":{"b":[1,{"c":"x"}]}}"#);
        assert_eq!(field(&json, "a.b.1.c").map(RawValue::get), Some(r#""x""#));
        assert_eq!(field(&json, "").map(RawValue::get), Some(json.get()));
        assert!(field(&json, "a.z").is_none());
    }
}
