//! The blocks that an answer consists of.

use std::borrow::Cow;

use secure_tool_vocabulary::Media;
use serde::Serialize;

/// One block of a tool's answer, in the JSON form of an MCP content block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    #[non_exhaustive]
    Text {
        /// What it says.
        text: String,
    },
    /// A [picture](crate::Image).
    #[non_exhaustive]
    Image {
        /// The file, in base64.
        data: String,
        /// Its media type, such as `image/png`.
        mime_type: Cow<'static, str>,
    },
    /// A [recording](crate::Audio).
    #[non_exhaustive]
    Audio {
        /// The file, in base64.
        data: String,
        /// Its media type, such as `audio/wav`.
        mime_type: Cow<'static, str>,
    },
}

impl Content {
    pub(crate) fn text(text: String) -> Self {
        Self::Text { text }
    }

    /// A file in base64.
    pub(crate) fn file(media: Media, data: String, mime_type: &'static str) -> Self {
        let mime_type = Cow::Borrowed(mime_type);
        match media {
            Media::Image => Self::Image { data, mime_type },
            Media::Audio => Self::Audio { data, mime_type },
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Image { .. } | Self::Audio { .. } => None,
        }
    }

    /// What it holds for its reader: what `max_output` bounds, and what the digest of an answer is about.
    pub(crate) fn payload(&self) -> &str {
        match self {
            Self::Text { text } => text,
            Self::Image { data, .. } | Self::Audio { data, .. } => data,
        }
    }
}
