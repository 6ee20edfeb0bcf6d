//! Resources of every form.

use secure_tool::{ServerBuilder, prelude::*};

use crate::{Cabinet, Note};

impl Cabinet {
    /// One note.
    #[secure_resource(uri = "cabinet://notes/{note}", scope = "notes:read", owner = note, list = Self::listed_notes)]
    pub(crate) async fn note_by_uri(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) -> Result<Json<String>, ToolError> {
        Ok(Json(note.text().to_owned()))
    }

    async fn listed_notes(&self, caller: &Caller) -> Mine<Vec<ListedResource>> {
        std::future::ready(()).await;
        let mine = self.notes.iter().filter(|(_, note)| note.owner() == Owner::subject(caller.subject()));
        Mine(mine.map(|(key, note)| ListedResource::of(note, [("note", key.0)])).collect())
    }

    /// What the cabinet is made of.
    #[secure_resource(uri = "cabinet://label", scope = public("it stands on the cabinet"), owner = unowned("it stands on the cabinet"), mime = "text/plain")]
    fn label(&self) -> String {
        format!("oak, {} notes", self.notes.len())
    }
}

/// A page of a note, which does not say why it has several.
#[secure_resource(
    uri = "pages://{note}/{page}", scope = all("notes:read", "pages:read"), owner = (caller("a page names its note alone"), note),
    rate(60/minute, burst = 5, per = resource), timeout = 2s, max_output = 8KiB, concurrency = 2, releases(card), audit_output = digest,
    name = "note.page", title = "A page", version = "1", deprecated = "read the note",
)]
async fn page(
    cabinet: &Cabinet,
    caller: &Caller,
    call: &Call,
    /// Which note.
    note: Owned<Note>,
    /// Which page.
    #[arg(min = 1, max = 9)]
    page: u8,
) -> Blob {
    let _ = (cabinet, call.id());
    Blob::new("text/plain", format!("{}: {page} of {}", caller.subject(), note.text().len()))
}

pub(super) fn register(builder: ServerBuilder<Cabinet>) -> ServerBuilder<Cabinet> {
    builder.resource(Cabinet::note_by_uri()).resource(Cabinet::label()).resource(page())
}
