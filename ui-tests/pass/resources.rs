//! Resources as methods, as associated and free functions, in a generic `impl` block, with fixed URIs and with variables of every kind.
use secure_tool::{Load, prelude::*};
use secure_tool_ui_tests::{Cabinet, Note, NoteKey};

trait Store: Send + Sync + 'static {
    const READ: &str;
    fn notes(&self) -> Vec<(NoteKey, Note)>;
}

struct Memory;

impl Store for Memory {
    const READ: &str = "memory:read";

    fn notes(&self) -> Vec<(NoteKey, Note)> {
        vec![(NoteKey(1), Note::new("alice", "milk"))]
    }
}

struct Shelf<S>(S);

impl<S: Store> Load<Note> for Shelf<S> {
    async fn load(&self, key: &NoteKey) -> Result<Option<Note>, ToolError> {
        Ok(self.0.notes().into_iter().find(|(found, _)| found == key).map(|(_, note)| note))
    }
}

impl<S: Store> Shelf<S> {
    /// One note.
    #[secure_resource(uri = "shelf://notes/{note}", scope = S::READ, owner = note, list = Self::my_notes)]
    async fn note(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) -> Result<Json<String>, ToolError> {
        Ok(Json(note.text().to_owned()))
    }

    async fn my_notes(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError> {
        let mine = self.0.notes().into_iter().filter(|(_, note)| note.owner() == Owner::subject(caller.subject()));
        Ok(Mine(mine.map(|(key, note)| ListedResource::of(&note, [("note", key.0)]).title(note.text())).collect()))
    }

    /// What is on the shelf, where it may block.
    #[secure_resource(uri = "shelf://all", scope = "memory:read", owner = caller("a number, which belongs to nobody"), mime = "text/plain")]
    fn all(&self, caller: &Caller, permit: &Permit<Read>) -> String {
        let _ = permit;
        format!("{}: {}", caller.subject(), self.0.notes().len())
    }
}

struct Resources;

impl Resources {
    /// A page of the price list.
    #[secure_resource(
        uri = "prices://{year}/{part}.csv",
        scope = public("the price list is public"),
        owner = unowned("prices belong to nobody"),
        mime = "text/csv; charset=utf-8",
        rate(60/minute, per = resource),
        max_output = 1MiB,
        releases(blob, card),
        audit_output = digest,
        name = "price.list",
        title = "Prices",
        version = "2",
        deprecated = "read `tariffs://`"
    )]
    async fn prices(
        _cabinet: &Cabinet,
        call: &Call,
        /// Which year.
        #[arg(min = 2000, max = 2100)]
        year: u16,
        /// Whether it is a summary.
        #[arg(name = "part")]
        summary: bool,
    ) -> Blob {
        let _: Option<Self> = None;
        let _ = call;
        Blob::new("text/csv", format!("{year};{summary}"))
    }
}

/// The caller's own notes.
#[secure_resource(uri = "profiles://mine", scope = "notes:read", owner = caller)]
async fn mine(cabinet: &Cabinet, caller: &Caller) -> Mine<Vec<Proven<String>>> {
    let _ = (cabinet, caller.subject());
    Mine(Vec::new())
}

/// A note of any cabinet.
#[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = note)]
async fn note(
    /// Which note.
    note: Owned<Note>,
) -> String {
    note.text().to_owned()
}

/// A page of a note.
#[secure_resource(uri = "pages://{note}/{page}", scope = "notes:read", owner = note, list = module::nothing::<Note>)]
fn page(
    cabinet: &Cabinet,
    /// Which note.
    note: Owned<Note>,
    /// Which page.
    #[arg(one_of = [1, 2])]
    page: u8,
) -> String {
    let _ = cabinet;
    format!("{page}: {}", note.text())
}

mod module {
    use secure_tool::prelude::*;
    use secure_tool_ui_tests::Cabinet;

    pub async fn nothing<T>(_cabinet: &Cabinet, _caller: &Caller) -> Mine<Vec<ListedResource>> {
        Mine(Vec::new())
    }
}

fn main() {
    let shelf = SecureServer::builder(Shelf(Memory)).resource(Shelf::note()).resource(Shelf::<Memory>::all()).build();
    assert!(shelf.is_ok(), "{:?}", shelf.err().map(|error| error.problems().to_vec()));
    let cabinet = SecureServer::builder(Cabinet::default())
        .resource(Resources::prices())
        .resource(mine())
        .resource(note())
        .resource(page())
        .build();
    assert!(cabinet.is_ok(), "{:?}", cabinet.err().map(|error| error.problems().to_vec()));
}
