//! The state of the test server: a desk with notes.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use schemars::JsonSchema;
use secure_tool::prelude::*;
use secure_tool_testkit::LIMIT;
use serde::{Deserialize, Serialize};

/// What must turn up nowhere but where it belongs.
pub const CANARY: &str = "CANARY-7f3a";

/// The number of a note: a newtype, as applications have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct NoteKey(pub u32);

/// A note of somebody.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Note {
    /// Its number.
    pub id: u32,
    /// Whose it is.
    pub author: String,
    /// What it says.
    pub text: String,
}

impl Resource for Note {
    type Key = NoteKey;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

/// Notes of alice (1, 2) and bob (3), and a count of the bodies that ran.
#[derive(Debug)]
pub struct Desk {
    pub(crate) notes: Mutex<Vec<Note>>,
    ran: AtomicUsize,
    finished: AtomicUsize,
    held_until: Mutex<Option<Instant>>,
}

impl Default for Desk {
    fn default() -> Self {
        let note = |id, author: &str| Note { id, author: author.into(), text: format!("note {id}") };
        Self {
            notes: Mutex::new(vec![note(1, "alice"), note(2, "alice"), note(3, "bob")]),
            ran: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            held_until: Mutex::new(None),
        }
    }
}

impl Desk {
    /// How many bodies have begun.
    pub fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    /// How many slow bodies have come to their end.
    pub fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }

    /// Keeps blocking bodies from their end until they are released. A test that fails meanwhile ends nevertheless: they wait no longer
    /// than it would.
    pub fn hold(&self) {
        *self.held_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + LIMIT);
    }

    /// Lets blocking bodies end.
    pub fn release(&self) {
        *self.held_until.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|end| Instant::now() < end)
    }

    pub(crate) fn run(&self) {
        self.ran.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn finish(&self) {
        self.finished.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn find(&self, key: NoteKey) -> Option<Note> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|note| note.id == key.0).cloned()
    }
}

/// What a data layer says when it is in trouble.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection to {CANARY} lost")
    }
}

impl std::error::Error for Broken {}

/// Keys from 900 on make the store misbehave.
impl Load<Note> for Desk {
    async fn load(&self, key: &NoteKey) -> Result<Option<Note>, ToolError> {
        match key.0 {
            900 => Err(Broken.into()),
            901 => Err(ToolError::forbidden(format!("{CANARY} belongs to somebody else"))),
            902 => Err(ToolError::unavailable(Duration::from_secs(7))),
            903 => panic!("{CANARY}"),
            904 => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(None)
            }
            _ => Ok(self.find(*key)),
        }
    }
}

impl OwnerOf<NoteKey> for Desk {
    async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
        Ok(self.find(*key).map(|note| note.owner()))
    }
}
