//! Keys that `owner` names, single ones and lists, and lists that leave out keys of other callers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use schemars::JsonSchema;
use secure_tool::{Alert, AlertKind, AlertSink, Alerts, MemorySink, OwnerOutcome, ServerBuilder, prelude::*};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
struct NoteKey(u32);

#[derive(Clone)]
struct Note {
    author: &'static str,
    text: &'static str,
}

impl Resource for Note {
    type Key = NoteKey;

    fn owner(&self) -> Owner {
        Owner::subject(self.author)
    }
}

struct Desk {
    notes: HashMap<NoteKey, Note>,
    /// How many the last body was given.
    given: Mutex<Option<usize>>,
}

impl Load<Note> for Desk {
    async fn load(&self, key: &NoteKey) -> Result<Option<Note>, ToolError> {
        Ok(self.notes.get(key).cloned())
    }
}

impl OwnerOf<NoteKey> for Desk {
    async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
        if key.0 == 99 {
            return Err(ToolError::internal("the store is down"));
        }
        Ok(self.notes.get(key).map(Note::owner))
    }
}

impl Desk {
    fn note(&self, key: NoteKey) -> &'static str {
        self.notes.get(&key).map_or("", |note| note.text)
    }

    fn give(&self, count: usize) {
        if let Ok(mut given) = self.given.lock() {
            *given = Some(count);
        }
    }

    /// Read a note, or none.
    #[secure_tool(scope = "notes", owner = note, read_only)]
    async fn maybe(
        &self,
        /// Which note.
        note: Option<NoteKey>,
    ) -> String {
        self.give(note.iter().count());
        note.map_or("none", |note| self.note(note)).to_owned()
    }

    /// Read notes.
    #[secure_tool(scope = "notes", owner = notes, read_only)]
    async fn many(
        &self,
        /// Which notes.
        notes: Vec<NoteKey>,
    ) -> String {
        self.give(notes.len());
        notes.into_iter().map(|note| self.note(note)).collect::<Vec<_>>().join(" ")
    }

    /// Read those notes that are the caller's.
    #[secure_tool(scope = "notes", owner = notes, read_only)]
    async fn own_keys(
        &self,
        /// Which notes.
        #[arg(skip_foreign)]
        notes: Vec<NoteKey>,
    ) -> String {
        self.give(notes.len());
        notes.into_iter().map(|note| self.note(note)).collect::<Vec<_>>().join(" ")
    }

    /// Read those notes that are the caller's.
    #[secure_tool(scope = "notes", owner = notes, read_only)]
    fn own_notes(
        &self,
        /// Which notes.
        #[arg(skip_foreign)]
        notes: Vec<Owned<Note>>,
    ) -> String {
        self.give(notes.len());
        notes.iter().map(|note| note.text).collect::<Vec<_>>().join(" ")
    }
}

struct Setup {
    server: SecureServer<Desk>,
    desk: Arc<Desk>,
    audit: Arc<MemorySink>,
}

/// The kinds of the alerts, and of how many events they tell.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(AlertKind, u64)>>>);

impl AlertSink for Heard {
    fn alert(&self, alert: &Alert) {
        self.0.lock().unwrap().push((alert.kind, alert.count));
    }
}

fn setup() -> Setup {
    setup_with(|builder| builder)
}

fn setup_with(change: impl FnOnce(ServerBuilder<Desk>) -> ServerBuilder<Desk>) -> Setup {
    let note = |key, author, text| (NoteKey(key), Note { author, text });
    let notes = [note(1, "alice", "milk"), note(2, "alice", "bread"), note(3, "bob", "gin")].into();
    let desk = Arc::new(Desk { notes, given: Mutex::new(None) });
    let audit = Arc::new(MemorySink::new(100));
    let builder = SecureServer::builder_shared(Arc::clone(&desk))
        .tool(Desk::maybe())
        .tool(Desk::many())
        .tool(Desk::own_keys())
        .tool(Desk::own_notes())
        .audit(Arc::clone(&audit));
    let server = change(builder).build().unwrap();
    Setup { server, desk, audit }
}

impl Setup {
    /// The text, and what the body was given.
    async fn call(&self, tool: &str, arguments: Value) -> (Result<String, String>, Option<usize>) {
        let Value::Object(arguments): Value = arguments else { panic!("no object") };
        let arguments: Map<String, Value> = arguments;
        let alice = Arc::new(Caller::local("alice").with_scopes(["notes"]));
        let answer = self.server.call(&alice, tool, arguments).await.into_result();
        let said = answer.map(|answer| answer.text().into_owned()).map_err(|error| error.code().as_str().to_owned());
        (said, self.desk.given.lock().unwrap().take())
    }
}

#[tokio::test]
async fn an_optional_key() {
    let setup = setup();
    assert_eq!(setup.call("maybe", json!({"note": 1})).await, (Ok("milk".into()), Some(1)));
    assert_eq!(setup.call("maybe", json!({})).await, (Ok("none".into()), Some(0)));
    let records = setup.audit.take();
    assert_eq!((records[0].owner, records[1].owner), (OwnerOutcome::Owned, OwnerOutcome::Caller));
    for (note, outcome) in [(3, OwnerOutcome::Foreign), (4, OwnerOutcome::Absent)] {
        assert_eq!(setup.call("maybe", json!({"note": note})).await, (Err("not_found".into()), None));
        assert_eq!(setup.audit.take()[0].owner, outcome);
    }
}

#[tokio::test]
async fn the_owner_of_every_key_of_a_list_is_checked() {
    let setup = setup();
    assert_eq!(setup.call("many", json!({"notes": [2, 1]})).await, (Ok("bread milk".into()), Some(2)));
    for notes in [json!([1, 3]), json!([1, 4]), json!([3])] {
        assert_eq!(setup.call("many", json!({"notes": notes})).await, (Err("not_found".into()), None));
    }
}

#[tokio::test]
async fn a_foreign_key_is_recorded_at_any_place_in_a_list() {
    let setup = setup();
    let mut answers = Vec::new();
    for (notes, outcome) in [
        (json!([3, 4]), OwnerOutcome::Foreign),
        (json!([4, 3]), OwnerOutcome::Foreign),
        (json!([1, 4, 2, 3]), OwnerOutcome::Foreign),
        (json!([4, 5]), OwnerOutcome::Absent),
    ] {
        answers.push(setup.call("many", json!({"notes": notes})).await);
        assert_eq!(setup.audit.take()[0].owner, outcome, "{notes}");
    }
    answers.dedup();
    assert_eq!(answers, [(Err("not_found".into()), None)], "nobody learns which it was");
}

#[tokio::test]
async fn foreign_keys_that_are_left_out_of_a_list_still_raise_alerts() {
    let heard = Heard::default();
    let minute = std::time::Duration::from_secs(60);
    let alerts = Alerts::new().threshold(AlertKind::ForeignObjects, 3, minute).to(heard.clone());
    let setup = setup_with(|builder| builder.alerts(alerts));
    let took = || std::mem::take(&mut *heard.0.lock().unwrap());
    for tool in ["own_keys", "own_notes"] {
        for _ in 0..9 {
            assert_eq!(setup.call(tool, json!({"notes": [2, 4, 5]})).await, (Ok("bread".into()), Some(1)), "{tool}");
        }
        assert_eq!(took(), [], "{tool}: what is absent is nobody's");
    }
    for tool in ["own_keys", "own_notes", "many"] {
        let answer = if tool == "many" { (Err("not_found".into()), None) } else { (Ok("bread".into()), Some(1)) };
        assert_eq!(setup.call(tool, json!({"notes": [2, 4, 3]})).await, answer, "{tool}");
    }
    assert_eq!(took(), [(AlertKind::ForeignObjects, 3)]);
    let skipped: Vec<_> =
        setup.audit.take().iter().map(|record| (record.skipped, record.skipped_foreign)).skip(17).collect();
    assert_eq!(skipped, [(2, 0), (2, 1), (2, 1), (0, 0)]);
}

#[tokio::test]
async fn a_list_leaves_out_objects_of_other_callers() {
    let setup = setup();
    for tool in ["own_keys", "own_notes"] {
        let _ = setup.audit.take();
        assert_eq!(setup.call(tool, json!({"notes": [2, 1]})).await, (Ok("bread milk".into()), Some(2)), "{tool}");
        let foreign = setup.call(tool, json!({"notes": [2, 3, 1]})).await;
        let absent = setup.call(tool, json!({"notes": [2, 4, 1]})).await;
        assert_eq!(foreign, (Ok("bread milk".into()), Some(2)), "{tool}");
        assert_eq!(foreign, absent, "{tool}: nobody learns which it was");
        assert_eq!(setup.call(tool, json!({"notes": [3, 4]})).await, (Ok(String::new()), Some(0)), "{tool}");
        let records = setup.audit.take();
        let skipped: Vec<_> = records.iter().map(|record| (record.skipped, record.owner)).collect();
        let (owned, caller) = (OwnerOutcome::Owned, OwnerOutcome::Caller);
        assert_eq!(skipped, [(0, owned), (1, owned), (1, owned), (2, caller)], "{tool}");
        assert_eq!(serde_json::to_value(&records[3]).unwrap()["skipped"], 2, "{tool}");
    }
    // What cannot be told is not left out.
    assert_eq!(setup.call("own_keys", json!({"notes": [1, 99]})).await, (Err("internal".into()), None));
}
