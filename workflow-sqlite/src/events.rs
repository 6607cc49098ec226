//! The events of one write as one text: a JSON array of `[kind, path, data]`, with every byte of the data as it came.

use serde_json::value::RawValue;
use workflow_runtime::store::{NewEvent, StoredEvent};

/// The text of some events. Data that is no JSON by itself, or has blanks around it, becomes `[kind, path, null, data]`
/// with the data as a string.
pub(crate) fn encode(events: &[NewEvent]) -> String {
    let length = events.iter().map(|event| event.kind.len() + event.path.len() + event.data.len() + 12).sum::<usize>();
    let mut text = String::with_capacity(length + 2);
    for event in events {
        text.push_str(if text.is_empty() { "[[" } else { ",[" });
        push_string(&mut text, &event.kind);
        text.push(',');
        push_string(&mut text, &event.path);
        text.push(',');
        if is_plain(&event.data) {
            text.push_str(&event.data);
        } else {
            text.push_str("null,");
            push_string(&mut text, &event.data);
        }
        text.push(']');
    }
    text.push_str(if text.is_empty() { "[]" } else { "]" });
    text
}

/// Whether the text can stand inside an array and be taken out again byte for byte.
fn is_plain(data: &str) -> bool {
    serde_json::from_str::<&RawValue>(data).is_ok_and(|raw| raw.get().len() == data.len())
}

fn push_string(text: &mut String, string: &str) {
    if string.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(string).to_string());
    }
}

/// Reads events back, the last of which has the number `last`.
///
/// # Errors
/// When the text is not of our making.
pub(crate) fn decode(text: &str, at: i64, last: u64) -> Result<Vec<StoredEvent>, String> {
    let events: Vec<Vec<&RawValue>> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
    let first = (last + 1).checked_sub(count).ok_or("it has more events than were written")?;
    let string = |raw: &RawValue| serde_json::from_str::<String>(raw.get()).map_err(|error| error.to_string());
    let event = |(seq, parts): (u64, Vec<&RawValue>)| {
        let (kind, path, data) = match parts.as_slice() {
            [kind, path, data] => (string(kind)?, string(path)?, data.get().to_owned()),
            [kind, path, _, data] => (string(kind)?, string(path)?, string(data)?),
            _ => return Err(format!("an event of it has {} parts", parts.len())),
        };
        Ok(StoredEvent { seq, at, kind, path, data })
    };
    (first..).zip(events).map(event).collect()
}

#[cfg(test)]
mod tests {
    use workflow_runtime::store::NewEvent;

    use super::{decode, encode};

    #[test]
    fn data_comes_back_byte_for_byte_whatever_it_is() -> Result<(), String> {
        let data = [
            "{}",
            "{\"b\" : 1,\n \"a\":1}",
            "1e400",
            " 1 ",
            "",
            "no JSON",
            "\"\\u0000\"",
            "]",
            "null",
            "[1],[2]",
            "1,2",
        ];
        let event = |data: &&str| NewEvent {
            kind: "done".to_owned(),
            path: "a \"b\"\\\n".to_owned(),
            data: (*data).to_owned(),
        };
        let events: Vec<NewEvent> = data.iter().map(event).collect();
        let text = encode(&events);
        assert!(serde_json::from_str::<serde_json::Value>(&text.replace("1e400", "1")).is_ok(), "{text}");
        let back = decode(&text, 7, 13)?;
        assert_eq!(back.first().map(|event| event.seq), Some(3));
        assert_eq!(back.last().map(|event| event.seq), Some(13));
        for (event, stored) in events.into_iter().zip(back) {
            assert_eq!(event, NewEvent { kind: stored.kind, path: stored.path, data: stored.data });
        }
        assert_eq!(encode(&[]), "[]");
        assert!(decode("[[1]]", 0, 1).is_err());
        assert!(
            decode("[[\"a\",\"b\",1]]", 0, 0).is_ok_and(|events| events.len() == 1),
            "numbered from 0 it is a hole"
        );
        Ok(())
    }
}
