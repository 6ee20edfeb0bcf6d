//! JSON objects as a token has them: read strictly.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A JSON object whose members are read one by one, each as what it has to be.
///
/// An object that names a member twice is none: two readers could each see another value (RFC 8725, section 2.5; RFC 7519, section 4).
pub(in crate::http) struct Object<'a>(BTreeMap<String, &'a RawValue>);

/// A member that is there, and is not what it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Malformed;

impl<'a> Object<'a> {
    pub(in crate::http) fn parse(json: &'a [u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(json).map_err(|_| Malformed)
    }

    pub(in crate::http) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(in crate::http) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    pub(in crate::http) fn len(&self) -> usize {
        self.0.len()
    }

    /// `null` is no value of any type that is asked for here.
    pub(in crate::http) fn get<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, Malformed> {
        self.0.get(name).map(|raw| serde_json::from_str(raw.get())).transpose().map_err(|_| Malformed)
    }

    pub(in crate::http) fn text(&self, name: &str) -> Result<Option<String>, Malformed> {
        self.get(name)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object that names every member once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member is named twice"));
                    }
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// The members of these names, without the cost of an [`Object`]: the others are skipped, and may be named twice.
pub(in crate::http) fn pick<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], Malformed> {
    /// Borrowed, unless it is escaped.
    #[derive(Deserialize)]
    struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

    struct Picked<'n, const N: usize>([&'n str; N]);

    impl<'de, const N: usize> Visitor<'de> for Picked<'_, N> {
        type Value = [Option<&'de RawValue>; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut picked = [None; N];
            while let Some(Name(name)) = map.next_key()? {
                match self.0.iter().zip(&mut picked).find(|(wanted, _)| **wanted == name) {
                    None => drop(map.next_value::<IgnoredAny>()?),
                    Some((_, Some(_))) => return Err(A::Error::custom("a member is named twice")),
                    Some((_, place)) => *place = Some(map.next_value()?),
                }
            }
            Ok(picked)
        }
    }

    let mut json = serde_json::Deserializer::from_slice(json);
    let picked = json.deserialize_map(Picked(names)).map_err(|_| Malformed)?;
    json.end().map(|()| picked).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_once_and_as_what_they_are() {
        let object = Object::parse(br#" {"a": "x", "b": 1, "c": null, "d": {"a": 1}} "#).unwrap();
        assert_eq!(object.text("a"), Ok(Some("x".into())));
        assert_eq!(object.text("none"), Ok(None));
        assert!(object.has("c") && !object.has("none"));
        for other in ["b", "c", "d"] {
            assert_eq!(object.text(other), Err(Malformed), "{other}");
        }
        assert!(object.get::<Object<'_>>("d").unwrap().is_some());
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, "[]", "null", "\"a\"", "{} {}", "{", "", "\u{feff}{}"]
        {
            assert!(Object::parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(Object::parse(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn single_members_are_picked_from_an_object() {
        let pick = |json: &'static str| {
            let picked = pick(json.as_bytes(), ["a", "b"]).ok()?;
            Some(picked.map(|member| member.map(RawValue::get)))
        };
        assert_eq!(pick(r#" {"c": [1], "\u0061": "x", "c": {}} "#), Some([Some("\"x\""), None]));
        assert_eq!(pick(r#"{"b": null, "a": {"a": 1}}"#), Some([Some("{\"a\": 1}"), Some("null")]));
        for json in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"["x","y"]"#, "null", "{} {}", "{\"a\":1", ""] {
            assert_eq!(pick(json), None, "{json}");
        }
    }
}
