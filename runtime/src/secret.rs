//! Credentials as arguments.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, Zeroizing};

/// A secret argument: a password, a token, a key.
///
/// It never appears in a log, a span, an error or an audit record; `Debug` shows nothing of it; and its memory is wiped when it is dropped. It does
/// not implement [`Serialize`](serde::Serialize), so a tool that returns one does not compile. (The buffers of the transport are not wiped.)
///
/// ```
/// use secure_tool::Secret;
///
/// fn login(password: Secret<String>) -> bool {
///     password.expose() == "correct horse"
/// }
/// # let secret: Secret<String> = serde_json::from_str("\"correct horse\"").unwrap();
/// # assert_eq!(format!("{secret:?}"), "Secret(..)");
/// # assert!(login(secret));
/// ```
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    #[cfg(feature = "http")]
    pub(crate) fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Returns the secret. The name is conspicuous on purpose, so that a reviewer can search for it.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Zeroizing::new(value)))
    }
}

impl<T: Zeroize + JsonSchema> JsonSchema for Secret<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Secret_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("writeOnly".into(), true.into());
        schema
    }
}
