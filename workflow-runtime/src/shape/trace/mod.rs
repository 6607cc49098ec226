//! Tracing a type: its `Deserialize` is given made-up values, and what it asks for is written down. Again and again, until
//! every variant of every enum was seen, and with other values where one is refused.

mod access;
mod passes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use super::Shape;
use access::{Entry, Fields, Items, Parts, Variant};
use passes::Tracing;

/// No type is traced more often.
const PASSES: usize = 300;
/// Values inside of values, at most.
const DEPTH: usize = 64;
/// A type within itself ends before that.
const ENDS: usize = 4;

/// Strings that a type may want to parse.
const STRINGS: [&str; 12] = [
    "",
    "1",
    "a",
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:00:00",
    "2020-01-01",
    "12:00:00",
    "00000000-0000-4000-8000-000000000000",
    "127.0.0.1",
    "127.0.0.1:80",
    "https://example.com/",
    "EUR",
];
const NUMBERS: [i8; 4] = [1, 0, 2, 100];

/// The shape of `T`.
pub(super) fn shape_of<T: DeserializeOwned>() -> Shape {
    let mut shape = Shape::default();
    let mut tracing = Tracing::default();
    for _ in 0..PASSES {
        tracing.begin();
        let outcome = T::deserialize(Tracer { shape: &mut shape, tracing: &mut tracing, depth: 0 });
        match outcome {
            Ok(_) if tracing.complete => return shape,
            // What comes next is other variants, which want other values.
            Ok(_) => tracing.given.clear(),
            Err(Refused(why)) => {
                if !tracing.try_otherwise() {
                    return Shape::Untraced(why);
                }
            }
        }
    }
    Shape::Untraced("it has too many forms".to_owned())
}

/// A value was not what the type wants.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

/// Gives one made-up value.
struct Tracer<'s> {
    shape: &'s mut Shape,
    tracing: &'s mut Tracing,
    depth: usize,
}

impl Tracer<'_> {
    fn inner<'t>(&'t mut self, shape: &'t mut Shape) -> Tracer<'t> {
        Tracer { shape, tracing: self.tracing, depth: self.depth + 1 }
    }

    fn is_too_deep(&self) -> Result<(), Refused> {
        if self.depth < DEPTH { Ok(()) } else { Err(Refused("it contains itself without end".to_owned())) }
    }

    fn number(&mut self, name: &str) -> i8 {
        *self.shape = Shape::Plain(name.to_owned());
        let choice = self.tracing.choose(NUMBERS.len());
        NUMBERS.get(choice).copied().unwrap_or(1)
    }

    fn string(&mut self) -> &'static str {
        *self.shape = Shape::Plain("string".to_owned());
        let choice = self.tracing.choose(STRINGS.len());
        STRINGS.get(choice).copied().unwrap_or_default()
    }

    /// A value with these fields.
    fn fields<'de, V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Refused> {
        let mut parts = match std::mem::take(self.shape) {
            Shape::Struct(parts) => parts,
            _ => fields.iter().map(|field| ((*field).to_owned(), Shape::default())).collect(),
        };
        let of =
            Fields { fields: fields.iter(), at: None, parts: &mut parts, tracing: self.tracing, depth: self.depth };
        let value = visitor.visit_map(of);
        *self.shape = Shape::Struct(parts);
        value
    }

    /// Runs `trace` within a type of this name; the one inside of its like is not written down again.
    fn within<T>(
        mut self,
        name: &'static str,
        trace: impl FnOnce(Tracer<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.is_too_deep()?;
        let again = self.tracing.around.contains(&name);
        self.tracing.around.push(name);
        let mut aside = Shape::default();
        let result = if again {
            *self.shape = Shape::Again(name.to_owned());
            self.tracing.closing += 1;
            let result = trace(self.inner(&mut aside));
            self.tracing.closing -= 1;
            result
        } else {
            let shape = std::mem::take(self.shape);
            aside = shape;
            let result = trace(Tracer { shape: &mut aside, tracing: self.tracing, depth: self.depth + 1 });
            *self.shape = aside;
            result
        };
        self.tracing.around.pop();
        result
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
            let number = self.number(stringify!($type));
            visitor.$visit($type::try_from(number).unwrap_or_default())
        })*
    };
}

impl<'de> Deserializer<'de> for Tracer<'_> {
    type Error = Refused;

    numbers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_i128 visit_i128 i128;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_u128 visit_u128 u128;
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
    }

    /// What says of itself what it is may be anything: it is given what some such types take.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let why = "it takes any value: it is untagged, internally tagged or JSON itself";
        *self.shape = Shape::Untraced(why.to_owned());
        match self.tracing.choose(4) {
            0 => visitor.visit_unit(),
            1 => visitor.visit_str(""),
            2 => visitor.visit_u64(1),
            _ => visitor.visit_map(de::value::MapDeserializer::<_, Refused>::new(std::iter::empty::<((), ())>())),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.shape = Shape::Plain("bool".to_owned());
        visitor.visit_bool(self.tracing.choose(2) == 1)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.shape = Shape::Plain("char".to_owned());
        visitor.visit_char('a')
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.string())
    }

    fn deserialize_string<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_str(self.string())
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.shape = Shape::Plain("bytes".to_owned());
        visitor.visit_bytes(b"")
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        if self.tracing.closing > 0 {
            return visitor.visit_none();
        }
        self.is_too_deep()?;
        let mut inner = match std::mem::take(self.shape) {
            Shape::Option(inner) => inner,
            _ => Box::default(),
        };
        let value = visitor.visit_some(self.inner(&mut inner));
        *self.shape = Shape::Option(inner);
        value
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.shape = Shape::Plain("nothing".to_owned());
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        // In JSON it is what it holds.
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        self.is_too_deep()?;
        let mut item = match std::mem::take(self.shape) {
            Shape::List(item) => item,
            _ => Box::default(),
        };
        let count = usize::from(self.tracing.closing == 0);
        let value = visitor.visit_seq(Items { of: self.inner(&mut item), left: count });
        *self.shape = Shape::List(item);
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refused> {
        self.is_too_deep()?;
        let mut parts = match std::mem::take(self.shape) {
            Shape::Tuple(parts) => parts,
            _ => vec![Shape::default(); len],
        };
        let value = visitor.visit_seq(Parts { parts: parts.iter_mut(), tracing: self.tracing, depth: self.depth + 1 });
        *self.shape = Shape::Tuple(parts);
        value
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.within(name, |tracer| tracer.deserialize_tuple(len, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.is_too_deep()?;
        let (mut key, mut value) = match std::mem::take(self.shape) {
            Shape::Map(key, value) => (key, value),
            _ => (Box::default(), Box::default()),
        };
        let left = usize::from(self.tracing.closing == 0);
        let (tracing, depth) = (&mut *self.tracing, self.depth + 1);
        let read = visitor.visit_map(Entry { key: &mut key, value: &mut value, tracing, depth, left });
        *self.shape = Shape::Map(key, value);
        read
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.within(name, |tracer| Tracer { depth: tracer.depth + 1, ..tracer }.fields(fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.within(name, |tracer| {
            let mut parts = match std::mem::take(tracer.shape) {
                Shape::Enum(parts) => parts,
                _ => variants.iter().map(|variant| ((*variant).to_owned(), Shape::default())).collect(),
            };
            let unseen = variants.iter().position(|variant| parts.get(*variant) == Some(&Shape::Unseen));
            let at = if tracer.tracing.closing > 0 {
                if tracer.tracing.closing > ENDS {
                    tracer.tracing.endless = Some((name, variants.len()));
                    return Err(Refused("it contains itself without end".to_owned()));
                }
                tracer.tracing.ending.get(name).copied().unwrap_or_default()
            } else {
                unseen.unwrap_or(parts_to_finish(variants, &parts))
            };
            let variant = variants.get(at).copied().unwrap_or_default();
            let mut shape = parts.remove(variant).unwrap_or_default();
            let of = Tracer { shape: &mut shape, tracing: &mut *tracer.tracing, depth: tracer.depth + 1 };
            let value = visitor.visit_enum(Variant { name: variant, of });
            parts.insert(variant.to_owned(), shape);
            if tracer.tracing.closing == 0 && parts.values().any(has_unseen) {
                tracer.tracing.complete = false;
            }
            *tracer.shape = Shape::Enum(parts);
            value
        })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }
}

/// The first variant in which something was not seen yet, or the first of all.
fn parts_to_finish(variants: &[&'static str], parts: &BTreeMap<String, Shape>) -> usize {
    variants.iter().position(|variant| parts.get(*variant).is_some_and(has_unseen)).unwrap_or_default()
}

/// Whether there is a variant that was not traced.
fn has_unseen(shape: &Shape) -> bool {
    match shape {
        Shape::Unseen => true,
        Shape::Plain(_) | Shape::Again(_) | Shape::Untraced(_) => false,
        Shape::Option(inner) | Shape::List(inner) => has_unseen(inner),
        Shape::Tuple(parts) => parts.iter().any(has_unseen),
        Shape::Map(key, value) => has_unseen(key) || has_unseen(value),
        Shape::Struct(parts) | Shape::Enum(parts) => parts.values().any(has_unseen),
    }
}
