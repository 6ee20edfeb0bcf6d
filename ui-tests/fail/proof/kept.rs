//! A proof is kept for somebody else's call.
use std::sync::Mutex;

use secure_tool::prelude::*;
use secure_tool_ui_tests::{Note, NoteKey};

struct Desk {
    last: Mutex<Option<Owned<'static, Note>>>,
}

impl Load<Note> for Desk {
    async fn load(&self, _: &NoteKey) -> Result<Option<Note>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = note, read_only)]
    async fn read_note(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) {
        if let Ok(mut last) = self.last.lock() {
            *last = Some(note);
        }
    }
}

fn main() {}
