//! The result of a completion, for a caller within the process.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use super::CallError;
use crate::{CallId, guard::Outcome};

/// The response to [`SecureServer::complete`](crate::SecureServer::complete): what a client would receive.
///
/// A missing argument, an argument of a hidden item, and a text that is too long all have the same answer: [`Code::NotFound`](crate::Code::NotFound).
/// So completion does not reveal what exists for others.
#[derive(Clone, Debug)]
#[must_use = "a completion may have been refused"]
pub struct CompletionResponse {
    call_id: CallId,
    values: Vec<String>,
    has_more: bool,
    error: Option<CallError>,
}

impl CompletionResponse {
    pub(crate) fn new(Outcome { call_id, result, .. }: Outcome) -> Self {
        let mut response = Self { call_id, values: Vec::new(), has_more: false, error: None };
        match result {
            Ok(released) => {
                // As it was released: see `completion::Offered`.
                if let Some(Value::Array(mut released)) = released.structured {
                    response.has_more = released.pop().is_some_and(|more| more == Value::Bool(true));
                    if let Some(Value::Array(values)) = released.pop() {
                        response.values = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                    }
                }
            }
            Err(refusal) => response.error = Some(CallError::new(call_id, refusal)),
        }
        response
    }

    /// The offered values, at most 100.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether there are more.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// The total number of values, if it is known.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        (!self.has_more).then_some(self.values.len())
    }

    pub(crate) fn into_values(self) -> Vec<String> {
        self.values
    }
}

outcome_of_call! {
    CompletionResponse {
        is_error: "Whether it was refused.",
        error: "Why it was refused, if it was.",
        into_result: "The response, if it was not refused.",
        errors: "Why it was."
    }
}

/// The `result` of MCP, or the `data` of its error.
impl Serialize for CompletionResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(error) = &self.error {
            return error.serialize(serializer);
        }
        let mut completion = json!({"values": self.values, "hasMore": self.has_more});
        if let (Value::Object(completion), Some(total)) = (&mut completion, self.total()) {
            completion.insert("total".into(), total.into());
        }
        let mut result = serializer.serialize_map(None)?;
        result.serialize_entry("resultType", "complete")?;
        result.serialize_entry("completion", &completion)?;
        result.end()
    }
}
