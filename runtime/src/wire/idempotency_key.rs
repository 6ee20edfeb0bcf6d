//! The idempotency key in the `_meta` of a call.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// The key in `_meta`.
pub(crate) const IDEMPOTENCY_KEY: &str = "secure-tool/idempotency-key";
/// The maximum length in bytes.
const LONGEST: usize = 128;

/// The value of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClientKey {
    Text(Box<str>),
    /// Not a text, empty, or too long. The call is refused, because a client that sends a key relies on it.
    Invalid,
}

impl<'de> Deserialize<'de> for ClientKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(Box<str>),
            Other(IgnoredAny),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) if (1..=LONGEST).contains(&text.len()) => Self::Text(text),
            Either::Text(_) | Either::Other(IgnoredAny) => Self::Invalid,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_key_is_a_text_of_a_bounded_length() {
        assert_eq!(from_value::<ClientKey>(json!("a")).unwrap(), ClientKey::Text("a".into()));
        let longest = "a".repeat(LONGEST);
        assert_eq!(from_value::<ClientKey>(json!(longest)).unwrap(), ClientKey::Text(longest.into()));
        for value in [json!(""), json!("a".repeat(LONGEST + 1)), json!(7), json!(["a"]), json!({"a": "b"}), json!(true)]
        {
            assert_eq!(from_value::<ClientKey>(value.clone()).unwrap(), ClientKey::Invalid, "{value}");
        }
    }
}
