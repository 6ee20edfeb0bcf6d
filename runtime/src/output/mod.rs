//! What a tool may answer with.

mod classified;
mod clean;
mod content;
mod contents;
mod exit;
mod inspect;
mod mine;
mod proven;
mod returned;
pub(crate) mod scan;
mod untrusted;
mod writer;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

pub use classified::{Class, Classified, Confidential, Pii, class};
use clean::Cleaned;
pub use content::Content;
pub(crate) use contents::{BLOB, ReleasedFile, is_media_type};
pub use contents::{Blob, ResourceOutput, proven_resource_output, resource_output};
use exit::Tally;
#[cfg(test)]
pub(crate) use exit::written;
pub use inspect::{Inspect, Inspected, Inspection};
pub(crate) use inspect::{Inspecting, Inspectors};
pub use mine::{HasOwners, Mine, NoOwners, Unmarked, given_owner, owner_name, owners};
pub use proven::Proven;
pub(crate) use returned::Failure;
pub use returned::{Outlet, ProvesOwners, output, proven_output};
use scan::{Counts, Masked, Scan, Withheld};
pub use untrusted::Untrusted;
use writer::Limited;

use crate::{Owner, ToolError, schema::outcome};

/// The length of what stands around a wrapped value: `{"result":}`.
const WRAPPING: usize = outcome::RESULT.len() + r#"{"":}"#.len();

/// A tool's answer on its way out: text and structured content, within the tool's `max_output`.
#[derive(Debug)]
pub struct Output {
    texts: Vec<String>,
    /// Which of the texts come from outside, and from where.
    origins: Vec<(usize, String)>,
    structured: Option<Structured>,
    bytes: usize,
    limit: usize,
    wrap: bool,
    classes: Arc<[&'static str]>,
    tally: Tally,
}

/// Structured content, and which of the texts says the same.
#[derive(Debug)]
struct Structured {
    value: Value,
    copy: usize,
}

/// What the server fixed about an item's answers when it was built.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The most bytes.
    pub(crate) limit: usize,
    /// Whether structured content goes out as `{"result": …}`.
    pub(crate) wrap: bool,
    /// What is masked in them.
    pub(crate) scan: Scan,
    /// The classes that are not.
    pub(crate) classes: Arc<[&'static str]>,
    /// Who looks at text from outside.
    pub(crate) inspectors: Arc<Inspectors>,
    /// Whether bytes leave that the scan cannot read.
    pub(crate) releases_blobs: bool,
}

impl Output {
    fn within(rules: &Rules) -> Self {
        Self {
            texts: Vec::new(),
            origins: Vec::new(),
            structured: None,
            bytes: 0,
            limit: rules.limit,
            wrap: rules.wrap,
            classes: Arc::clone(&rules.classes),
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
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > self.limit {
            return Err(ToolError::too_large());
        }
        self.texts.push(text);
        Ok(())
    }

    /// Adds a block of text from outside.
    fn fenced(&mut self, origin: String, text: String, cleaned: Cleaned) -> Result<(), ToolError> {
        self.tally.add(Tally { cleaned, ..Tally::default() });
        self.origins.push((self.texts.len(), origin));
        self.text(text)
    }

    /// Sets the structured content, and adds the same JSON as text for clients that read no other.
    ///
    /// # Errors
    ///
    /// If the answer would grow beyond the tool's `max_output`, or the value cannot be serialized.
    pub fn json<T: Serialize>(&mut self, value: &T) -> Result<(), ToolError> {
        let mut writer = Limited::new(self.limit.saturating_sub(self.bytes).saturating_sub(self.wrapping()));
        let exit = exit::open(&self.classes);
        if let Err(error) = serde_json::to_writer(&mut writer, value) {
            return Err(if writer.is_full() { ToolError::too_large() } else { error.into() });
        }
        self.tally.add(exit.tally());
        let value = serde_json::to_value(value)?;
        drop(exit);
        self.structured = Some(Structured { value, copy: self.texts.len() });
        self.text(writer.into_string()?)
    }

    /// How many bytes the structured content has that are not in its copy.
    fn wrapping(&self) -> usize {
        if self.wrap { WRAPPING } else { 0 }
    }

    /// Shows detectors what comes from outside, and puts in its place what they say.
    fn inspect(&mut self, inspection: &mut Inspecting<'_>) -> Result<(), ToolError> {
        for (index, origin) in &self.origins {
            if let Some(text) = self.texts.get_mut(*index)
                && let Some(instead) = inspection.text(text, origin, "")?
            {
                *text = instead;
            }
        }
        if let Some(Structured { value, copy }) = &mut self.structured
            && inspection.value(value)?
            && let Some(text) = self.texts.get_mut(*copy)
        {
            *text = serde_json::to_string(value)?;
        }
        self.tally.add(Tally { cleaned: inspection.cleaned, ..Tally::default() });
        Ok(())
    }

    /// Masks what must not leave. The structured content and its copy as text stay the same JSON, but for the object around what is none.
    fn release(mut self, scan: &Scan, inspection: &mut Inspecting<'_>) -> Result<Released, ToolError> {
        self.inspect(inspection)?;
        let wrapping = self.wrapping();
        let Self { mut texts, origins, mut structured, limit, wrap, tally, .. } = self;
        let cleaned = Masked::of(tally.cleaned.iter());
        let mut counts = Counts::after(tally);
        for (index, text) in texts.iter_mut().enumerate() {
            let masked = match &mut structured {
                Some(Structured { value, copy }) if *copy == index => {
                    let changed = scan.mask_value(value, text, &mut counts).map_err(|withheld| withheld_for(&withheld));
                    if changed? { Some(serde_json::to_string(value)?) } else { None }
                }
                _ => scan.mask(text, &mut counts),
            };
            if let Some(masked) = masked {
                *text = masked;
            }
        }
        // After the scan, in which an application's pattern might make the mark of a fence a known one.
        for (index, origin) in origins {
            let origin = scan.mask(&origin, &mut counts).unwrap_or(origin);
            if let Some(text) = texts.get_mut(index) {
                *text = untrusted::fence(&origin, text);
            }
        }
        // A mask can be longer than what it hides.
        let bytes = texts.iter().map(String::len).sum();
        if bytes + structured.as_ref().map_or(0, |_| wrapping) > limit {
            return Err(ToolError::too_large());
        }
        // After the scan, in which an application's pattern might find the key.
        let wrapped = |value| if wrap { json!({ outcome::RESULT: value }) } else { value };
        Ok(Released {
            content: texts.into_iter().map(Content::text).collect(),
            structured: structured.map(|structured| wrapped(structured.value)),
            file: None,
            bytes,
            masked: scan.masked(&counts),
            cleaned,
            inspected: inspection.decided(),
        })
    }
}

/// The caller is not told where.
fn withheld_for(withheld: &Withheld) -> ToolError {
    ToolError::withheld(format!("the number at `{}` is a payment card's", withheld.pointer()))
}

/// An answer that may leave.
pub struct Released {
    pub(crate) content: Vec<Content>,
    pub(crate) structured: Option<Value>,
    /// Of a resource, instead of text.
    pub(crate) file: Option<ReleasedFile>,
    pub(crate) bytes: usize,
    pub(crate) masked: Masked,
    pub(crate) cleaned: Masked,
    pub(crate) inspected: Masked,
}

/// What a tool can return.
///
/// Implemented for [`Json<T>`] and [`Mine<T>`] (structured content, with an output schema), `String` and `&'static str` (text),
/// [`Untrusted<String>`](Untrusted) (text from outside), `()`, and
/// for `Result<T, E>` of these. A tool may fail with [`ToolError`], with an enum that [derives its classes](crate::ToolFailure), and with any
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
    note = "help: return `Json<{Self}>` for a type with `Serialize` and `JsonSchema`, `String` for text, `()` for nothing, or a `Result` of these"
)]
pub trait ToolOutput: Send + 'static {
    /// The JSON Schema of what is given to [`Output::json`], if anything is. For a type with [`Classified`] in it that is what
    /// `Json::<T>::output_schema()` says.
    #[must_use]
    fn output_schema() -> Option<Value> {
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

/// A structured answer.
///
/// The tool publishes `T`'s JSON Schema as its output schema. The structured content of a `T` that is no JSON object (a list, a number) is
/// `{"result": …}`, because clients before protocol 2026-07-28 accept objects only; the text is the bare list or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema + Send + 'static> ToolOutput for Json<T> {
    fn output_schema() -> Option<Value> {
        Some(outcome::written_by::<T>())
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.json(&self.0)
    }
}

impl ToolOutput for String {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text(self)
    }
}

impl ToolOutput for &'static str {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text(self)
    }
}

impl ToolOutput for () {
    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.text("done")
    }
}
