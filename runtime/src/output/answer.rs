//! Answers of several blocks.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Block, Json, Mine, Output, ProvesOwners, ToolOutput, sources::Sources};
use crate::{HasOwners, Owner, ToolError};

/// An answer of several blocks, which leave in the order in which they were added.
///
/// [`json`](Self::json) adds structured content to text and images; the type then is `Answer<Json<View>>`, and the tool publishes the output schema.
/// Two structured parts do not compile, and neither does an answer with an output schema but without structured content.
///
/// ```
/// use secure_tool::prelude::*;
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Sales { total: u64 }
///
/// # struct Desk;
/// # impl Desk {
/// /// Show the sales of this year.
/// #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only, releases(image))]
/// async fn sales(&self) -> Answer<Json<Sales>> {
///     Answer::new()
///         .block("The sales of this year:")
///         .json(Sales { total: 1200 })
///         .block(Image::png(*b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on"))
/// }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = SecureServer::builder(Desk).tool(Desk::sales()).build()?;
/// # let caller = std::sync::Arc::new(Caller::local("alice").with_scopes(["sales:read"]));
/// let response = server.call(&caller, "sales", Default::default()).await;
/// assert_eq!(response.content().len(), 3);
/// assert_eq!(response.structured(), Some(&serde_json::json!({"total": 1200})));
/// # Ok(())
/// # }
/// ```
///
/// The guard decides what may be in it when it leaves: an image requires `releases(image)`. Each block but the first counts as 64 bytes more than its
/// content towards `max_output`. A `read_only` tool with `owner = caller` returns a [`ProvenAnswer`] instead (ST28).
#[derive(Clone, Debug)]
pub struct Answer<T = ()> {
    blocks: Vec<Block>,
    /// How many blocks precede the structured content.
    before: usize,
    structured: T,
}

impl Answer {
    /// An answer without blocks.
    #[must_use]
    pub fn new() -> Self {
        Self { blocks: Vec::new(), before: 0, structured: () }
    }

    /// Adds structured content, and the same JSON as a block of text.
    #[must_use]
    pub fn json<V: Serialize + JsonSchema + Send + 'static>(self, value: V) -> Answer<Json<V>> {
        self.structured(Json(value))
    }

    fn structured<T>(self, structured: T) -> Answer<T> {
        Answer { before: self.blocks.len(), blocks: self.blocks, structured }
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Answer<T> {
    /// Adds a block: a text, [`Untrusted`](crate::Untrusted) text, an [`Image`](crate::Image) or [`Audio`](crate::Audio).
    #[must_use]
    pub fn block(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }
}

impl<T: Structured> ToolOutput for Answer<T> {
    fn output_schema() -> Option<Value> {
        T::schema()
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.structured.check(passes)
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        let mut blocks = self.blocks.into_iter();
        blocks.by_ref().take(self.before).try_for_each(|block| output.block(block))?;
        self.structured.leave(output)?;
        blocks.try_for_each(|block| output.block(block))
    }
}

/// The structured part of an [`Answer`]: none, [`Json`] or [`Mine`].
pub trait Structured: Send + 'static {
    /// [`ToolOutput::output_schema`]
    fn schema() -> Option<Value>;

    /// [`ToolOutput::check_owners`]
    fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool;

    /// [`ToolOutput::write`]
    ///
    /// # Errors
    ///
    /// Whatever prevents it from leaving.
    fn leave(self, output: &mut Output) -> Result<(), ToolError>;
}

impl Structured for () {
    fn schema() -> Option<Value> {
        None
    }

    fn check(&self, _: &mut dyn FnMut(&Owner) -> bool) -> bool {
        true
    }

    fn leave(self, _: &mut Output) -> Result<(), ToolError> {
        Ok(())
    }
}

/// Types that are an answer by themselves.
macro_rules! structured {
    ($($part:ident),*) => {$(
        impl<V: Send + 'static> Structured for $part<V>
        where
            Self: ToolOutput,
        {
            fn schema() -> Option<Value> {
                Self::output_schema()
            }

            fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
                self.check_owners(passes)
            }

            fn leave(self, output: &mut Output) -> Result<(), ToolError> {
                self.write(output)
            }
        }
    )*};
}

structured!(Json, Mine);

/// An [`Answer`] in which every block is proven to belong to the caller: what a `read_only` tool with `owner = caller` returns if it returns several
/// blocks (ST28).
///
/// A static text of the program belongs to nobody. Every other block names the objects that it was made of, and the guard compares their owners with
/// the caller, as it does for [`Mine`]; the structured content is a `Mine`.
///
/// ```
/// use secure_tool::prelude::*;
///
/// # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
/// # struct Note { author: String, text: String }
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
/// # struct Desk { notes: Vec<Note> }
/// # impl Desk {
/// /// List the caller's notes, and say which one is the longest.
/// #[secure_tool(scope = "notes:read", owner = caller, read_only)]
/// async fn notes(&self, caller: &Caller) -> ProvenAnswer<Mine<Vec<Note>>> {
///     let notes: Vec<Note> = self.notes.iter().filter(|note| note.author == caller.subject()).cloned().collect();
///     let mut answer = ProvenAnswer::new().text("The longest note:");
///     if let Some(longest) = notes.iter().max_by_key(|note| note.text.len()) {
///         answer = answer.block_of(longest, longest.text.as_str());
///     }
///     answer.json(notes)
/// }
/// # }
/// # let _ = Desk::notes();
/// ```
#[derive(Clone, Debug)]
pub struct ProvenAnswer<T = ()> {
    answer: Answer<T>,
    sources: Sources,
}

impl ProvenAnswer {
    /// An answer without blocks.
    #[must_use]
    pub fn new() -> Self {
        Self { answer: Answer::new(), sources: Sources::default() }
    }

    /// Adds structured content, and the same JSON as a block of text.
    #[must_use]
    pub fn json<V: HasOwners + Serialize + JsonSchema + Send + 'static>(self, value: V) -> ProvenAnswer<Mine<V>> {
        ProvenAnswer { answer: self.answer.structured(Mine(value)), sources: self.sources }
    }
}

impl Default for ProvenAnswer {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ProvenAnswer<T> {
    /// Adds a static text of the program.
    #[must_use]
    pub fn text(mut self, text: &'static str) -> Self {
        self.answer = self.answer.block(text);
        self
    }

    /// Adds a block that was made only of this object, or these objects, and of nothing else that has an owner.
    ///
    /// A value without owners, such as an empty list, proves nothing, so the answer is refused like one with an object of somebody else. To report
    /// that there is nothing, use a static [text](Self::text).
    #[must_use]
    pub fn block_of(mut self, of: &(impl HasOwners + ?Sized), block: impl Into<Block>) -> Self {
        self.sources.add(of);
        self.answer = self.answer.block(block);
        self
    }
}

impl<T: Structured> ToolOutput for ProvenAnswer<T> {
    fn output_schema() -> Option<Value> {
        T::schema()
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.sources.pass(passes) && self.answer.check_owners(passes)
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.answer.write(output)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Structured> ProvesOwners for ProvenAnswer<T> {}
