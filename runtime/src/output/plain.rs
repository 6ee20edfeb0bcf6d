//! Answers that are a single value: structured, or a text.

use std::borrow::Cow;

use schemars::JsonSchema;
use secure_tool_vocabulary::Media;
use serde::Serialize;
use serde_json::Value;

use super::{Output, ToolOutput};
use crate::{ToolError, schema::outcome};

/// A structured answer.
///
/// The tool publishes the JSON Schema of `T` as its output schema. If `T` is not a JSON object (a list, a number), the structured content is
/// `{"result": …}`, because clients before protocol 2026-07-28 accept only objects; the text is the bare list or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema + Send + 'static> ToolOutput for Json<T> {
    fn output_schema() -> Option<Value> {
        Some(outcome::written_by::<T>())
    }

    fn media() -> Option<&'static [Media]> {
        Some(&[])
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.json(&self.0)
    }
}

/// Values that are returned directly and structured like [`Json`]: a program reads a number as a number.
macro_rules! structured {
    ($($value:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl ToolOutput for $value {
            fn output_schema() -> Option<Value> {
                Json::<Self>::output_schema()
            }

            fn media() -> Option<&'static [Media]> {
                Some(&[])
            }

            fn write(self, output: &mut Output) -> Result<(), ToolError> {
                output.json(&self)
            }
        }
    )*};
}

structured!(bool, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, Vec<String>);

/// JSON has no infinity, and `null` is not a number.
macro_rules! floats {
    ($($value:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl ToolOutput for $value {
            fn output_schema() -> Option<Value> {
                Json::<Self>::output_schema()
            }

            fn media() -> Option<&'static [Media]> {
                Some(&[])
            }

            fn write(self, output: &mut Output) -> Result<(), ToolError> {
                if !self.is_finite() {
                    return Err(ToolError::content(format_args!("`{self}` cannot be represented as a JSON number")));
                }
                output.json(&self)
            }
        }
    )*};
}

floats!(f32, f64);

macro_rules! texts {
    ($($(#[$note:meta])* $text:ty),*) => {$(
        $(#[$note])*
        impl ToolOutput for $text {
            fn media() -> Option<&'static [Media]> {
                Some(&[])
            }

            fn write(self, output: &mut Output) -> Result<(), ToolError> {
                output.text(self)
            }
        }
    )*};
}

texts!(String, &'static str, #[diagnostic::do_not_recommend] Cow<'static, str>);

impl ToolOutput for () {
    fn media() -> Option<&'static [Media]> {
        Some(&[])
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text("done")
    }
}
