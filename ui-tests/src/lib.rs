//! What the tools in these tests work on: the notes and folders of a cabinet.
//!
//! The package depends on `secure-tool` alone, so that the tests show that a user's crate needs nothing else.

pub mod hygiene;

use std::collections::HashMap;

use secure_tool::{Load, Owner, OwnerOf, Resource, ToolError, schemars::JsonSchema, serde};

/// A note, which belongs to its author.
#[derive(Clone, Debug)]
pub struct Note {
    author: String,
    text: String,
}

impl Note {
    /// Writes a note.
    #[must_use]
    pub fn new(author: &str, text: &str) -> Self {
        Self { author: author.to_owned(), text: text.to_owned() }
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The number of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
pub struct NoteKey(pub u32);

impl Resource for Note {
    type Key = NoteKey;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

/// A folder, of which nobody said whose it is.
#[derive(Clone, Debug)]
pub struct Folder {
    title: String,
}

impl Folder {
    /// What is written on it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// The number of a folder, which tells whose it is.
#[derive(Clone, Copy, Debug, serde::Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
pub struct FolderKey(pub u32);

/// What the model may see of a note.
#[derive(Clone, Debug, Default, serde::Serialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
pub struct NoteView {
    /// What the note says.
    pub text: String,
}

/// Where notes are kept.
#[derive(Debug, Default)]
pub struct Cabinet {
    notes: HashMap<NoteKey, Note>,
}

impl Load<Note> for Cabinet {
    async fn load(&self, key: &NoteKey) -> Result<Option<Note>, ToolError> {
        Ok(self.notes.get(key).cloned())
    }
}

impl OwnerOf<FolderKey> for Cabinet {
    async fn owner_of(&self, key: &FolderKey) -> Result<Option<Owner>, ToolError> {
        Ok((key.0 > 0).then(|| Owner::subject("alice")))
    }
}
