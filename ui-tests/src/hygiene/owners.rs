//! Every form of `owner`, async and not.

use secure_tool::{ServerBuilder, prelude::*};

use crate::{Cabinet, FolderKey, Note, NoteView};

impl Cabinet {
    /// Say who calls.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    pub(super) async fn owner_caller(&self, caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// Say who calls, in other words.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    fn owner_caller_blocking(&self, caller: &Caller, call: &Call) -> Result<String, ToolError> {
        Ok(format!("{} in {}", caller.subject(), call.id()))
    }

    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = note, read_only)]
    async fn owner_owned(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) -> Result<Json<NoteView>, ToolError> {
        Ok(Json(NoteView { text: note.text().to_owned() }))
    }

    /// Read a note, if there is one.
    #[secure_tool(scope = "notes:read", owner = note, read_only)]
    async fn owner_optional(
        &self,
        /// Which note.
        note: Option<Owned<Note>>,
    ) -> Json<Option<NoteView>> {
        Json(note.map(|note| NoteView { text: note.text().to_owned() }))
    }

    /// Read several notes.
    #[secure_tool(scope = "notes:read", owner = notes, read_only)]
    fn owner_many(
        &self,
        /// Which notes.
        #[arg(min_items = 1, max_items = 5)]
        notes: Vec<Owned<Note>>,
    ) -> Json<Vec<NoteView>> {
        Json(notes.iter().map(|note| NoteView { text: note.text().to_owned() }).collect())
    }

    /// Tell the number of a folder.
    #[secure_tool(scope = "notes:read", owner = folder, read_only)]
    async fn owner_key(
        &self,
        /// Which folder.
        folder: FolderKey,
    ) -> Json<u32> {
        Json(folder.0)
    }

    /// Move a note into a folder.
    #[secure_tool(scope = "notes:write", owner = (caller, note, folder))]
    async fn owner_tuple(
        &self,
        caller: &Caller,
        /// Which note.
        note: Owned<Note>,
        /// Where it goes.
        folder: FolderKey,
    ) {
        let _ = (caller.subject().len(), note.text().len(), folder);
    }

    /// Tell the size of the cabinet.
    #[secure_tool(scope = "notes:read", owner = unowned("every caller opens the same cabinet"), read_only)]
    async fn owner_nobody(&self) -> Json<usize> {
        Json(self.notes.len())
    }
}

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    builder
        .tool(Cabinet::owner_caller())
        .tool(Cabinet::owner_caller_blocking())
        .tool(Cabinet::owner_owned())
        .tool(Cabinet::owner_optional())
        .tool(Cabinet::owner_many())
        .tool(Cabinet::owner_key())
        .tool(Cabinet::owner_tuple())
        .tool(Cabinet::owner_nobody())
}
