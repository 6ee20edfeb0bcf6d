//! The result of reading a resource, for a caller within the process.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

use super::CallError;
use crate::{CallId, guard::Outcome, output::Released};

/// A part of a resource, in the JSON form of MCP: text, or bytes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceContents {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<Cow<'static, str>>,
    #[serde(flatten)]
    data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Data {
    Text(String),
    Blob(String),
}

impl ResourceContents {
    /// The requested URI.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The media type, if it is known.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.mime_type.as_deref()
    }

    /// The text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            Data::Blob(_) => None,
        }
    }

    /// The bytes, if it is not text.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match &self.data {
            Data::Text(_) => None,
            Data::Blob(base64) => BASE64_STANDARD.decode(base64).ok(),
        }
    }

    /// The bytes in base64, if it is not text.
    pub(crate) fn base64(&self) -> Option<&str> {
        match &self.data {
            Data::Text(_) => None,
            Data::Blob(base64) => Some(base64),
        }
    }

    /// A part that is a text. Its media type is not known yet.
    pub(crate) fn of_text(uri: String, text: String) -> Self {
        Self { uri, mime_type: None, data: Data::Text(text) }
    }

    /// A part that is bytes, in base64. Its media type is not known yet.
    pub(crate) fn of_base64(uri: String, base64: String) -> Self {
        Self { uri, mime_type: None, data: Data::Blob(base64) }
    }

    /// The same with the media type of its resource.
    pub(crate) fn set_media_type(&mut self, media_type: Option<&'static str>) {
        self.mime_type = media_type.map(Cow::Borrowed);
    }

    fn of(uri: &str, media_type: Option<&'static str>, released: Released) -> Vec<Self> {
        if let Some(file) = released.file {
            return vec![Self { uri: uri.into(), mime_type: Some(file.media_type), data: Data::Blob(file.base64) }];
        }
        let texts = released.content.into_iter().filter_map(|content| content.as_text().map(str::to_owned));
        let contents = texts.map(|text| Self {
            uri: uri.into(),
            mime_type: media_type.map(Cow::Borrowed),
            data: Data::Text(text),
        });
        contents.collect()
    }
}

/// The response to [`SecureServer::read`](crate::SecureServer::read): what a client would receive.
///
/// A missing resource, a hidden one, and one of somebody else have the same answer: [`Code::NotFound`](crate::Code::NotFound).
#[derive(Clone, Debug)]
#[must_use = "a read may have failed"]
pub struct ResourceResponse {
    call_id: CallId,
    contents: Vec<ResourceContents>,
    error: Option<CallError>,
}

impl ResourceResponse {
    pub(crate) fn new(uri: &str, Outcome { call_id, result, media_type, .. }: Outcome) -> Self {
        match result {
            Ok(released) => Self { call_id, contents: ResourceContents::of(uri, media_type, released), error: None },
            Err(refusal) => Self { call_id, contents: Vec::new(), error: Some(CallError::new(call_id, refusal)) },
        }
    }

    /// The contents of the resource; empty if it could not be read.
    #[must_use]
    pub fn contents(&self) -> &[ResourceContents] {
        &self.contents
    }

    /// The first text, or an empty string.
    #[must_use]
    pub fn text(&self) -> &str {
        self.contents.iter().find_map(ResourceContents::text).unwrap_or_default()
    }

    pub(crate) fn into_parts(self) -> (Vec<ResourceContents>, Option<CallError>) {
        (self.contents, self.error)
    }
}

outcome_of_call! {
    ResourceResponse {
        is_error: "Whether the resource could not be read.",
        error: "Why the resource could not be read, if it could not.",
        into_result: "The response to a read that succeeded.",
        errors: "Why it failed."
    }
}

/// The `result` of MCP, or the `data` of its error.
impl Serialize for ResourceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(error) = &self.error {
            return error.serialize(serializer);
        }
        let mut result = serializer.serialize_map(None)?;
        result.serialize_entry("resultType", "complete")?;
        result.serialize_entry("contents", &self.contents)?;
        result.end()
    }
}
