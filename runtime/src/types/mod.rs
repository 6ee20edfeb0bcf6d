//! Types for arguments that are dangerous as free text: paths, addresses, names.
//!
//! A `String` called `path` or `url` invites injection attacks ([ST33](crate::error_index::st33)). Use these types instead. Each one describes in the
//! published schema what it accepts, so that the model can read the rule and the guard refuses invalid values before the tool runs; and each one is
//! checked again when it is deserialized. Their errors say what was expected and never repeat the value.
//!
//! | type | accepts | in the audit record |
//! |---|---|---|
//! | [`SafePath`] | a relative path of plain names | in clear |
#![cfg_attr(
    feature = "paths",
    doc = "| [`Root`] | (not an argument) where a `SafePath` is opened, symlinks included | |"
)]
#![cfg_attr(
    feature = "urls",
    doc = "| [`PublicUrl`] | an http or https address of a host on the public internet | as a length |"
)]
#![cfg_attr(
    not(feature = "urls"),
    doc = "| `PublicUrl` (feature `urls`) | an http or https address of a host on the public internet | as a length |"
)]
//! | [`Slug`] | a name in lower case with hyphens, `quarterly-report` | in clear |
//! | [`Email`] | one plain e-mail address | as a length |
//! | [`Bounded`] | text of a bounded length | as a length |
//!
//! `#[arg(audit = …)]` overrides this for one argument.
//!
//! ```
//! use secure_tool::prelude::*;
//! use secure_tool::types::{Bounded, SafePath, Slug};
//! # struct Desk;
//!
//! impl Desk {
//!     /// File a note in the caller's folder.
//!     #[secure_tool(scope = "notes:write", owner = caller)]
//!     async fn file_note(
//!         &self,
//!         caller: &Caller,
//!         /// Where to, such as `2026/july.txt`.
//!         path: SafePath,
//!         /// The project's short name.
//!         project: Slug,
//!         /// The note.
//!         text: Bounded<1, 500>,
//!     ) -> String {
//!         format!("{} files {} characters under {project} at {path:?}", caller.subject(), text.chars().count())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Desk).tool(Desk::file_note()).allow_writes().build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["notes:write"]));
//! # let arguments = |path: &str| {
//! #     serde_json::json!({"path": path, "project": "diary", "text": "Rain."}).as_object().cloned().unwrap_or_default()
//! # };
//! # assert!(!server.call(&alice, "file_note", arguments("2026/july.txt")).await.is_error());
//! # let refused = server.call(&alice, "file_note", arguments("../../etc/passwd")).await;
//! # let refused = serde_json::to_string(&refused)?;
//! # assert!(refused.contains("/path: must match the pattern") && !refused.contains("passwd"), "{refused}");
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "urls")]
mod address;
mod path;
#[cfg(feature = "paths")]
mod root;
mod text;
#[cfg(feature = "urls")]
mod url;

use std::{cell::Cell, fmt};

use regex::Regex;
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

#[cfg(feature = "urls")]
pub use self::{
    address::is_public,
    url::{PublicUrl, Resolve, SystemResolver},
};
pub use path::SafePath;
#[cfg(feature = "paths")]
pub use root::{Metadata, Root};
pub use text::{Bounded, Email, Slug};

/// Describes what was expected of an invalid text. It never repeats the text, so it may be shown to a model:
/// `ToolError::invalid(malformed.expected())`.
///
/// ```
/// use secure_tool::{ToolError, types::Slug};
///
/// fn slug(text: &str) -> Result<Slug, ToolError> {
///     text.parse::<Slug>().map_err(|malformed| ToolError::invalid(malformed.expected()))
/// }
/// assert_eq!(slug("Not A Slug").unwrap_err().code(), "invalid_arguments");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl Malformed {
    /// What was expected, as the end of a sentence: "must be …".
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

thread_local! {
    /// What a type of this module expected when it last rejected a value on this thread.
    static EXPLAINED: Cell<Option<Malformed>> = const { Cell::new(None) };
}

/// Stores why a type of this module rejects a value. The error itself passes through serde, whose messages repeat the value, and through types of the
/// application, so its text cannot be distinguished from what a model wrote.
fn explain(malformed: Malformed) {
    EXPLAINED.set(Some(malformed));
}

/// Reads a value; if a type of this module rejects it, returns what was expected.
pub(crate) fn explained<T, E>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Option<&'static str>> {
    EXPLAINED.set(None);
    let value = read();
    let explained = EXPLAINED.take();
    value.map_err(|_| explained.map(|malformed| malformed.0))
}

/// What a type accepts. The schema describes it with patterns that every client can read; the type checks what these cannot express.
struct Rule {
    expected: Malformed,
    longest: usize,
    format: Option<&'static str>,
    pattern: Pattern,
    /// A pattern that no value may match.
    never: Option<Pattern>,
}

/// A pattern in its checked and in its published form.
struct Pattern {
    /// A pattern that did not compile would reject every value.
    checked: Option<Regex>,
    published: &'static str,
}

impl Pattern {
    /// The schema expresses the whole rule.
    fn published(pattern: &'static str) -> Self {
        Self::narrower(pattern, pattern)
    }

    /// The schema uses `published`, the type `checked`.
    fn narrower(checked: &str, published: &'static str) -> Self {
        Self { checked: Regex::new(checked).ok(), published }
    }
}

impl Rule {
    fn check(&self, text: &str) -> Result<(), Malformed> {
        // No character is longer than four bytes, so a longer text need not be counted.
        let short = text.len() <= self.longest.saturating_mul(4) && text.chars().count() <= self.longest;
        let matches = |pattern: &Pattern| pattern.checked.as_ref().map(|pattern| pattern.is_match(text));
        let fits = short
            && matches(&self.pattern) == Some(true)
            && self.never.as_ref().is_none_or(|never| matches(never) == Some(false));
        if fits { Ok(()) } else { Err(self.expected) }
    }

    fn schema(&self) -> Schema {
        let mut schema = json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": self.longest,
            "pattern": self.pattern.published,
        });
        if let Some(format) = self.format {
            schema.insert("format".into(), format.into());
        }
        if let Some(pattern) = &self.never {
            schema.insert("not".into(), never(pattern.published));
        }
        schema
    }
}

/// The `not` for texts. Without its type it would reject anything that is not a text, such as the `null` of an `Option`.
fn never(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// Everything that reads a text, for a type with `fn checked_text(&str) -> Result<Self, Malformed>` and `fn as_text(&self) -> &str`, and
/// what writes it out again.
macro_rules! textual {
    ([$($generics:tt)*] $name:ty, $expected:expr, $schema:expr) => {
        impl<$($generics)*> std::str::FromStr for $name {
            type Err = $crate::types::Malformed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::checked_text(text)
            }
        }

        impl<$($generics)*> TryFrom<&str> for $name {
            type Error = $crate::types::Malformed;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::checked_text(text)
            }
        }

        impl<$($generics)*> TryFrom<String> for $name {
            type Error = $crate::types::Malformed;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::checked_text(&text)
            }
        }

        impl<'de, $($generics)*> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The message of serde would repeat the value.
                let refused = |malformed: $crate::types::Malformed| {
                    $crate::types::explain(malformed);
                    <D::Error as serde::de::Error>::custom(malformed)
                };
                let text = String::deserialize(deserializer).map_err(|_| refused($expected))?;
                Self::checked_text(&text).map_err(refused)
            }
        }

        impl<$($generics)*> serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_text())
            }
        }

        impl<$($generics)*> schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    };
}

/// `Debug` and `Display` for types whose text is harmless.
macro_rules! shown {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_text())
            }
        }

        impl<$($generics)*> AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_text()
            }
        }
    };
}

use {shown, textual};

#[cfg(test)]
mod tests;
