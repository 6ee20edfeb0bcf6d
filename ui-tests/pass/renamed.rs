//! With the crate under another name, which also stands for nothing under its own.
extern crate secure_tool as guarded;

#[allow(unused)]
mod secure_tool {}

mod tools {
    use crate::guarded::{Caller, Json, ListedResource, Mine, Owned, secure_resource, secure_tool};
    use secure_tool_ui_tests::{Cabinet, Note};

    /// Say who calls.
    #[secure_tool(crate = crate::guarded, scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
    pub async fn whoami(caller: &Caller) -> String {
        caller.subject().to_owned()
    }

    /// Read a note.
    #[secure_tool(scope = "notes:read", owner = note, read_only, crate = crate::guarded)]
    pub async fn read_note(
        _cabinet: &Cabinet,
        /// Which note.
        note: Owned<Note>,
        /// How many at most.
        #[arg(min = 1, default = 20)]
        limit: usize,
    ) -> Json<usize> {
        Json(note.text().len().min(limit))
    }

    /// A note.
    #[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note, list = my_notes, crate = crate::guarded)]
    pub async fn note(
        _cabinet: &Cabinet,
        /// Which note.
        note: Owned<Note>,
    ) -> String {
        note.text().to_owned()
    }

    async fn my_notes(_: &Cabinet, _: &Caller) -> Mine<Vec<ListedResource>> {
        Mine(Vec::new())
    }
}

fn main() {
    let cabinet = secure_tool_ui_tests::Cabinet::default();
    assert!(guarded::SecureServer::builder(cabinet).tool(tools::whoami()).tool(tools::read_note()).resource(tools::note()).build().is_ok());
}
