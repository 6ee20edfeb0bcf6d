//! The blocks that an answer consists of.

use std::{borrow::Cow, iter};

use serde::{Deserialize, Serialize};

use crate::ResourceContents;

/// What a block but the first counts in addition to its content: about the size of the JSON around it.
const BLOCK_OVERHEAD: usize = 64;

/// One block of a tool's answer, in the JSON form of an MCP content block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    #[non_exhaustive]
    Text {
        /// The text.
        text: String,
    },
    /// An [image](crate::Image).
    #[non_exhaustive]
    Image {
        /// The file, in base64.
        data: String,
        /// Its media type, such as `image/png`.
        mime_type: Cow<'static, str>,
    },
    /// An [audio file](crate::Audio).
    #[non_exhaustive]
    Audio {
        /// The file, in base64.
        data: String,
        /// Its media type, such as `audio/wav`.
        mime_type: Cow<'static, str>,
    },
    /// A [link](crate::Link) to a guarded resource of the same server.
    #[non_exhaustive]
    ResourceLink {
        /// The URI.
        uri: String,
        /// The name of the resource.
        name: String,
        /// The title that clients show to a person.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The description.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The media type of the resource, if it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<Cow<'static, str>>,
    },
    /// [Contents](crate::Embedded) of a guarded resource of the same server.
    #[non_exhaustive]
    Resource {
        /// The contents.
        resource: ResourceContents,
    },
}

impl Content {
    pub(crate) fn text(text: String) -> Self {
        Self::Text { text }
    }

    /// The text, if this is a text block.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Image { .. } | Self::Audio { .. } | Self::ResourceLink { .. } | Self::Resource { .. } => None,
        }
    }

    /// The readable text in it: a text block, or the text of a resource.
    pub(crate) fn said(&self) -> Option<&str> {
        match self {
            Self::Resource { resource } => resource.text(),
            _ => self.as_text(),
        }
    }

    /// The URI of the resource that it links to or embeds.
    pub(crate) fn uri(&self) -> Option<&str> {
        match self {
            Self::ResourceLink { uri, .. } => Some(uri),
            Self::Resource { resource } => Some(resource.uri()),
            Self::Text { .. } | Self::Image { .. } | Self::Audio { .. } => None,
        }
    }

    /// What one more block counts in addition to its content. Otherwise answers of empty blocks would have no size.
    pub(crate) fn around(is_first: bool, media_type: Option<&str>) -> usize {
        if is_first { 0 } else { BLOCK_OVERHEAD + media_type.map_or(0, str::len) }
    }

    /// The same for all these blocks.
    pub(crate) fn around_all(blocks: &[Self]) -> usize {
        blocks.iter().enumerate().map(|(index, block)| Self::around(index == 0, block.media_type())).sum()
    }

    fn media_type(&self) -> Option<&str> {
        match self {
            Self::Text { .. } => None,
            Self::Image { mime_type, .. } | Self::Audio { mime_type, .. } => Some(mime_type),
            Self::ResourceLink { mime_type, .. } => mime_type.as_deref(),
            Self::Resource { resource } => resource.media_type(),
        }
    }

    /// The media type and the base64 of a file in it.
    pub(crate) fn file(&self) -> Option<(&str, &str)> {
        match self {
            Self::Image { data, mime_type } | Self::Audio { data, mime_type } => Some((mime_type, data)),
            Self::Resource { resource } => {
                Some((resource.media_type().unwrap_or("application/octet-stream"), resource.base64()?))
            }
            Self::Text { .. } | Self::ResourceLink { .. } => None,
        }
    }

    /// Its content for the reader, part by part: what `max_output` limits, and what the digest of an answer covers.
    pub(crate) fn payload(&self) -> impl Iterator<Item = &str> {
        let (first, others) = match self {
            Self::Text { text } => (&**text, [None; 3]),
            Self::Image { data, .. } | Self::Audio { data, .. } => (&**data, [None; 3]),
            Self::ResourceLink { uri, name, title, description, .. } => {
                (&**uri, [Some(&**name), title.as_deref(), description.as_deref()])
            }
            Self::Resource { resource } => (resource.uri(), [resource.text(), resource.base64(), None]),
        };
        iter::once(first).chain(others.into_iter().flatten())
    }

    /// The size of that content in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.payload().map(str::len).sum()
    }
}
