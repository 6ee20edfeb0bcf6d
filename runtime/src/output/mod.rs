//! What a tool may answer with.

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
use exit::Tally;
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
pub(crate) use prompt::Voice;
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

/// The length of what stands around a wrapped value: `{"result":}`.
const WRAPPING: usize = outcome::RESULT.len() + r#"{"":}"#.len();

/// A tool's answer on its way out: blocks and structured content, within the tool's `max_output`.
#[derive(Debug)]
pub struct Output {
    blocks: Vec<Content>,
    /// Which of the blocks come from outside, and from where.
    origins: Vec<(usize, String)>,
    /// Which of the texts are those of resources.
    embedded: Vec<(usize, Place)>,
    /// Of a prompt: what each of the blocks is.
    voices: Vec<Voice>,
    structured: Option<Structured>,
    bytes: usize,
    limit: usize,
    schema: Option<Schema>,
    classes: Arc<[&'static str]>,
    media: Arc<[Media]>,
    tally: Tally,
}

/// Of which resource a text is, and how it leaves.
#[derive(Debug)]
struct Place {
    uri: String,
    /// In base64.
    as_bytes: bool,
}

/// Structured content, and which of the blocks says the same.
#[derive(Debug)]
struct Structured {
    value: Value,
    copy: usize,
}

/// A published output schema: of what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema {
    /// The value itself.
    Value,
    /// `{"result": …}`
    Wrapped,
}

/// What the server fixed about an item's answers when it was built.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The most bytes.
    pub(crate) limit: usize,
    /// What the tool publishes of its structured content.
    pub(crate) schema: Option<Schema>,
    /// What is masked in them.
    pub(crate) scan: Scan,
    /// The classes that are not.
    pub(crate) classes: Arc<[&'static str]>,
    /// What it may hold that the scan cannot read.
    pub(crate) media: Arc<[Media]>,
    /// Who looks at text from outside.
    pub(crate) inspectors: Arc<Inspectors>,
}

impl Rules {
    /// The digest of what decides what an answer of this version of an item shows. Detectors are code, and are not a part of it.
    pub(crate) fn digest(&self, version: Option<&str>) -> Digest {
        let limit = self.limit.to_le_bytes();
        let library = [env!("CARGO_PKG_VERSION").as_bytes(), version.unwrap_or_default().as_bytes(), &limit];
        let classes = self.classes.iter().map(|class| class.as_bytes());
        let media = self.media.iter().map(|media| media.name().as_bytes());
        // A separator, as no part of a list is empty.
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
            tally: Tally::default(),
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
    /// If the answer would grow beyond the tool's `max_output`; if it is an [`Image`] or [`Audio`] that the tool does not release, or that is not of
    /// the format that it says; if it is a [`Link`] that lacks a value.
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

    /// Adds a block of a prompt; one that cannot be is left out.
    fn said_by(&mut self, voice: Voice, block: Block) -> Result<(), ToolError> {
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
        if !file.is_what_it_says() {
            return Err(ToolError::content(format_args!(
                "content declared as `{media_type}` does not start like that media type"
            )));
        }
        self.take_block(file.encoded_len())?;
        self.blocks.push(file.content());
        Ok(())
    }

    /// A text that clients show a person, without what a person would not see in it.
    pub(crate) fn shown(&mut self, text: &str) -> String {
        let mut cleaned = Cleaned::default();
        let text = clean(text, &mut cleaned);
        self.tally.add(Tally { cleaned, ..Tally::default() });
        text
    }

    /// Counts a block that holds so many bytes.
    fn take_block(&mut self, bytes: usize) -> Result<(), ToolError> {
        self.take(bytes.saturating_add(Content::around(self.blocks.is_empty(), None)))
    }

    /// Counts so many bytes more.
    fn take(&mut self, bytes: usize) -> Result<(), ToolError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limit { Err(ToolError::too_large()) } else { Ok(()) }
    }

    /// Adds a block of text from outside.
    fn fenced(&mut self, origin: String, text: String, cleaned: Cleaned) -> Result<(), ToolError> {
        self.tally.add(Tally { cleaned, ..Tally::default() });
        self.origins.push((self.blocks.len(), origin));
        self.text(text)
    }

    /// Sets the structured content, and adds the same JSON as text for clients that read no other.
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

    /// How many bytes the structured content has that are not in its copy.
    fn wrapping(&self) -> usize {
        if matches!(self.schema, Some(Schema::Wrapped)) { WRAPPING } else { 0 }
    }

    /// Notes what was masked and cleaned so far in an answer that stays inside.
    fn keep_back(self, scan: &Scan, inspection: &mut Inspecting<'_>) {
        let cleaned = Masked::of(self.tally.cleaned.iter());
        inspection.keep(scan.masked(&Counts::after(self.tally)), cleaned);
    }

    /// Shows detectors what comes from outside, and puts in its place what they say.
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

    /// Masks what must not leave. The structured content and its copy as text stay the same JSON, but for the object around what is none.
    fn release(mut self, scan: &Scan, inspection: &mut Inspecting<'_>) -> Result<Released, ToolError> {
        let inspected = self.inspect(inspection);
        self.tally.add(Tally { cleaned: inspection.cleaned, ..Tally::default() });
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
        // After the scan, in which an application's pattern might find the key.
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
        // After the scan, in which an application's pattern might make the mark of a fence a known one.
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

    /// Leaves out links to what the caller cannot read, and measures what is left. A mask can be longer than what it hides.
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

/// How much an answer takes.
struct Size {
    bytes: usize,
    /// How many bytes of the structured content are in the blocks as well.
    copied: usize,
}

/// The caller is not told where.
fn withheld_for(withheld: &Withheld) -> ToolError {
    ToolError::withheld(format!("the number at `{}` is a payment card number", withheld.pointer()))
}

/// An answer that may leave.
pub struct Released {
    pub(crate) content: Vec<Content>,
    /// Of a prompt: what each of the blocks is.
    pub(crate) voices: Vec<Voice>,
    pub(crate) structured: Option<Value>,
    /// Of a resource, instead of text.
    pub(crate) file: Option<ReleasedFile>,
    /// What its blocks hold, or the file.
    pub(crate) bytes: usize,
    /// How many bytes of the structured content are in the blocks as well.
    pub(crate) copied: usize,
    pub(crate) masked: Masked,
    pub(crate) cleaned: Masked,
    pub(crate) inspected: Masked,
    /// It is that of an earlier call, sent again.
    pub(crate) repeated: bool,
}

impl Released {
    /// The memory for it: structured content leaves twice, as what it is and as text, and there is something around each block.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.saturating_add(self.copied).saturating_add(Content::around_all(&self.content))
    }
}

/// What a tool can return.
///
/// Implemented for these, and for `Result<T, E>` of them:
///
/// | a tool answers with | what leaves |
/// |---|---|
/// | [`Json<T>`], [`Mine<T>`] | structured content, with an output schema, and the same JSON as text |
/// | `bool`, integers, `f32`, `f64`, `Vec<String>` | the same as [`Json`] of it: `{"result": 42}` |
/// | `String`, `&'static str`, `Cow<'static, str>` | a text |
/// | [`Untrusted<String>`](Untrusted) | a text from outside |
/// | [`Image`], [`Audio`] | a picture, a recording; with `releases(image)` or `releases(audio)` |
/// | [`Link`], [`Embedded`] | a link to a guarded resource of the same server, or what it holds |
/// | [`Answer`], [`ProvenAnswer`] | several of these in the order that the body gives them, with structured content beside them if it has some |
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
    label = "is no `ToolOutput`",
    note = "help: return `Json<{Self}>` for a type with `Serialize` and `JsonSchema`, `String` for text, `Image` or `Audio`, `Answer` for several of these, `()` for nothing, or a `Result` of one"
)]
pub trait ToolOutput: Send + 'static {
    /// The JSON Schema of what is given to [`Output::json`], if anything is. For a type with [`Classified`] in it that is what
    /// `Json::<T>::output_schema()` says.
    #[must_use]
    fn output_schema() -> Option<Value> {
        None
    }

    /// Which media such an answer holds, which must then be what the tool releases (ST19). `None` if that differs from answer to answer: each is
    /// then looked at when it leaves.
    #[must_use]
    fn media() -> Option<&'static [Media]> {
        None
    }

    /// Shows the owner of every object in the answer to the guard, and stops at the first that does not pass: see [`Mine`]. An answer that
    /// claims nothing passes.
    #[must_use]
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        let _ = passes;
        true
    }

    /// Writes the answer.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from leaving; masked as every [`ToolError`].
    fn write(self, output: &mut Output) -> Result<(), ToolError>;
}
