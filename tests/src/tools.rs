//! The tools of the test server.

use std::{collections::BTreeMap, sync::PoisonError, time::Duration};

use schemars::JsonSchema;
use secure_tool::prelude::*;
use secure_tool_testkit::LIMIT;
use serde::{Deserialize, Serialize};

use crate::desk::{Broken, CANARY, Desk, Note, NoteKey};

/// How long a slow tool takes if nobody stops it.
const SLOW: Duration = Duration::from_secs(20);

/// An enumeration that the model chooses from.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Colour {
    /// Like a rose.
    Red,
    /// Like the sea.
    Blue,
}

/// A struct within a struct within an argument.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Box3 {
    /// How wide.
    width: u8,
    /// What is in it.
    #[serde(default)]
    content: Vec<String>,
    /// In which it stands.
    outer: Option<Box<Box3>>,
}

/// What `shapes` was given.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Shapes {
    colour: Colour,
    small: i8,
    share: f64,
    maybe: Option<u16>,
    tags: Vec<String>,
    nested: Option<Box3>,
    counts: BTreeMap<String, u32>,
    page: u32,
}

impl Desk {
    /// Read one note of the caller.
    #[secure_tool(scope = "notes:read", owner = note, rate = 1000000/minute, read_only, version = "1.2")]
    pub(crate) async fn get_note(
        &self,
        /// Which note.
        note: Owned<Note>,
    ) -> Result<Json<Note>, ToolError> {
        self.run();
        Ok(Json(note.into_inner()))
    }

    /// Read several notes of the caller.
    #[secure_tool(scope = "notes:read", owner = notes, rate = 1000000/minute, read_only)]
    pub(crate) async fn get_notes(
        &self,
        /// Which notes.
        #[arg(max_items = 5)]
        notes: Vec<Owned<Note>>,
    ) -> Json<Vec<Note>> {
        self.run();
        Json(notes.into_iter().map(Owned::into_inner).collect())
    }

    /// Read a note of the caller, if one is named.
    #[secure_tool(scope = "notes:read", owner = note, rate = 1000000/minute, read_only)]
    pub(crate) async fn maybe_note(
        &self,
        /// Which note.
        note: Option<Owned<Note>>,
    ) -> String {
        self.run();
        note.map_or_else(|| "none".into(), |note| note.text.clone())
    }

    /// Tell how long a note of the caller is.
    #[secure_tool(scope = "notes:read", owner = note, rate = 1000000/minute, read_only)]
    pub(crate) fn note_length(
        &self,
        /// Which note.
        note: NoteKey,
    ) -> Json<usize> {
        self.run();
        Json(self.find(note).map_or(0, |note| note.text.len()))
    }

    /// List the caller's notes.
    #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), rate = 1000000/minute, read_only)]
    pub(crate) async fn list_notes(&self, caller: &Caller) -> Json<Vec<u32>> {
        self.run();
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        Json(notes.iter().filter(|note| note.author == caller.subject()).map(|note| note.id).collect())
    }

    /// List notes as a careless query finds them.
    #[secure_tool(scope = "notes:read", owner = caller, rate = 1000000/minute, read_only)]
    pub(crate) async fn careless(
        &self,
        caller: &Caller,
        /// Whether the query forgets whose notes it is about.
        forget: bool,
        /// Whether there is a note at all.
        #[arg(default = true)]
        any: bool,
    ) -> Result<Mine<Vec<Note>>, ToolError> {
        self.run();
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Mine(notes.iter().filter(|note| any && (forget || note.author == caller.subject())).cloned().collect()))
    }

    /// Add a note.
    #[secure_tool(scope = all("notes:read", "notes:write"), owner = caller, rate = 1000000/minute)]
    pub(crate) async fn add_note(
        &self,
        caller: &Caller,
        /// What it says.
        #[arg(min_len = 1, max_len = 200)]
        text: String,
    ) -> Json<u32> {
        self.run();
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let id = 100 + u32::try_from(notes.len()).unwrap_or(u32::MAX - 100);
        notes.push(Note { id, author: caller.subject().into(), text });
        Json(id)
    }

    /// Say back what was said.
    #[secure_tool(scope = "desk:test", owner = unowned("an echo belongs to nobody"), rate = 1000000/minute, read_only)]
    pub(crate) async fn echo(
        &self,
        /// What to say.
        text: String,
        /// A secret to keep.
        #[arg(audit = none)]
        password: Option<Secret<String>>,
    ) -> String {
        self.run();
        if password.is_some_and(|password| password.expose().is_empty()) { "no password".into() } else { text }
    }

    /// Take one argument of every kind.
    #[secure_tool(scope = "desk:test", owner = unowned("only shapes, of nobody"), rate = 1000000/minute, read_only)]
    #[expect(clippy::too_many_arguments)]
    pub(crate) async fn shapes(
        &self,
        /// A choice.
        colour: Colour,
        /// A small number.
        #[arg(min = -5, max = 5)]
        small: i8,
        /// A share.
        #[arg(min = 0, max = 1, example = 0.5)]
        share: f64,
        /// Perhaps a number.
        maybe: Option<u16>,
        /// Some words.
        #[arg(pattern = "[a-z]{1,8}", max_items = 3)]
        tags: Vec<String>,
        /// A box in a box.
        nested: Option<Box3>,
        /// How many of what.
        counts: BTreeMap<String, u32>,
        /// Which page.
        #[arg(min = 1, default = 1)]
        page: u32,
    ) -> Json<Shapes> {
        self.run();
        Json(Shapes { colour, small, share, maybe, tags, nested, counts, page })
    }

    /// Take long.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), rate = 1000000/minute, read_only, timeout = 300ms, concurrency = 2)]
    pub(crate) async fn slow(&self) -> &'static str {
        self.run();
        tokio::time::sleep(SLOW).await;
        self.finish();
        "done"
    }

    /// Take longer than anybody waits, without letting go of the thread.
    #[secure_tool(scope = "desk:test", owner = unowned("nothing but time"), rate = 1000000/minute, read_only, timeout = 200ms, concurrency(2, per_caller = 2))]
    pub(crate) fn slow_blocking(&self, call: &Call) -> &'static str {
        self.run();
        let begun = std::time::Instant::now();
        // A thread that waits on would keep the process of a failed test alive.
        while (!call.is_abandoned() || self.is_held()) && begun.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.finish();
        "done"
    }

    /// Panic.
    #[secure_tool(scope = "desk:test", owner = unowned("a panic is nobody's"), rate = 1000000/minute, read_only, concurrency = 1)]
    pub(crate) async fn panics(&self) {
        self.run();
        tokio::task::yield_now().await;
        panic!("{CANARY}");
    }

    /// Panic on a blocking thread.
    #[secure_tool(scope = "desk:test", owner = unowned("a panic is nobody's"), rate = 1000000/minute, read_only, concurrency = 1)]
    pub(crate) fn panics_blocking(&self) {
        self.run();
        panic!("{CANARY}");
    }

    /// Fail in the way that is asked for.
    #[secure_tool(scope = "desk:test", owner = unowned("a failure is nobody's"), rate = 1000000/minute, read_only)]
    pub(crate) async fn fails(
        &self,
        /// How.
        #[arg(one_of = ["not_found", "invalid", "conflict", "unavailable", "forbidden", "internal"])]
        how: String,
    ) -> Result<(), ToolError> {
        self.run();
        Err(match how.as_str() {
            "not_found" => ToolError::not_found(),
            "invalid" => ToolError::invalid("that day is a holiday"),
            "conflict" => ToolError::conflict("it is paid already"),
            "unavailable" => ToolError::unavailable(Duration::from_millis(1500)),
            "forbidden" => ToolError::forbidden("only on weekdays"),
            _ => Broken.into(),
        })
    }

    /// Answer at length.
    #[secure_tool(scope = "desk:test", owner = unowned("only noise"), rate = 1000000/minute, read_only, max_output = 1KiB)]
    pub(crate) async fn big(
        &self,
        /// How long.
        #[arg(max = 1000000)]
        bytes: u32,
    ) -> Json<String> {
        self.run();
        Json("x".repeat(bytes as usize))
    }

    /// Be called three times, two of them at once.
    #[secure_tool(scope = "desk:test", owner = unowned("only a counter"), rate(3/hour, burst = 2), read_only)]
    pub(crate) async fn scarce(
        &self,
        /// Whether to be found wanting at a later stage.
        fail: bool,
    ) -> Result<(), ToolError> {
        self.run();
        if fail { Err(ToolError::invalid("as you wish")) } else { Ok(()) }
    }

    /// Be called twice by each tenant.
    #[secure_tool(scope = "desk:test", owner = unowned("only a counter"), rate(2/hour, per = tenant), read_only)]
    pub(crate) async fn scarce_per_tenant(&self) {
        self.run();
    }

    /// Be called twice through each client.
    #[secure_tool(scope = "desk:test", owner = unowned("only a counter"), rate(2/hour, per = client), read_only)]
    pub(crate) async fn scarce_per_client(&self) {
        self.run();
    }

    /// Be called twice by anybody.
    #[secure_tool(scope = "desk:test", owner = unowned("only a counter"), rate(2/hour, per = tool), read_only)]
    pub(crate) async fn scarce_per_tool(&self) {
        self.run();
    }

    /// Serve one call at a time.
    #[secure_tool(scope = "desk:test", owner = unowned("only a place"), rate = 1000000/minute, read_only, concurrency = 1)]
    pub(crate) async fn one_at_a_time(
        &self,
        /// Whether to stay until the call is withdrawn.
        #[arg(default = false)]
        stay: bool,
    ) {
        self.run();
        if stay {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.finish();
    }

    /// Let callers in who may read or write.
    #[secure_tool(scope = any("notes:read", "notes:write"), owner = unowned("only a door"), rate = 1000000/minute, read_only)]
    pub(crate) async fn either(&self) {
        self.run();
    }
}

/// Tell that the server is there.
#[secure_tool(scope = public("says nothing but hello"), owner = unowned("a greeting is nobody's"), read_only)]
pub(crate) fn ping() -> &'static str {
    "pong"
}

/// Tell who calls.
#[secure_tool(scope = "desk:test", owner = caller("its answer holds no rows"), rate = 1000000/minute, read_only, title = "Who am I", deprecated = "use `list_notes`")]
pub(crate) async fn whoami(caller: &Caller, call: &Call) -> String {
    format!("{} in {}", caller.subject(), call.tool())
}

/// Count the caller's notes.
#[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), rate = 1000000/minute, read_only, name = "notes.count")]
pub(crate) fn count_notes(desk: &Desk, caller: &Caller) -> Json<usize> {
    desk.run();
    let notes = desk.notes.lock().unwrap_or_else(PoisonError::into_inner);
    Json(notes.iter().filter(|note| note.author == caller.subject()).count())
}
