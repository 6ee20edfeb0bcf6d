//! The answers of prompts: messages of the user and of the assistant.

use serde::Serialize;

use super::{
    Block, HasOwners, Mine, Outlet, Output, Proven, Shape,
    returned::{Direct, Failure, Masked, returned_as},
    sources::Sources,
};
use crate::{Owner, ToolError};

/// The role of a message in a [`Prompt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// The meaning of a block in the answer of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PromptPart {
    /// The description.
    Description,
    /// A message.
    Message(Role),
}

/// The messages of a prompt, which leave in the order in which they were added.
///
/// A message is one [`Block`]: a text, [`Untrusted`](crate::Untrusted) text, an [`Image`](crate::Image) or [`Audio`](crate::Audio) that the prompt
/// `releases(…)`, a [`Link`](crate::Link) to a guarded resource of the same server, or something [`Embedded`](crate::Embedded). Mark text that others
/// have written as `Untrusted`: a prompt speaks for the person, so the model would treat a sentence of somebody else in it as an instruction. Each
/// message but the first counts as 64 bytes more than its content towards `max_output`, and so does the description.
///
/// ```
/// use secure_tool::prelude::*;
///
/// # struct Desk;
/// # impl Desk {
/// /// Ask for a summary of the terms.
/// #[secure_prompt(scope = "terms:read", owner = unowned("the same for everybody"))]
/// async fn summary(&self) -> Prompt {
///     Prompt::new()
///         .description("A summary of the terms")
///         .user("Summarize these terms in three sentences:")
///         .user(Link::to_fixed("billing://terms"))
///         .assistant("In short:")
/// }
/// # }
/// # let _ = Desk::summary();
/// ```
///
/// A prompt with `owner = caller` returns a [`ProvenPrompt`] instead (ST28), or `Mine<Proven<Prompt>>`, which [`Owned::view`](crate::Owned::view)
/// creates.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    description: Option<String>,
    messages: Vec<(Role, Block)>,
}

impl Prompt {
    /// A prompt without messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the description for the person. Characters that a person would not see are removed, as from [`Untrusted`](crate::Untrusted) text.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a message of the user.
    #[must_use]
    pub fn user(self, message: impl Into<Block>) -> Self {
        self.message(Role::User, message)
    }

    /// Adds a message of the assistant.
    #[must_use]
    pub fn assistant(self, message: impl Into<Block>) -> Self {
        self.message(Role::Assistant, message)
    }

    fn message(mut self, role: Role, message: impl Into<Block>) -> Self {
        self.messages.push((role, message.into()));
        self
    }
}

/// A [`Prompt`] in which every message is proven to belong to the caller: what a prompt with `owner = caller` returns (ST28).
///
/// A static text of the program belongs to nobody. Every other message names the objects that it was made of, and the guard compares their owners
/// with the caller, as it does for [`Mine`].
///
/// ```
/// use secure_tool::prelude::*;
///
/// # #[derive(Clone)]
/// # struct Note { author: String, text: String }
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
/// # struct Desk { notes: Vec<Note> }
/// # impl Desk {
/// /// Ask for a summary of the caller's notes.
/// #[secure_prompt(scope = "notes:read", owner = caller)]
/// async fn summary(&self, caller: &Caller) -> ProvenPrompt {
///     let mine = self.notes.iter().filter(|note| note.author == caller.subject());
///     mine.fold(ProvenPrompt::new().user("Summarize my notes:"), |prompt, note| prompt.user_of(note, note.text.as_str()))
/// }
/// # }
/// # let _ = Desk::summary();
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProvenPrompt {
    prompt: Prompt,
    sources: Sources,
}

impl ProvenPrompt {
    /// A prompt without messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the description for the person, a static text of the program.
    #[must_use]
    pub fn description(mut self, description: &'static str) -> Self {
        self.prompt = self.prompt.description(description);
        self
    }

    /// Adds a message of the user, a static text of the program.
    #[must_use]
    pub fn user(self, text: &'static str) -> Self {
        self.message(Role::User, text)
    }

    /// Adds a message of the assistant, a static text of the program.
    #[must_use]
    pub fn assistant(self, text: &'static str) -> Self {
        self.message(Role::Assistant, text)
    }

    /// Adds a message of the user that was made only of this object, or these objects, and of nothing else that has an owner.
    ///
    /// A value without owners, such as an empty list, proves nothing, so the answer is refused like one with an object of somebody else. To report
    /// that there is nothing, use a static [text](Self::user).
    #[must_use]
    pub fn user_of(mut self, of: &(impl HasOwners + ?Sized), message: impl Into<Block>) -> Self {
        self.sources.add(of);
        self.message(Role::User, message)
    }

    /// Like [`user_of`](Self::user_of), for a message of the assistant.
    #[must_use]
    pub fn assistant_of(mut self, of: &(impl HasOwners + ?Sized), message: impl Into<Block>) -> Self {
        self.sources.add(of);
        self.message(Role::Assistant, message)
    }

    fn message(mut self, role: Role, message: impl Into<Block>) -> Self {
        self.prompt = self.prompt.message(role, message);
        self
    }
}

/// The types that a prompt can return: [`Prompt`], [`ProvenPrompt`], `Mine<Proven<Prompt>>`, and `Result<T, E>` of these.
#[diagnostic::on_unimplemented(
    message = "a prompt cannot return `{Self}` [ST36]",
    label = "is not a `PromptOutput`",
    note = "help: return `Prompt`, such as `Prompt::new().user(\"…\")`, or a `Result` of it"
)]
pub trait PromptOutput: Send + 'static {
    #[doc(hidden)]
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool;

    #[doc(hidden)]
    fn write(self, output: &mut Output) -> Result<(), ToolError>;
}

impl PromptOutput for Prompt {
    fn check_owners(&self, _: &mut dyn FnMut(&Owner) -> bool) -> bool {
        true
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        if let Some(description) = self.description {
            let shown = output.shown(&description);
            output.prompt_block(PromptPart::Description, shown.into())?;
        }
        self.messages.into_iter().try_for_each(|(role, block)| output.prompt_block(PromptPart::Message(role), block))
    }
}

impl PromptOutput for ProvenPrompt {
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.sources.pass(passes)
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.prompt.write(output)
    }
}

impl PromptOutput for Mine<Proven<Prompt>> {
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.0.owners().all(|owner| passes(&owner))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.0.into_inner().write(output)
    }
}

impl<T: PromptOutput, E: Failure> PromptOutput for Result<T, E> {
    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.as_ref().map_or(true, |value| value.check_owners(passes))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        self.map_err(Failure::into_tool_error)?.write(output)
    }
}

/// The types that the body of a prompt can return; see [`Returned`](super::returned::Returned) for the markers.
#[diagnostic::on_unimplemented(
    message = "a prompt cannot return `{Self}` [ST36]",
    label = "is not a `PromptOutput`",
    note = "help: return `Prompt`, such as `Prompt::new().user(\"…\")`, or a `Result` of it"
)]
pub trait Messages<How>: Sized + Send + 'static {
    /// The [`PromptOutput`] that it converts to.
    type Output: PromptOutput;

    /// Checks its owners before it leaves.
    fn check(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool;

    /// Converts it, with a masked error.
    ///
    /// # Errors
    ///
    /// If it is one.
    fn masked(self) -> Result<Self::Output, ToolError>;
}

/// A type that shows every object in it to the guard before it leaves: what a prompt with `owner = caller` returns (ST28).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the prompt has `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `ProvenPrompt`, whose messages say which objects they were made of, or `Mine<Proven<Prompt>>`; or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvesMessages: PromptOutput {}

impl ProvesMessages for ProvenPrompt {}
impl ProvesMessages for Mine<Proven<Prompt>> {}
impl<T: ProvesMessages, E: Failure> ProvesMessages for Result<T, E> {}

/// [`Messages`] that are proven to belong to the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove who owns it, but the prompt has `owner = caller` [ST28]",
    label = "may contain objects of somebody else",
    note = "help: return `ProvenPrompt`, whose messages say which objects they were made of, or `Mine<Proven<Prompt>>`; or say why it cannot be checked: `owner = caller(\"why it cannot contain objects of somebody else\")`"
)]
pub trait ProvenMessages<How>: Messages<How> {}

returned_as!(Messages of PromptOutput, ProvenMessages of ProvesMessages);

/// The shape and the outlet of a prompt that returns `R`.
#[must_use]
pub fn prompt_output<R: Messages<How>, How>() -> (Shape, Outlet<R>) {
    let outlet = Outlet {
        check_owners: R::check,
        write: |value, rules, inspection| {
            let mut output = Output::within(rules);
            value.masked()?.write(&mut output)?;
            output.release(&rules.scan, inspection)
        },
        media_type: None,
    };
    (Shape { schema: None, media: None }, outlet)
}

/// The same for a prompt that has to prove the ownership of its answers.
#[must_use]
pub fn proven_prompt_output<R: ProvenMessages<How>, How>() -> (Shape, Outlet<R>) {
    prompt_output::<R, How>()
}
