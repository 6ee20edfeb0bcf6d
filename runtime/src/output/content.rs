//! The blocks that an answer consists of.

use serde::Serialize;

/// One block of a tool's answer, in the JSON form of an MCP content block.
///
/// Tools answer with text today; other kinds of content may be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    #[non_exhaustive]
    Text {
        /// What it says.
        text: String,
    },
}

impl Content {
    pub(crate) fn text(text: String) -> Self {
        Self::Text { text }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
        }
    }
}
