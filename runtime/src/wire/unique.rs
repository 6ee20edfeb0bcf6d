//! JSON without duplicate keys.
//!
//! RFC 8259, section 4: for a duplicate key some parsers use the first value, some the last. A proxy or a person who has seen the message before us
//! may have seen another value, so such a message is refused.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value, value::RawValue};

/// The key under which `serde_json` hands over a number, if its feature `arbitrary_precision` is on in the application.
const NUMBER: &str = "$serde_json::private::Number";

/// Any value.
pub(crate) struct Unique(pub(crate) Value);

/// An object.
#[cfg(feature = "http")]
struct UniqueObject(Map<String, Value>);

/// Whether an object in this has a duplicate key.
pub(crate) fn has_duplicates(json: &RawValue) -> bool {
    // A number that is too large is an error of syntax.
    serde_json::from_str::<Unique>(json.get()).is_err_and(|error| error.is_data())
}

/// An object that may be null or left out.
#[cfg(feature = "http")]
pub(super) fn optional_object<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Map<String, Value>>, D::Error> {
    Ok(Option::<UniqueObject>::deserialize(deserializer)?.map(|UniqueObject(object)| object))
}

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E: Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
                Ok(value.into())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(Unique(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(Value::Array(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Value, A::Error> {
                object(fields)
            }
        }
        deserializer.deserialize_any(Any).map(Self)
    }
}

#[cfg(feature = "http")]
impl<'de> Deserialize<'de> for UniqueObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Map<String, Value>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                match object(fields)? {
                    Value::Object(object) => Ok(object),
                    _ => Err(A::Error::custom("a number is no object")),
                }
            }
        }
        deserializer.deserialize_map(Fields).map(Self)
    }
}

fn object<'de, A: MapAccess<'de>>(mut fields: A) -> Result<Value, A::Error> {
    let mut object = Map::new();
    while let Some(key) = fields.next_key::<String>()? {
        if key == NUMBER && object.is_empty() {
            let number = fields.next_value::<String>()?.parse::<Number>().map_err(A::Error::custom)?;
            return match fields.next_key::<String>()? {
                None => Ok(Value::Number(number)),
                Some(_) => Err(A::Error::custom("a number has no other keys")),
            };
        }
        let Unique(value) = fields.next_value()?;
        if object.insert(key, value).is_some() {
            return Err(A::Error::custom("a key is there twice"));
        }
    }
    Ok(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_has_no_key_twice_is_read_as_serde_json_reads_it() {
        for text in [
            r#"{"a":{"a":[{"a":1},{"a":2}]},"b":null,"A":true,"":"x\ny"}"#,
            r#"[0, -1, 18446744073709551615, 1.5, 1e300, -0.0, "\u00e9", [], {}]"#,
            "7",
        ] {
            let Unique(value) = serde_json::from_str(text).unwrap();
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
            assert!(!has_duplicates(raw(text)), "{text}");
        }
        assert!(!has_duplicates(raw("1e999")), "that is no number, and no key");
    }

    #[test]
    fn a_key_that_is_there_twice_is_found_at_any_depth_and_however_it_is_written() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"x":[{"y":{"a":1,"b":{},"a":2}}]}"#,
            r#"[{"":0,"":0}]"#,
        ] {
            assert!(has_duplicates(raw(text)), "{text}");
        }
    }

    /// As it comes with `arbitrary_precision`.
    #[test]
    fn a_number_in_the_form_of_an_object_is_a_number() {
        let read = |text: &str| serde_json::from_str::<Unique>(text).map(|Unique(value)| value).ok();
        assert_eq!(read(&format!(r#"{{"{NUMBER}":"7"}}"#)), Some(7.into()));
        assert_eq!(read(&format!(r#"{{"{NUMBER}":"x"}}"#)), None);
        assert_eq!(read(&format!(r#"{{"{NUMBER}":"7","a":1}}"#)), None);
    }
}
