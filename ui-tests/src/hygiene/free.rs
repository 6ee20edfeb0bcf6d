//! Free functions: with a state, and for any.

use secure_tool::{ServerBuilder, prelude::*};

use crate::{Cabinet, FolderKey, Note};

/// Count the notes.
#[secure_tool(scope = "notes:read", owner = unowned("it is one cabinet"), read_only)]
pub(super) async fn free_with_state(cabinet: &Cabinet) -> Json<usize> {
    Json(cabinet.notes.len())
}

/// Say who calls.
#[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
fn free_for_any_state(caller: &Caller) -> String {
    caller.subject().to_owned()
}

/// Say nothing.
#[secure_tool(scope = public("it says nothing"), owner = unowned("there is nothing"), read_only)]
fn free_without_parameters() {}

/// Read a note, from whatever can load one.
#[secure_tool(scope = "notes:read", owner = (note, folder), after(free_for_any_state, within = 1h), read_only)]
async fn free_with_bounds(
    /// Which note.
    note: Owned<Note>,
    /// In which folder.
    folder: FolderKey,
) -> String {
    format!("{}: {}", folder.0, note.text())
}

/// Read a note of the cabinet.
#[secure_tool(scope = "notes:read", owner = note, read_only)]
fn free_with_everything(
    cabinet: &Cabinet,
    caller: &Caller,
    call: &Call,
    /// Which note.
    note: Owned<Note>,
    /// How often.
    #[arg(max = 3, default = 1)]
    times: usize,
) -> String {
    format!("{} {} {} {}", cabinet.notes.len(), caller.subject(), call.tool(), note.text().repeat(times))
}

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    builder
        .tool(free_with_state())
        .tool(free_for_any_state())
        .tool(free_without_parameters())
        .tool(free_with_bounds())
        .tool(free_with_everything())
}
