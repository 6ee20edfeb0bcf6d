//! Determines how a type treats `null`, from how it is deserialized. Its schema does not show it: `Option<Option<T>>` has the schema of `Option<T>`,
//! but only the former distinguishes "set it to nothing" from "leave it unchanged".

use std::{any::type_name, cell::Cell, fmt};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};

/// One step from a value to a part of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'s> {
    /// A property, or the variant of an enum that is written as one.
    Property(&'s str),
    /// An item of a list, or a value of a map.
    Item,
}

/// Whether a `null` for a type means something else than its absence: `Option<Option<T>>`.
pub(crate) fn distinguishes_null<T: DeserializeOwned>() -> bool {
    let found = Found::default();
    // It always ends with an error: there is no value.
    let _ = T::deserialize(Probe { path: &[], found: &found });
    found.options.get() > 1
}

/// Whether the property at the end of a path is read by something else than `Option` itself, such as a `deserialize_with` that tells a
/// `null` from absence. What cannot be reached (in a flattened or internally tagged type) counts as an `Option`.
pub(crate) fn field_keeps_null<T: DeserializeOwned>(path: &[Step<'_>]) -> bool {
    let found = Found::default();
    let _ = T::deserialize(Probe { path, found: &found });
    found.keeps_null.get()
}

#[derive(Default)]
struct Found {
    options: Cell<u32>,
    keeps_null: Cell<bool>,
}

impl Found {
    /// The seed of a field is named after the type that is read there.
    fn field<V>(&self) {
        let of = type_name::<V>();
        let of = of.strip_prefix("core::marker::PhantomData<").unwrap_or(of);
        let passed_on = of.contains("IgnoredAny") || of.contains("::Content");
        self.keeps_null.set(!of.starts_with("core::option::Option<") && !passed_on);
    }
}

#[derive(Clone, Copy)]
struct Probe<'p> {
    path: &'p [Step<'p>],
    found: &'p Found,
}

impl<'p> Probe<'p> {
    fn step(self) -> Result<(Step<'p>, Self), Stop> {
        let (step, path) = self.path.split_first().ok_or(Stop)?;
        Ok((*step, Self { path, ..self }))
    }
}

/// The end of a probe.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no value")
    }
}

impl std::error::Error for Stop {}

impl serde::de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.path.first() {
            Some(Step::Property(_)) => visitor.visit_map(self),
            Some(Step::Item) => visitor.visit_seq(self),
            None => Err(Stop),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.path.is_empty() {
            self.found.options.set(self.found.options.get() + 1);
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.path.is_empty() { Err(Stop) } else { visitor.visit_map(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct struct identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        match self.step()? {
            (Step::Property(name), _) => seed.deserialize(name.into_deserializer()).map(Some),
            // A key of the application's own type: most of them are read from a text.
            (Step::Item, _) => seed.deserialize("1".into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        let (step, rest) = self.step()?;
        if matches!(step, Step::Property(_)) && rest.path.is_empty() {
            self.found.field::<V>();
            return Err(Stop);
        }
        seed.deserialize(rest)
    }
}

impl<'de> SeqAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Stop> {
        seed.deserialize(self.step()?.1).map(Some)
    }
}

impl<'de> EnumAccess<'de> for Probe<'_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Stop> {
        let (Step::Property(name), rest) = self.step()? else { return Err(Stop) };
        let name: serde::de::value::StrDeserializer<'_, Stop> = name.into_deserializer();
        Ok((seed.deserialize(name)?, rest))
    }
}

impl<'de> VariantAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_any(visitor)
    }
}

/// A `null` that was sent: a value to an `Option`, which is `None` only where nothing was sent.
pub(crate) struct SentNull;

impl<'de> Deserializer<'de> for SentNull {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(serde_json::Value::Null)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
#[expect(clippy::option_option, reason = "they are what it is about")]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    fn deserialize_nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }

    #[derive(Deserialize)]
    #[expect(dead_code)]
    struct Changes {
        plain: Option<String>,
        twice: Option<Option<String>>,
        #[serde(default, deserialize_with = "deserialize_nullable")]
        told: Option<Option<String>>,
        inner: Option<Box<Self>>,
        list: Vec<Self>,
        map: BTreeMap<String, Self>,
        kind: Kind,
    }

    #[derive(Deserialize)]
    #[expect(dead_code)]
    enum Kind {
        Unit,
        Holds(Box<Changes>),
        Named {
            plain: Option<u8>,
            #[serde(default, deserialize_with = "deserialize_nullable")]
            told: Option<Option<String>>,
        },
    }

    #[derive(Deserialize)]
    struct Wrapped(#[expect(dead_code)] Option<Option<u8>>);

    #[test]
    fn a_double_option_tells_null_from_absence() {
        assert!(distinguishes_null::<Option<Option<String>>>());
        assert!(distinguishes_null::<Option<Option<Changes>>>());
        assert!(distinguishes_null::<Wrapped>());
        assert!(!distinguishes_null::<Option<String>>());
        assert!(!distinguishes_null::<Vec<Option<Option<u8>>>>());
        assert!(!distinguishes_null::<Changes>());
        assert_eq!(Option::<Option<u8>>::deserialize(SentNull).unwrap(), Some(None));
    }

    #[test]
    fn a_field_keeps_null_where_a_function_reads_it() {
        use Step::{Item, Property};
        let keeps = field_keeps_null::<Changes>;
        assert!(keeps(&[Property("told")]));
        assert!(!keeps(&[Property("plain")]));
        assert!(!keeps(&[Property("twice")]));
        assert!(!keeps(&[Property("none_such")]));
        for path in [
            &[Property("inner")][..],
            &[Property("list"), Item],
            &[Property("map"), Item],
            &[Property("kind"), Property("Holds")],
            &[Property("kind"), Property("Named")],
        ] {
            let at = |name| [path, &[Property(name)]].concat();
            assert!(keeps(&at("told")), "{path:?}");
            assert!(!keeps(&at("plain")), "{path:?}");
        }
    }
}
