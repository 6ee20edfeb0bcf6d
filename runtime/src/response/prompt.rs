//! The result of getting a prompt, for a caller within the process.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::CallError;
use crate::{
    CallId, Content, Role,
    guard::Outcome,
    output::{PromptPart, Released},
};

/// One message of a prompt, in the JSON form of MCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PromptMessage {
    /// Whose it is.
    pub role: Role,
    /// What it says.
    pub content: Content,
}

/// The response to [`SecureServer::prompt`](crate::SecureServer::prompt): what a client would receive.
///
/// A missing or hidden prompt, and a prompt about an object that does not exist or belongs to somebody else, have the same answer:
/// [`Code::NotFound`](crate::Code::NotFound).
#[derive(Clone, Debug)]
#[must_use = "the prompt may have been refused"]
pub struct PromptResponse {
    call_id: CallId,
    description: Option<String>,
    messages: Vec<PromptMessage>,
    error: Option<CallError>,
}

impl PromptResponse {
    pub(crate) fn new(Outcome { call_id, result, .. }: Outcome) -> Self {
        let mut response = Self { call_id, description: None, messages: Vec::new(), error: None };
        match result {
            Ok(Released { content, voices, .. }) => {
                for (content, voice) in content.into_iter().zip(voices) {
                    match (voice, content) {
                        (PromptPart::Description, Content::Text { text }) => response.description = Some(text),
                        // A description is a text.
                        (PromptPart::Description, _) => {}
                        (PromptPart::Message(role), content) => response.messages.push(PromptMessage { role, content }),
                    }
                }
            }
            Err(refusal) => response.error = Some(CallError::new(call_id, refusal)),
        }
        response
    }

    /// The description, if there is one.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The messages in order; empty if the prompt was refused.
    #[must_use]
    pub fn messages(&self) -> &[PromptMessage] {
        &self.messages
    }

    pub(crate) fn into_parts(self) -> (Option<String>, Vec<PromptMessage>, Option<CallError>) {
        (self.description, self.messages, self.error)
    }
}

outcome_of_call! {
    PromptResponse {
        is_error: "Whether the prompt was refused.",
        error: "Why the prompt was refused, if it was.",
        into_result: "The response, if the prompt was not refused.",
        errors: "Why it was."
    }
}

/// The `result` of MCP, or the `data` of its error.
impl Serialize for PromptResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(error) = &self.error {
            return error.serialize(serializer);
        }
        let mut result = serializer.serialize_map(None)?;
        result.serialize_entry("resultType", "complete")?;
        if let Some(description) = &self.description {
            result.serialize_entry("description", description)?;
        }
        result.serialize_entry("messages", &self.messages)?;
        result.end()
    }
}
