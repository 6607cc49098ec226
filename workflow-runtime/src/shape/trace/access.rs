//! What a type asks of the values that it is made of: the next item, entry, field or variant.

use std::collections::BTreeMap;

use serde::de::Deserializer as _;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::passes::Tracing;
use super::{Refused, Tracer};
use crate::shape::Shape;

pub(super) struct Items<'s> {
    pub(super) of: Tracer<'s>,
    pub(super) left: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let Tracer { shape, tracing, depth } = &mut self.of;
        seed.deserialize(Tracer { shape, tracing, depth: *depth }).map(Some)
    }
}

pub(super) struct Parts<'s, I> {
    pub(super) parts: I,
    pub(super) tracing: &'s mut Tracing,
    pub(super) depth: usize,
}

impl<'de, 's, I: Iterator<Item = &'s mut Shape>> SeqAccess<'de> for Parts<'_, I> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        let Some(shape) = self.parts.next() else { return Ok(None) };
        seed.deserialize(Tracer { shape, tracing: self.tracing, depth: self.depth }).map(Some)
    }
}

pub(super) struct Entry<'s> {
    pub(super) key: &'s mut Shape,
    pub(super) value: &'s mut Shape,
    pub(super) tracing: &'s mut Tracing,
    pub(super) depth: usize,
    pub(super) left: usize,
}

impl<'de> MapAccess<'de> for Entry<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Tracer { shape: self.key, tracing: self.tracing, depth: self.depth }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        seed.deserialize(Tracer { shape: self.value, tracing: self.tracing, depth: self.depth })
    }
}

pub(super) struct Fields<'s> {
    pub(super) fields: std::slice::Iter<'static, &'static str>,
    pub(super) at: Option<&'static str>,
    pub(super) parts: &'s mut BTreeMap<String, Shape>,
    pub(super) tracing: &'s mut Tracing,
    pub(super) depth: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        self.at = self.fields.next().copied();
        let Some(name) = self.at else { return Ok(None) };
        let name: StrDeserializer<'_, Refused> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let name = self.at.unwrap_or_default();
        let shape = self.parts.entry(name.to_owned()).or_default();
        seed.deserialize(Tracer { shape, tracing: self.tracing, depth: self.depth })
    }
}

pub(super) struct Variant<'s> {
    pub(super) name: &'static str,
    pub(super) of: Tracer<'s>,
}

impl<'de, 's> EnumAccess<'de> for Variant<'s> {
    type Error = Refused;
    type Variant = Tracer<'s>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Tracer<'s>), Refused> {
        let name: StrDeserializer<'_, Refused> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.of))
    }
}

impl<'de> VariantAccess<'de> for Tracer<'_> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        *self.shape = Shape::Plain("nothing".to_owned());
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Refused> {
        // It has no name of its own, so that it is never taken for one around it.
        self.fields(fields, visitor)
    }
}
