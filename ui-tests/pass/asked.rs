//! Values that a person gives, in each form: a proof, a key, plain values, and what may be left empty.
#![deny(warnings)]

use secure_tool::prelude::*;
use secure_tool_ui_tests::{Cabinet, FolderKey, Note};

/// Copy a note.
#[secure_tool(scope = "notes:write", owner = (note, folder, other), confirm = "Copy {note}, {times} times?")]
async fn copy_note(
    cabinet: &Cabinet,
    permit: &Permit<Write>,
    /// How often.
    #[arg(min = 1, max = 9)]
    times: u8,
    /// Which note.
    #[arg(ask = "Which note shall be copied {times} times?")]
    note: Asked<Owned<Note>>,
    /// Where to.
    #[arg(ask = "To which folder?")]
    folder: Asked<FolderKey>,
    /// A second one.
    #[arg(ask = "To another note as well?")]
    other: Asked<Option<Owned<Note>>>,
    /// Under which name.
    #[arg(ask = "Under which name?", max_len = 20, default = "copy")]
    name: Asked<String>,
    /// Which token it is filed under.
    #[arg(ask = "Which token of the cloakroom?", not_credential("a number on a hook"))]
    hook: Asked<u8>,
) -> String {
    let _ = (cabinet, permit);
    let second = other.into_inner().map_or_else(String::new, |other| other.text().to_owned());
    format!("{} {} {second} {} {} {times}", note.text(), folder.0, *name, *hook)
}

fn main() {
    let _ = SecureServer::builder(Cabinet::default()).tool(copy_note()).allow_writes().build();
}
