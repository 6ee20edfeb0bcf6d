//! The notes server that the SDK for Python starts a project with: a tool adds a note, a resource shows it, and a prompt asks for a summary of all.
//!
//! The original kept one set of notes, in which everybody could read and replace all notes. Here a note belongs to the caller who has written
//! it, and two callers can have notes with the same name.
//!
//! One construct has no counterpart: after a note was added, the original told its client that the list of resources had changed. Such notices
//! are not offered; clients must not cache the list, because it depends on the caller.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use schemars::JsonSchema;
use secure_tool::{ProvenPrompt, ServerBuilder, prelude::*};
use serde::{Deserialize, Serialize};

/// The most notes that a caller can have.
const MOST: usize = 1000;

/// A note.
#[derive(Clone, Debug)]
pub struct Note {
    author: String,
    name: String,
    content: String,
}

impl Resource for Note {
    type Key = String;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

/// How long a summary is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// A few sentences.
    Brief,
    /// With all details.
    Detailed,
}

/// The notes of each author, by name.
#[derive(Debug, Default)]
pub struct Notes(Mutex<BTreeMap<String, BTreeMap<String, Note>>>);

impl Notes {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<String, Note>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, caller: &Caller) -> Vec<Note> {
        self.all().get(caller.subject()).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// The data layer: only who may write can add a note.
    fn add(&self, _permit: &impl Allows<Write>, note: Note) -> Result<(), ToolError> {
        let mut all = self.all();
        let own = all.entry(note.author.clone()).or_default();
        if own.len() >= MOST && !own.contains_key(&note.name) {
            return Err(ToolError::invalid("There are too many notes."));
        }
        own.insert(note.name.clone(), note);
        Ok(())
    }

    /// Keep a note, in the place of one of the same name.
    #[secure_tool(name = "add-note", scope = "notes:write", owner = caller, hints(idempotent, closed_world))]
    pub async fn add_note(
        &self,
        caller: &Caller,
        permit: &Permit<Write>,
        /// What it is called. A slash could not stand in its URI.
        #[arg(min_len = 1, max_len = 100, pattern = r"^[^/\\]+$")]
        name: String,
        /// What it says.
        #[arg(min_len = 1, max_len = 10000)]
        content: String,
    ) -> Result<String, ToolError> {
        let added = format!("Kept the note “{name}”: {content}");
        self.add(permit, Note { author: caller.subject().to_owned(), name, content })?;
        Ok(added)
    }

    /// A note of the caller's.
    #[secure_resource(
        uri = "note://internal/{name}",
        scope = "notes:read",
        owner = caller("it is looked up among the caller's own"),
        list = Self::my_notes
    )]
    pub async fn note(
        &self,
        caller: &Caller,
        /// What it is called.
        #[arg(complete = Self::my_names)]
        name: String,
    ) -> Result<String, ToolError> {
        let all = self.all();
        let note = all.get(caller.subject()).and_then(|own| own.get(&name));
        note.map(|note| note.content.clone()).ok_or_else(ToolError::not_found)
    }

    #[expect(clippy::unused_async, reason = "a list may wait; this one need not")]
    async fn my_notes(&self, caller: &Caller) -> Mine<Vec<ListedResource>> {
        let listed = |note: &Note| {
            ListedResource::of(note, [("name", &note.name)])
                .title(format!("The note “{}”", note.name))
                .description(format!("What was noted as “{}”", note.name))
        };
        Mine(self.of(caller).iter().map(listed).collect())
    }

    #[expect(clippy::unused_async, reason = "a completion may wait; this one need not")]
    async fn my_names(&self, caller: &Caller, typed: &str) -> Mine<Vec<Completion>> {
        let own = self.of(caller);
        let fitting = own.iter().filter(|note| note.name.starts_with(typed));
        Mine(fitting.map(|note| Completion::of(note, &note.name)).collect())
    }

    /// Have all notes of the caller summed up.
    #[secure_prompt(name = "summarize-notes", scope = "notes:read", owner = caller)]
    pub async fn summarize_notes(
        &self,
        caller: &Caller,
        /// How long the summary is.
        #[arg(default = Style::Brief)]
        style: Style,
    ) -> ProvenPrompt {
        let prompt = ProvenPrompt::new().description("A summary of your notes").user(match style {
            Style::Brief => "Sum up these notes of mine:",
            Style::Detailed => "Sum up these notes of mine, with all details:",
        });
        self.of(caller)
            .iter()
            .fold(prompt, |prompt, note| prompt.user_of(note, format!("- {}: {}", note.name, note.content)))
    }
}

/// The server.
pub fn builder() -> ServerBuilder<Notes> {
    SecureServer::builder(Notes::default())
        .name("notes")
        .tool(Notes::add_note())
        .resource(Notes::note())
        .prompt(Notes::summarize_notes())
        .allow_writes()
}
