//! The answers of tools, resources and prompts.

mod answer;
mod block;
mod classified;
mod clean;
mod content;
mod contents;
mod exit;
mod inspect;
mod link;
mod media;
mod mine;
mod plain;
mod prompt;
mod proven;
mod returned;
pub(crate) mod scan;
mod sources;
mod untrusted;
mod writer;

use std::{mem, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use secure_tool_vocabulary::Media;
use serde::Serialize;
use serde_json::{Value, json};

pub use answer::{Answer, ProvenAnswer};
pub use block::Block;
use block::Part;
pub use classified::{Class, Classified, Confidential, Pii, class};
pub(crate) use clean::shown;
use clean::{Cleaned, clean};
pub use content::Content;
pub(crate) use contents::ReleasedFile;
pub use contents::{Blob, ResourceOutput, proven_resource_output, resource_output};
use exit::ExitCounts;
#[cfg(test)]
pub(crate) use exit::written;
pub use inspect::{Inspect, Inspected, Inspection};
pub(crate) use inspect::{Inspecting, Inspectors, Kept};
use link::Held;
pub use link::{Embedded, Link};
pub(crate) use link::{Linked, Resources};
use media::File;
pub use media::{Audio, Image};
pub use mine::{HasOwners, Mine, NoOwners, Unmarked, given_owner, owner_name, owners};
pub use plain::Json;
pub(crate) use prompt::PromptPart;
pub use prompt::{Prompt, PromptOutput, ProvenPrompt, Role, prompt_output, proven_prompt_output};
pub use proven::Proven;
pub(crate) use returned::Failure;
pub use returned::{Outlet, ProvesOwners, Shape, output, proven_output};
use scan::{Counts, Masked, Scan, Withheld};
pub use untrusted::Untrusted;
use writer::Limited;

use crate::{
    Owner, ResourceContents, ToolError,
    digest::{self, Digest},
    schema::outcome,
};

/// The length of the JSON around a wrapped value: `{"result":}`.
const WRAPPING: usize = outcome::RESULT.len() + r#"{"":}"#.len();

/// The answer of a tool while it is written: blocks and structured content, within the tool's `max_output`.
#[derive(Debug)]
pub struct Output {
    blocks: Vec<Content>,
    /// Which of the blocks are untrusted, and their origins.
    origins: Vec<(usize, String)>,
    /// Which of the texts belong to resources.
    embedded: Vec<(usize, Place)>,
    /// For a prompt: what each of the blocks is.
    voices: Vec<PromptPart>,
    structured: Option<Structured>,
    bytes: usize,
    limit: usize,
    schema: Option<Schema>,
    classes: Arc<[&'static str]>,
    media: Arc<[Media]>,
    tally: ExitCounts,
}

/// The resource that a text belongs to, and its encoding.
#[derive(Debug)]
struct Place {
    uri: String,
    /// In base64.
    as_bytes: bool,
}

/// Structured content, and the block that holds the same JSON as text.
#[derive(Debug)]
struct Structured {
    value: Value,
    copy: usize,
}

/// What a published output schema describes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema {
    /// The value itself.
    Value,
    /// `{"result": …}`
    Wrapped,
}

/// The rules for the answers of an item, which are fixed when the server is built.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The maximum number of bytes.
    pub(crate) limit: usize,
    /// The published schema of the structured content.
    pub(crate) schema: Option<Schema>,
    /// The scan that masks them.
    pub(crate) scan: Scan,
    /// The classes that are released.
    pub(crate) classes: Arc<[&'static str]>,
    /// The released media, which the scan cannot read.
    pub(crate) media: Arc<[Media]>,
    /// The detectors for untrusted text.
    pub(crate) inspectors: Arc<Inspectors>,
}

impl Rules {
    /// The digest of everything that determines what an answer of this version of an item shows. Detectors are code and are not included.
    pub(crate) fn digest(&self, version: Option<&str>) -> Digest {
        let limit = self.limit.to_le_bytes();
        let library = [env!("CARGO_PKG_VERSION").as_bytes(), version.unwrap_or_default().as_bytes(), &limit];
        let classes = self.classes.iter().map(|class| class.as_bytes());
        let media = self.media.iter().map(|media| media.name().as_bytes());
        // A separator, because no part of a list is empty.
        let lists = self.scan.parts().chain([&[][..]]).chain(classes).chain([&[][..]]).chain(media);
        digest::of(library.into_iter().chain(lists))
    }
}

impl Output {
    fn within(rules: &Rules) -> Self {
        Self {
            blocks: Vec::new(),
            origins: Vec::new(),
            embedded: Vec::new(),
            voices: Vec::new(),
            structured: None,
            bytes: 0,
            limit: rules.limit,
            schema: rules.schema,
            classes: Arc::clone(&rules.classes),
            media: Arc::clone(&rules.media),
            tally: ExitCounts::default(),
        }
    }

    /// Adds a block of text.
    ///
    /// # Errors
    ///
    /// If the answer would grow beyond the tool's `max_output`.
    pub fn text(&mut self, text: impl Into<String>) -> Result<(), ToolError> {
        let text = text.into();
        self.take_block(text.len())?;
        self.blocks.push(Content::text(text));
        Ok(())
    }

    /// Adds a block.
    ///
    /// # Errors
    ///
    /// If the answer would grow beyond the tool's `max_output`; if it is an [`Image`] or [`Audio`] that the tool does not release, or that does not
    /// have the declared format; if it is a [`Link`] that lacks a value.
    pub fn block(&mut self, block: impl Into<Block>) -> Result<(), ToolError> {
        match block.into().0 {
            Part::Text(text) => self.text(text),
            Part::Untrusted(text) => ToolOutput::write(text, self),
            Part::File(file) => self.file(&file),
            Part::Link(link) => match link.content(|text| self.shown(&text))? {
                Some(link) => {
                    self.take_block(link.bytes())?;
                    self.blocks.push(link);
                    Ok(())
                }
                None => Ok(()),
            },
            Part::Embedded(embedded) => match embedded.uri()? {
                Some(uri) => self.embed(uri, embedded.held),
                None => Ok(()),
            },
        }
    }

    /// Adds a block of a prompt; a link without a valid URI is left out.
    fn prompt_block(&mut self, voice: PromptPart, block: Block) -> Result<(), ToolError> {
        self.block(block)?;
        self.voices.resize(self.blocks.len(), voice);
        Ok(())
    }

    fn embed(&mut self, uri: String, held: Held) -> Result<(), ToolError> {
        let (text, as_bytes) = match held {
            Held::Text(text) => (Ok(text), false),
            Held::Bytes(bytes) => (media::readable(bytes), true),
        };
        match text {
            Ok(text) => {
                self.take(uri.len())?;
                self.embedded.push((self.blocks.len(), Place { uri, as_bytes }));
                self.text(text)
            }
            Err(bytes) => {
                self.check_released(Media::Blob, &uri)?;
                self.take_block(media::encoded(bytes.len()).saturating_add(uri.len()))?;
                let resource = ResourceContents::of_base64(uri, BASE64_STANDARD.encode(bytes));
                self.blocks.push(Content::Resource { resource });
                Ok(())
            }
        }
    }

    fn check_released(&self, media: Media, what: &str) -> Result<(), ToolError> {
        if self.media.contains(&media) {
            return Ok(());
        }
        Err(ToolError::content(format_args!("`{what}` requires `releases({})`", media.name())))
    }

    fn file(&mut self, file: &File) -> Result<(), ToolError> {
        let media_type = file.media_type();
        self.check_released(file.media(), media_type)?;
        if !file.matches_its_format() {
            return Err(ToolError::content(format_args!(
                "content declared as `{media_type}` does not start like that media type"
            )));
        }
        self.take_block(file.encoded_len())?;
        self.blocks.push(file.content());
        Ok(())
    }

    /// A text that clients show to a person, without the characters that a person would not see.
    pub(crate) fn shown(&mut self, text: &str) -> String {
        let mut cleaned = Cleaned::default();
        let text = clean(text, &mut cleaned);
        self.tally.add(ExitCounts { cleaned, ..ExitCounts::default() });
        text
    }

    /// Counts a block with this number of bytes.
    fn take_block(&mut self, bytes: usize) -> Result<(), ToolError> {
        self.take(bytes.saturating_add(Content::around(self.blocks.is_empty(), None)))
    }

    /// Counts this number of additional bytes.
    fn take(&mut self, bytes: usize) -> Result<(), ToolError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limit { Err(ToolError::too_large()) } else { Ok(()) }
    }

    /// Adds a block of untrusted text.
    fn fenced(&mut self, origin: String, text: String, cleaned: Cleaned) -> Result<(), ToolError> {
        self.tally.add(ExitCounts { cleaned, ..ExitCounts::default() });
        self.origins.push((self.blocks.len(), origin));
        self.text(text)
    }

    /// Sets the structured content, and adds the same JSON as text for clients that read only text.
    ///
    /// # Errors
    ///
    /// If the answer would grow beyond the tool's `max_output`, the value cannot be serialized, or there is structured content already.
    pub fn json<T: Serialize>(&mut self, value: &T) -> Result<(), ToolError> {
        if self.structured.is_some() {
            return Err(ToolError::content("the answer has structured content twice"));
        }
        let mut writer = Limited::new(self.limit.saturating_sub(self.bytes).saturating_sub(self.wrapping()));
        let exit = exit::open(&self.classes);
        let written = serde_json::to_writer(&mut writer, value);
        self.tally.add(exit.tally());
        if let Err(error) = written {
            return Err(if writer.is_full() { ToolError::too_large() } else { error.into() });
        }
        let value = serde_json::to_value(value)?;
        drop(exit);
        self.structured = Some(Structured { value, copy: self.blocks.len() });
        self.text(writer.into_string()?)
    }

    /// How many bytes the structured content has in addition to its copy as text.
    fn wrapping(&self) -> usize {
        if matches!(self.schema, Some(Schema::Wrapped)) { WRAPPING } else { 0 }
    }

    /// Stores what was masked and cleaned so far in a withheld answer.
    fn record_withheld(self, scan: &Scan, inspection: &mut Inspecting<'_>) {
        let cleaned = Masked::of(self.tally.cleaned.iter());
        inspection.keep(scan.masked(&Counts::after(self.tally)), cleaned);
    }

    /// Runs the detectors on untrusted text, and applies their replacements.
    fn inspect(&mut self, inspection: &mut Inspecting<'_>) -> Result<(), ToolError> {
        for (index, origin) in &self.origins {
            if let Some(Content::Text { text }) = self.blocks.get_mut(*index)
                && let Some(instead) = inspection.text(text, origin, "")?
            {
                *text = instead;
            }
        }
        if let Some(Structured { value, copy }) = &mut self.structured
            && inspection.value(value)?
            && let Some(Content::Text { text }) = self.blocks.get_mut(*copy)
        {
            *text = serde_json::to_string(value)?;
        }
        Ok(())
    }

    /// Masks what must not leave. The structured content and its copy as text stay the same JSON, except for the object around a value that is not an
    /// object.
    fn release(mut self, scan: &Scan, inspection: &mut Inspecting<'_>) -> Result<Released, ToolError> {
        let inspected = self.inspect(inspection);
        self.tally.add(ExitCounts { cleaned: inspection.cleaned, ..ExitCounts::default() });
        let cleaned = Masked::of(self.tally.cleaned.iter());
        let mut counts = Counts::after(mem::take(&mut self.tally));
        let scanned = inspected.and_then(|()| self.mask(scan, &mut counts)).and_then(|()| self.link(inspection));
        let masked = scan.masked(&counts);
        let Size { bytes, copied } = match scanned {
            Ok(size) => size,
            Err(error) => {
                inspection.keep(masked, cleaned);
                return Err(error);
            }
        };
        // After the scan, because a pattern of the application might match the key.
        let wrapped = |value| match self.schema {
            Some(Schema::Wrapped) => json!({ outcome::RESULT: value }),
            Some(Schema::Value) | None => value,
        };
        Ok(Released {
            content: self.blocks,
            voices: self.voices,
            structured: self.structured.map(|structured| wrapped(structured.value)),
            file: None,
            bytes,
            copied,
            masked,
            cleaned,
            inspected: inspection.decided(),
            repeated: false,
        })
    }

    fn mask(&mut self, scan: &Scan, counts: &mut Counts) -> Result<(), ToolError> {
        if self.schema.is_some() && self.structured.is_none() {
            return Err(ToolError::content("the tool has an output schema, but the answer has no structured content"));
        }
        for (index, block) in self.blocks.iter_mut().enumerate() {
            let text = match block {
                Content::Text { text } => text,
                Content::ResourceLink { title, description, .. } => {
                    for text in [title, description].into_iter().flatten() {
                        if let Some(masked) = scan.mask(text, counts) {
                            *text = masked;
                        }
                    }
                    continue;
                }
                Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. } => continue,
            };
            let masked = match &mut self.structured {
                Some(Structured { value, copy }) if *copy == index => {
                    let changed = scan.mask_value(value, text, counts).map_err(|withheld| withheld_for(&withheld));
                    if changed? { Some(serde_json::to_string(value)?) } else { None }
                }
                _ => scan.mask(text, counts),
            };
            if let Some(masked) = masked {
                *text = masked;
            }
        }
        // After the scan, because a pattern of the application might make the mark of a fence predictable.
        for (index, origin) in &self.origins {
            let masked = scan.mask(origin, counts);
            if let Some(Content::Text { text }) = self.blocks.get_mut(*index) {
                *text = untrusted::fence(masked.as_deref().unwrap_or(origin), text);
            }
        }
        for (index, Place { uri, as_bytes }) in mem::take(&mut self.embedded) {
            if let Some(block) = self.blocks.get_mut(index)
                && let Content::Text { text } = block
            {
                let resource = if as_bytes {
                    ResourceContents::of_base64(uri, BASE64_STANDARD.encode(text))
                } else {
                    ResourceContents::of_text(uri, mem::take(text))
                };
                *block = Content::Resource { resource };
            }
        }
        if self.blocks.iter().filter_map(Content::uri).any(|uri| scan.mask(uri, counts).is_some()) {
            return Err(ToolError::content("the URI of a link contains data that would be masked"));
        }
        Ok(())
    }

    /// Removes links to resources that the caller cannot read, and measures the rest. A mask can be longer than the text that it hides.
    fn link(&mut self, inspection: &Inspecting<'_>) -> Result<Size, ToolError> {
        let copy = self.structured.as_ref().and_then(|structured| self.blocks.get(structured.copy));
        let copied = copy.map_or(0, Content::bytes);
        let voices = mem::take(&mut self.voices);
        let mut content = Vec::with_capacity(self.blocks.len());
        for (index, block) in mem::take(&mut self.blocks).into_iter().enumerate() {
            if let Some(block) = inspection.linked(block)? {
                content.push(block);
                self.voices.extend(voices.get(index));
            }
        }
        self.blocks = content;
        let bytes = self.blocks.iter().map(Content::bytes).sum::<usize>();
        let around = Content::around_all(&self.blocks) + self.structured.as_ref().map_or(0, |_| self.wrapping());
        if bytes + around > self.limit {
            return Err(ToolError::too_large());
        }
        Ok(Size { bytes, copied })
    }
}

/// The size of an answer.
struct Size {
    bytes: usize,
    /// How many bytes of the structured content are also in the blocks.
    copied: usize,
}

/// The caller is not told the place.
fn withheld_for(withheld: &Withheld) -> ToolError {
    ToolError::withheld(format!("the number at `{}` is a payment card number", withheld.pointer()))
}

/// An answer that may be sent.
pub struct Released {
    pub(crate) content: Vec<Content>,
    /// For a prompt: what each of the blocks is.
    pub(crate) voices: Vec<PromptPart>,
    pub(crate) structured: Option<Value>,
    /// The bytes of a resource, instead of text.
    pub(crate) file: Option<ReleasedFile>,
    /// The size of its blocks, or of the file.
    pub(crate) bytes: usize,
    /// How many bytes of the structured content are also in the blocks.
    pub(crate) copied: usize,
    pub(crate) masked: Masked,
    pub(crate) cleaned: Masked,
    pub(crate) inspected: Masked,
    /// Whether it is the answer of an earlier call, sent again.
    pub(crate) repeated: bool,
}

impl Released {
    /// The memory that it needs: structured content is sent twice, as JSON and as text, and there is some overhead for each block.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.saturating_add(self.copied).saturating_add(Content::around_all(&self.content))
    }
}

/// The types that a tool can return.
///
/// Implemented for these, and for `Result<T, E>` of them:
///
/// | a tool returns | what is sent |
/// |---|---|
/// | [`Json<T>`], [`Mine<T>`] | structured content, with an output schema, and the same JSON as text |
/// | `bool`, integers, `f32`, `f64`, `Vec<String>` | the same as [`Json`] of it: `{"result": 42}` |
/// | `String`, `&'static str`, `Cow<'static, str>` | a text |
/// | [`Untrusted<String>`](Untrusted) | a text that is marked as untrusted |
/// | [`Image`], [`Audio`] | an image or audio; requires `releases(image)` or `releases(audio)` |
/// | [`Link`], [`Embedded`] | a link to a guarded resource of the same server, or its contents |
/// | [`Answer`], [`ProvenAnswer`] | several of these in the order in which they were added, and optionally structured content |
/// | `()` | the text `done` |
///
/// A tool may fail with [`ToolError`], with an enum that [derives its classes](crate::ToolFailure), and with any
/// [`std::error::Error`], `Box<dyn Error + Send + Sync>` or (feature `anyhow`) `anyhow::Error`, which are masked.
///
/// ```
/// use secure_tool::{Output, ToolError, ToolOutput};
///
/// struct Lines(Vec<String>);
///
/// impl ToolOutput for Lines {
///     fn write(self, output: &mut Output) -> Result<(), ToolError> {
///         self.0.into_iter().try_for_each(|line| output.text(line))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}` [ST36]",
    label = "is not a `ToolOutput`",
    note = "help: return `Json<{Self}>` for a type with `Serialize` and `JsonSchema`, `String` for text, `Image` or `Audio`, `Answer` for several of these, `()` for nothing, or a `Result` of one"
)]
pub trait ToolOutput: Send + 'static {
    /// The JSON Schema of the value for [`Output::json`], if there is one. For a type that contains [`Classified`] use `Json::<T>::output_schema()`.
    #[must_use]
    fn output_schema() -> Option<Value> {
        None
    }

    /// The media in such an answer, which must then match what the tool releases (ST19). `None` if that differs between answers: each answer is then
    /// checked when it leaves.
    #[must_use]
    fn media() -> Option<&'static [Media]> {
        None
    }

    /// Passes the owner of every object in the answer to the guard, and stops at the first one that does not pass: see [`Mine`]. The default accepts
    /// the answer.
    #[must_use]
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        let _ = passes;
        true
    }

    /// Writes the answer.
    ///
    /// # Errors
    ///
    /// Whatever prevents it from leaving; masked like every [`ToolError`].
    fn write(self, output: &mut Output) -> Result<(), ToolError>;
}
