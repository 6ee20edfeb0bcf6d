//! How answers are recorded.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::redact::{Fields, write_json, write_shape};
use crate::{Content, digest, output::Released, policy::Effect};

/// What the audit record holds of an answer: set with `audit_output = …` of a tool, or with
/// [`default_audit_output`](crate::ServerBuilder::default_audit_output) for tools without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditOutput {
    /// Nothing: the default of tools that only read.
    None,
    /// Types and lengths, and the names of top-level fields that the output schema declares.
    Shape,
    /// The SHA-256 of the released bytes: the default of tools that write. Together with the answer, it proves that this answer was given. It does
    /// not protect answers that can be guessed, such as `yes` or a number.
    Digest,
    /// The answer as it was released, after the release scan, the classes and the detectors; truncated to [`AuditOutput::LONGEST`] bytes.
    Masked,
}

impl AuditOutput {
    /// The maximum number of bytes that a record holds of an answer, including its lists of files and links: 8 KiB, before escaping for JSON.
    pub const LONGEST: usize = 8 * 1024;

    pub(crate) fn by_default(effect: Effect) -> Self {
        match effect {
            Effect::ReadOnly => Self::None,
            Effect::Write | Effect::Destroy => Self::Digest,
        }
    }

    /// The name in the attribute.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Shape => "shape",
            Self::Digest => "digest",
            Self::Masked => "masked",
        }
    }
}

/// An answer in its recorded form: a JSON object with one of three fields.
///
/// | field | what |
/// |---|---|
/// | `shape` | for structured content as for arguments: `{"id":"number","lines":{"array":3}}`, and the number of fields that the output schema does not declare under `*`; for text, `{"text":[12,40]}`, the bytes of each block |
/// | `digest` | `sha256:` and 64 hexadecimal digits, of the blocks one after the other, texts in UTF-8, files in base64, of a link its URI, name, title and description: the bytes that [`output_bytes`](crate::AuditRecord::output_bytes) counts |
/// | `masked` | a list with the text blocks (for structured content, its JSON), and `"cut":true` if it was truncated |
///
/// In addition to `shape` and `masked`, `files` lists images, audio and other files, never their bytes:
/// `[{"type":"image/png","bytes":5120,"digest":"sha256:…"}]`, with size and digest of the file itself. In addition to `masked`, `links` lists the
/// URIs of links and of embedded contents. All of it together has at most [`AuditOutput::LONGEST`] bytes; if there was more, there is `"cut":true`,
/// and for example `"omitted":12` if 12 texts, files and links were left out completely.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedOutput(Box<str>);

impl RecordedOutput {
    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecordedOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for RecordedOutput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// How the answers of one item are recorded.
#[derive(Debug)]
pub(crate) struct OutputRecorder {
    pub(crate) how: AuditOutput,
    /// The top-level fields that the output schema declares. Other names may be data, such as the keys of a map.
    fields: Box<[Box<str>]>,
}

impl OutputRecorder {
    pub(crate) fn new(how: AuditOutput, schema: Option<&Value>) -> Self {
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        let fields = properties.into_iter().flat_map(|all| all.keys()).map(|name| name.as_str().into()).collect();
        Self { how, fields }
    }

    pub(crate) fn record(&self, released: &Released) -> Option<RecordedOutput> {
        let file = released.file.as_ref().map(|file| (&*file.media_type, &*file.base64));
        let texts = || released.content.iter().filter_map(Content::said);
        let mut budget = Budget { left: AuditOutput::LONGEST, is_cut: false, omitted: 0 };
        let mut out = Vec::with_capacity(96);
        let mut outer = Fields::open(&mut out);
        match self.how {
            AuditOutput::None => return None,
            AuditOutput::Shape => {
                let out = outer.field(b"\"shape\":");
                match &released.structured {
                    Some(Value::Object(object)) => {
                        let mut fields = Fields::open(out);
                        let mut others = 0_usize;
                        for (name, value) in object {
                            if self.fields.iter().any(|declared| **declared == **name) {
                                let mut key = Vec::with_capacity(name.len() + 3);
                                write_json(&mut key, name);
                                key.push(b':');
                                write_shape(fields.field(&key), value);
                            } else {
                                others += 1;
                            }
                        }
                        if others > 0 {
                            write_json(fields.field(b"\"*\":"), &others);
                        }
                        fields.close();
                    }
                    Some(value) => write_shape(out, value),
                    None => {
                        let mut fields = Fields::open(out);
                        budget.write_list(fields.field(b"\"text\":"), texts(), str::len);
                        fields.close();
                    }
                }
            }
            AuditOutput::Digest => {
                let payloads = released.content.iter().flat_map(Content::payload).chain(file.map(|(_, base64)| base64));
                let digest = format!("sha256:{}", digest::hex_of(payloads.map(str::as_bytes)));
                write_json(outer.field(b"\"digest\":"), &digest);
            }
            AuditOutput::Masked => {
                let mut kept = Vec::new();
                for text in texts().filter(|text| !text.is_empty()) {
                    kept.extend(budget.beginning(text, kept.is_empty()));
                }
                write_json(outer.field(b"\"masked\":"), &kept);
            }
        }
        let mut files = released.content.iter().filter_map(Content::file).chain(file).peekable();
        if matches!(self.how, AuditOutput::Shape | AuditOutput::Masked) && files.peek().is_some() {
            budget.write_list(outer.field(b"\"files\":"), files, File::of);
        }
        let mut links = released.content.iter().filter_map(Content::uri).peekable();
        if self.how == AuditOutput::Masked && links.peek().is_some() {
            budget.write_list(outer.field(b"\"links\":"), links, |uri| uri);
        }
        if budget.is_cut {
            write_json(outer.field(b"\"cut\":"), &true);
        }
        if budget.omitted > 0 {
            write_json(outer.field(b"\"omitted\":"), &budget.omitted);
        }
        outer.close();
        String::from_utf8(out).ok().map(|json| RecordedOutput(json.into()))
    }
}

/// How many bytes may still be added to a record.
struct Budget {
    left: usize,
    is_cut: bool,
    /// How many entries were left out.
    omitted: usize,
}

impl Budget {
    /// As much of a text as there is room for. Each text but the first also costs its delimiters; otherwise many small ones would cost nothing.
    fn beginning<'t>(&mut self, text: &'t str, is_first: bool) -> Option<&'t str> {
        /// Two quotes and a comma.
        const AROUND: usize = 3;
        let room = self.left.saturating_sub(if is_first { 0 } else { AROUND });
        let end = (0..=room.min(text.len())).rfind(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let part = text.get(..end).filter(|part| !part.is_empty());
        self.is_cut |= end < text.len();
        match part {
            Some(part) => self.left = room - part.len(),
            None => self.omitted += 1,
        }
        part
    }

    /// Writes a list of as many entries as there is room for; they are created one by one.
    fn write_list<E, T: Serialize>(
        &mut self,
        out: &mut Vec<u8>,
        mut entries: impl Iterator<Item = E>,
        make: impl Fn(E) -> T,
    ) {
        out.push(b'[');
        let first = out.len();
        while let Some(entry) = entries.next() {
            let before = out.len();
            if before > first {
                out.push(b',');
            }
            write_json(out, &make(entry));
            let Some(left) = self.left.checked_sub(out.len() - before) else {
                out.truncate(before);
                self.left = 0;
                self.is_cut = true;
                self.omitted += 1 + entries.count();
                break;
            };
            self.left = left;
        }
        out.push(b']');
    }
}

/// A file in an answer, without its bytes.
#[derive(Serialize)]
struct File<'c> {
    r#type: &'c str,
    bytes: usize,
    digest: String,
}

impl<'c> File<'c> {
    fn of((r#type, base64): (&'c str, &str)) -> Self {
        /// How many characters are decoded at a time: whole groups of four.
        const PART: usize = 4096;
        let mut bytes = 0;
        let parts = base64.as_bytes().chunks(PART).map(|part| BASE64_STANDARD.decode(part).unwrap_or_default());
        let digest = digest::hex_of(parts.inspect(|part| bytes += part.len()));
        Self { r#type, bytes, digest: format!("sha256:{digest}") }
    }
}
