//! What the attribute expands to needs no lint switched off: it compiles where lints are forbidden.

#![forbid(
    dead_code,
    missing_docs,
    non_snake_case,
    unreachable_pub,
    unreachable_code,
    unreachable_patterns,
    unsafe_code,
    unused,
    unused_imports,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    unused_variables,
    variant_size_differences
)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]

use std::{borrow::Cow, fmt, time::Duration};

use secure_tool::{
    prelude::*,
    schemars::{JsonSchema, Schema, SchemaGenerator},
    serde,
};

/// A note.
#[derive(Debug)]
struct Note {
    author: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.author)
    }
}

impl Resource for Note {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject(self.author.as_str())
    }
}

/// A folder, of which nothing can be shown.
struct Folder;

impl Resource for Folder {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject("alice")
    }
}

/// A desk.
#[derive(Debug)]
struct Desk {
    notes: u32,
}

impl Load<Note> for Desk {
    async fn load(&self, key: &u32) -> Result<Option<Note>, ToolError> {
        Ok((*key < self.notes).then(|| Note { author: "alice".to_owned() }))
    }
}

impl Load<Folder> for Desk {
    async fn load(&self, key: &u32) -> Result<Option<Folder>, ToolError> {
        Ok((*key < self.notes).then_some(Folder))
    }
}

/// The number of a drawer.
#[derive(Debug)]
struct Drawer(u32);

impl<'de> serde::Deserialize<'de> for Drawer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Drawer {
    fn schema_name() -> Cow<'static, str> {
        "Drawer".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        u32::json_schema(generator)
    }
}

impl OwnerOf<Drawer> for Desk {
    async fn owner_of(&self, key: &Drawer) -> Result<Option<Owner>, ToolError> {
        Ok((key.0 < self.notes).then(|| Owner::subject("alice")))
    }
}

/// Why a drawer stays shut.
#[derive(Debug, ToolFailure)]
enum Stuck {
    #[failure(not_found)]
    Gone,
    #[failure(conflict("{0} of {1} keys are missing"))]
    Locked(u32, u32),
    #[failure(invalid("the drawer is {width} wide"))]
    Narrow { width: u32, height: u32 },
    #[failure(unavailable(30s))]
    Busy,
    #[failure(unavailable(Duration::from_secs(u64::from(seconds.to_owned()))))]
    Warm { seconds: u32 },
    Broken(fmt::Error),
}

/// No reason at all.
#[derive(Debug, ToolFailure)]
enum Never {}

/// What to look for.
#[derive(Arguments)]
struct Search {
    /// A word.
    #[arg(default = "milk")]
    text: String,
}

impl Desk {
    /// List the caller's notes.
    #[secure_tool(
        scope = any("notes:read", "notes:list"), owner = caller("its answer holds no rows"), rate(60/minute, burst = 10, per = caller), timeout = 5s,
        max_output = 64KiB, concurrency = 8, releases(card), only_in("dev"), title = "Notes", version = "1", read_only
    )]
    async fn list_notes(
        &self,
        caller: &Caller,
        call: &Call,
        permit: &Permit<Read>,
        /// How many at most.
        #[arg(min = 1, max = 50, default = 20)]
        limit: u32,
        /// Whether nothing else counts.
        #[arg(default)]
        exact: bool,
        /// A word that they hold.
        #[arg(max_len = 20, one_of = ["milk", "tea"], example = "milk")]
        word: Option<String>,
        #[arg(flatten)] search: Search,
    ) -> Json<Vec<String>> {
        let _ = (call, permit);
        let text = format!("{limit} {exact} {word:?} {} {}", search.text, self.notes);
        Json(vec![text, caller.subject().to_owned()])
    }

    /// Open a drawer.
    #[secure_tool(scope = "notes:read", owner = drawer)]
    fn open_drawer(
        &self,
        /// Which drawer.
        drawer: Drawer,
    ) -> Result<String, Stuck> {
        match drawer.0 {
            0 => Err(Stuck::Gone),
            1 => Err(Stuck::Locked(1, self.notes)),
            2 => Err(Stuck::Narrow { width: 1, height: 2 }),
            3 => Err(Stuck::Busy),
            4 => Err(Stuck::Warm { seconds: 5 }),
            5 => Err(Stuck::Broken(fmt::Error)),
            number => Ok(number.to_string()),
        }
    }

    /// Close every drawer.
    #[secure_tool(scope = "notes:write", owner = unowned("drawers are everybody's"))]
    async fn close_drawers(&self) -> Result<(), Never> {
        Ok(())
    }

    /// Delete a note.
    #[secure_tool(scope = "notes:delete", owner = (note, folders), destructive, confirm = "Delete {note} from {folders}?")]
    async fn delete_note(
        &self,
        /// Which note.
        note: Owned<Note>,
        /// From which folders.
        #[arg(max_items = 10)]
        folders: Vec<Owned<Folder>>,
    ) -> Result<String, ToolError> {
        let folders = folders.len();
        let author = note.into_inner().author;
        if folders > 100 { Err(ToolError::invalid("too many folders")) } else { Ok(author) }
    }
}

/// Say hello.
#[secure_tool(scope = "notes:read", owner = unowned("a greeting is nobody's"), read_only)]
fn greet() -> String {
    "hello".to_owned()
}

fn main() {
    let desk = Desk { notes: 3 };
    let built = SecureServer::builder(desk)
        .environment("dev")
        .allow_writes()
        .tool(Desk::list_notes())
        .tool(Desk::delete_note())
        .tool(Desk::open_drawer())
        .tool(Desk::close_drawers())
        .tool(greet())
        .build();
    assert!(built.is_ok(), "{built:?}");
}
