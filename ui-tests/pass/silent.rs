//! In a crate that forbids what it can, without a warning. (Clippy's lints are held against `src/hygiene/`.)
#![deny(warnings, missing_docs, unused, unreachable_pub, rust_2018_idioms, future_incompatible, nonstandard_style)]
#![deny(unused_results, unused_qualifications, unused_lifetimes, single_use_lifetimes, let_underscore_drop)]
#![forbid(unsafe_code)]

use secure_tool::prelude::*;
use secure_tool_ui_tests::Note;

/// A desk.
#[derive(Debug)]
pub struct Desk;

impl Load<Note> for Desk {
    async fn load(&self, _: &<Note as Resource>::Key) -> Result<Option<Note>, ToolError> {
        Ok(None)
    }
}

impl Desk {
    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = (caller("its answer holds no rows"), note), rate(60/minute, burst = 5), read_only)]
    pub async fn read_note(
        &self,
        caller: &Caller,
        /// Which note.
        note: Owned<Note>,
        /// What nobody needs yet.
        unused: Option<u32>,
    ) -> Result<Json<String>, ToolError> {
        let _ = unused;
        Ok(Json(format!("{}: {}", caller.subject(), note.text())))
    }

    /// Do nothing.
    #[secure_tool(scope = "notes:write", owner = unowned("there is nothing to own"))]
    pub fn nothing(&self) {}
}

fn main() {
    assert!(SecureServer::builder(Desk).tool(Desk::read_note()).tool(Desk::nothing()).allow_writes().build().is_ok());
}
