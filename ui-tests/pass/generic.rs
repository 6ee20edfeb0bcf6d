//! In a generic `impl` block, with scopes of its own.
use std::fmt::Debug;

use secure_tool::{prelude::*, schemars::JsonSchema, serde};
use secure_tool_ui_tests::Note;

trait Store: Send + Sync + 'static {
    const READ: &str;
    type Label: serde::de::DeserializeOwned + JsonSchema + Debug + Send + 'static;
    fn find(&self, key: u32) -> Option<Note>;
}

struct Memory;

impl Store for Memory {
    const READ: &str = "memory:read";
    type Label = String;
    fn find(&self, key: u32) -> Option<Note> {
        (key == 1).then(|| Note::new("alice", "milk"))
    }
}

struct Shelf<S, const N: usize>(S);

impl<S: Store, const N: usize> Load<Note> for Shelf<S, N> {
    async fn load(&self, key: &<Note as Resource>::Key) -> Result<Option<Note>, ToolError> {
        Ok(self.0.find(key.0))
    }
}

impl<S: Store, const N: usize> Shelf<S, N> {
    const LIST: &str = S::READ;

    /// Read a note.
    #[secure_tool(scope = Self::LIST, owner = note, read_only)]
    async fn read_note(
        &self,
        /// Which note.
        note: Owned<Note>,
        /// Its label.
        label: S::Label,
        /// How many at most.
        #[arg(max = 9, default = N)]
        limit: usize,
    ) -> Json<String> {
        Json(format!("{} {label:?} {limit}", note.text()))
    }

    /// Read a note, where it may block.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), after(Self::read_note, within = 10m), read_only)]
    fn whoami(&self, caller: &Caller) -> String {
        format!("{} of {N}", caller.subject())
    }
}

fn main() {
    let server = SecureServer::builder(Shelf::<_, 3>(Memory))
        .tool(Shelf::read_note())
        .tool(Shelf::<Memory, 3>::whoami())
        .build();
    assert!(server.is_ok());
}
