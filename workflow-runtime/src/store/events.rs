//! What happened in one write: as one text, which stores keep as it is.

use serde::Serialize;
use serde::ser::Error;
use serde_json::value::RawValue;

/// Something that happened in an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind of thing.
    pub kind: String,
    /// The node.
    pub path: String,
    /// The particulars, JSON.
    pub data: String,
}

/// Something that happened, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the journal of its run; the first is 1, without gaps.
    pub seq: u64,
    /// When it was written.
    pub at: i64,
    /// What kind of thing.
    pub kind: String,
    /// The node.
    pub path: String,
    /// The particulars, JSON.
    pub data: String,
}

impl From<StoredEvent> for NewEvent {
    fn from(StoredEvent { kind, path, data, .. }: StoredEvent) -> Self {
        Self { kind, path, data }
    }
}

/// The events of one write: how many, and their text, a JSON array of `[kind, path, data]`.
///
/// A store keeps the text as it is, with the number of the last event and the time of the write, and hands out what
/// [`Events::read`] makes of it. Data that is no JSON by itself, or has blanks around it, stands in the text as a string:
/// `[kind, path, null, "data"]`.
///
/// ```
/// use workflow_runtime::store::{Events, NewEvent};
///
/// let event = NewEvent { kind: "step.began".into(), path: "charge".into(), data: r#"{"input":[7]}"#.into() };
/// let events = Events::from(vec![event]);
/// assert_eq!(events.text(), r#"[["step.began","charge",{"input":[7]}]]"#);
/// let stored = Events::read(events.text(), 1_790_000_000_000, 5).unwrap();
/// assert_eq!((stored[0].seq, stored[0].data.as_str()), (5, r#"{"input":[7]}"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    count: usize,
    /// JSON, in UTF-8; empty while there are none.
    text: Vec<u8>,
}

impl Events {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How long the text is.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The text of all.
    #[must_use]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.text) {
            Ok(text) if !text.is_empty() => text,
            // What is no text is not let in.
            _ => "[]",
        }
    }

    /// Reads a text back: that of the write at a time, whose last event has the number `last`.
    ///
    /// # Errors
    /// Says what is wrong with a text that is not of our making.
    pub fn read(text: &str, at: i64, last: u64) -> Result<Vec<StoredEvent>, String> {
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

    /// Adds an event. Its kind is given in parts, so that nobody need put them together.
    ///
    /// # Errors
    /// When the data cannot be written; then nothing is added.
    pub(crate) fn push(&mut self, kind: [&str; 2], path: &str, data: &impl Serialize) -> serde_json::Result<()> {
        self.add(kind, path, |text| serde_json::to_writer(text, data))
    }

    fn add(
        &mut self,
        kind: [&str; 2],
        path: &str,
        data: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> serde_json::Result<()> {
        let before = self.text.len();
        if self.text.is_empty() {
            self.text.reserve(USUAL);
            self.text.extend_from_slice(b"[[\"");
        } else {
            // In place of the bracket at the end.
            self.text.pop();
            self.text.extend_from_slice(b",[\"");
        }
        kind.into_iter().for_each(|part| push_string(&mut self.text, part));
        self.text.extend_from_slice(b"\",\"");
        push_string(&mut self.text, path);
        self.text.extend_from_slice(b"\",");
        let from = self.text.len();
        let written = data(&mut self.text).and_then(|()| {
            let text = self.text.get(from..).unwrap_or_default();
            std::str::from_utf8(text).map(drop).map_err(serde_json::Error::custom)
        });
        if written.is_ok() {
            self.text.extend_from_slice(b"]]");
            self.count += 1;
        } else {
            self.cut(Mark { count: self.count, length: before });
        }
        written
    }

    /// What is there now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { count: self.count, length: self.text.len() }
    }

    /// Takes back what was added since the mark was set.
    pub(crate) fn cut(&mut self, mark: Mark) {
        self.count = mark.count;
        self.text.truncate(mark.length.saturating_sub(1));
        if mark.length > 0 {
            self.text.push(b']');
        }
    }
}

/// The text of what one step of a workflow records is seldom longer.
const USUAL: usize = 320;

/// How far events had come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    count: usize,
    length: usize,
}

impl From<Vec<NewEvent>> for Events {
    fn from(events: Vec<NewEvent>) -> Self {
        let mut all = Self::default();
        for NewEvent { kind, path, data } in events {
            let plain = is_plain(&data);
            let added = all.add([&kind, ""], &path, |text| {
                if plain {
                    text.extend_from_slice(data.as_bytes());
                } else {
                    text.extend_from_slice(b"null,\"");
                    push_string(text, &data);
                    text.push(b'"');
                }
                Ok(())
            });
            debug_assert!(added.is_ok(), "text is always written");
        }
        all
    }
}

/// Whether the text can stand inside an array and be taken out again byte for byte.
fn is_plain(data: &str) -> bool {
    serde_json::from_str::<&RawValue>(data).is_ok_and(|raw| raw.get().len() == data.len())
}

/// The inside of a JSON string.
fn push_string(text: &mut Vec<u8>, string: &str) {
    if string.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        text.extend_from_slice(string.as_bytes());
    } else {
        let quoted = serde_json::Value::from(string).to_string();
        text.extend_from_slice(quoted.get(1..quoted.len() - 1).unwrap_or_default().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{Events, NewEvent};

    #[test]
    fn data_comes_back_byte_for_byte_whatever_it_is() {
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
        let text = Events::from(events.clone());
        assert_eq!(text.len(), data.len());
        let text = text.text();
        assert!(serde_json::from_str::<serde_json::Value>(&text.replace("1e400", "1")).is_ok(), "{text}");
        let back = Events::read(text, 7, 13).unwrap();
        assert_eq!(back.first().map(|event| event.seq), Some(3));
        assert_eq!(back.last().map(|event| event.seq), Some(13));
        for (event, stored) in events.into_iter().zip(back) {
            assert_eq!(event, stored.into());
        }
        assert_eq!(Events::default().text(), "[]");
        assert!(Events::read("[[1]]", 0, 1).is_err());
        assert!(Events::read("[[\"a\",\"b\",1]]", 0, 0).is_ok_and(|events| events.len() == 1), "numbered from 0");
    }

    #[test]
    fn what_was_added_since_a_mark_can_be_taken_back() {
        let mut events = Events::default();
        let nothing = events.mark();
        assert!(events.push(["a.", "began"], "x", &[1]).is_ok());
        let one = events.mark();
        assert!(events.push(["b", ""], "y", &"ü\n").is_ok());
        assert_eq!(events.text(), r#"[["a.began","x",[1]],["b","y","ü\n"]]"#);
        let map = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert!(events.push(["c", ""], "z", &map).is_err(), "keys have to be strings");
        assert_eq!((events.len(), events.text()), (2, r#"[["a.began","x",[1]],["b","y","ü\n"]]"#));
        events.cut(one);
        assert_eq!((events.len(), events.text()), (1, r#"[["a.began","x",[1]]]"#));
        events.cut(nothing);
        assert_eq!(events, Events::default());
    }
}
