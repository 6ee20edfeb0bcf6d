//! The responses to calls within the process.

/// What every response says of its call, from its fields `call_id` and `error`. The texts are the docs where the responses differ.
macro_rules! outcome_of_call {
    ($response:ident { is_error: $is_error:literal, error: $why:literal, into_result: $into_result:literal, errors: $errors:literal }) => {
        impl $response {
            /// The id of the call, by which the audit record can be found.
            #[must_use]
            pub fn call_id(&self) -> CallId {
                self.call_id
            }

            #[doc = $is_error]
            #[must_use]
            pub fn is_error(&self) -> bool {
                self.error.is_some()
            }

            #[doc = $why]
            #[must_use]
            pub fn error(&self) -> Option<&CallError> {
                self.error.as_ref()
            }

            #[doc = $into_result]
            ///
            /// # Errors
            ///
            #[doc = $errors]
            pub fn into_result(mut self) -> Result<Self, CallError> {
                self.error.take().map_or(Ok(self), Err)
            }
        }
    };
}

mod completion;
mod error;
mod prompt;
mod resource;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

pub use completion::CompletionResponse;
pub use error::CallError;
pub use prompt::{PromptMessage, PromptResponse};
pub use resource::{ResourceContents, ResourceResponse};

use crate::{CallId, Content, guard::refusal::Refusal, output::Released};

/// Where the `_meta` of a tool result carries the reason of an error for programs.
pub(crate) const REFUSAL: &str = "secure-tool/refusal";

/// What [`SecureServer::call`](crate::SecureServer::call) returns: the tool's answer, or why the call failed.
///
/// ```
/// use secure_tool::{Code, prelude::*};
/// # struct Desk;
/// # impl Desk {
/// /// Divide 84 by a number.
/// #[secure_tool(scope = "desk:read", owner = unowned("arithmetic is nobody's"), rate = 2/minute, read_only)]
/// async fn divide(
///     &self,
///     /// By what.
///     by: u32,
/// ) -> Result<Json<u32>, ToolError> {
///     84_u32.checked_div(by).map(Json).ok_or_else(|| ToolError::invalid("nothing can be divided by zero"))
/// }
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = SecureServer::builder(Desk).tool(Desk::divide()).build()?;
/// # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["desk:read"]));
/// # let by = |number: u32| serde_json::json!({"by": number}).as_object().cloned().unwrap_or_default();
/// let response = server.call(&alice, "divide", by(2)).await;
/// assert_eq!(response.structured(), Some(&serde_json::json!({"result": 42})));
/// assert_eq!(response.text(), "42");
///
/// let error = server.call(&alice, "divide", by(0)).await.into_result().unwrap_err();
/// assert_eq!((error.code(), error.message()), (Code::InvalidArguments, "nothing can be divided by zero"));
///
/// let response = server.call(&alice, "divide", by(2)).await;
/// let error = response.error().unwrap();
/// assert_eq!(error.code(), Code::RateLimited);
/// assert!(error.retry_after().is_some());
/// # Ok(())
/// # }
/// ```
///
/// It is serialized as the tool result of MCP that a client would receive, with `resultType`, `content`, `structuredContent`, `isError` and
/// `_meta`.
#[derive(Clone, Debug)]
#[must_use = "a call may have failed"]
pub struct ToolResponse {
    call_id: CallId,
    content: Vec<Content>,
    structured: Option<Value>,
    error: Option<CallError>,
}

impl ToolResponse {
    pub(crate) fn new(call_id: CallId, result: Result<Released, Refusal>) -> Self {
        match result {
            Ok(released) => Self { call_id, content: released.content, structured: released.structured, error: None },
            Err(refusal) => {
                let error = CallError::new(call_id, refusal);
                Self { call_id, content: vec![Content::text(error.to_string())], structured: None, error: Some(error) }
            }
        }
    }

    /// The blocks that a model reads. Those of a failed call say why it failed.
    #[must_use]
    pub fn content(&self) -> &[Content] {
        &self.content
    }

    /// The blocks of text in [`content`](Self::content), one a line.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &*self.content {
            [Content::Text { text }] => Cow::Borrowed(text),
            blocks => Cow::Owned(blocks.iter().filter_map(Content::as_text).collect::<Vec<_>>().join("\n")),
        }
    }

    /// The structured content, if the tool has an output schema and the call succeeded. What is not a JSON object (a list, a number) is in an
    /// object, under `result`.
    #[must_use]
    pub fn structured(&self) -> Option<&Value> {
        self.structured.as_ref()
    }

    /// Takes the [structured content](Self::structured) out of the response.
    #[must_use]
    pub fn into_structured(self) -> Option<Value> {
        self.structured
    }

    /// The content, the structured content and the error.
    pub(crate) fn into_parts(self) -> (Vec<Content>, Option<Value>, Option<CallError>) {
        (self.content, self.structured, self.error)
    }
}

outcome_of_call! {
    ToolResponse {
        is_error: "Whether the call failed.",
        error: "Why the call failed, if it did.",
        into_result: "The response to a call that succeeded.",
        errors: "Why the call failed."
    }
}

impl Serialize for ToolResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut result = serializer.serialize_map(None)?;
        result.serialize_entry("resultType", "complete")?;
        result.serialize_entry("content", &self.content)?;
        if let Some(structured) = &self.structured {
            result.serialize_entry("structuredContent", structured)?;
        }
        result.serialize_entry("isError", &self.is_error())?;
        if let Some(error) = &self.error {
            result.serialize_entry("_meta", &Meta(error))?;
        }
        result.end()
    }
}

/// The `_meta` of a result.
struct Meta<'a>(&'a CallError);

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut meta = serializer.serialize_map(Some(1))?;
        meta.serialize_entry(REFUSAL, self.0)?;
        meta.end()
    }
}
