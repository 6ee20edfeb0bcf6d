//! Effects, permits and every way to confirm, on objects that can show themselves and on others.

use secure_tool::{prelude::*, schemars::JsonSchema, serde};
use secure_tool_ui_tests::{Cabinet, FolderKey, Note};

mod generic {
    use secure_tool::{Destroy, prelude::*};
    use std::fmt::Display;

    /// A shelf of anything.
    pub struct Shelf<T>(pub Vec<T>);

    impl<T> Load<T> for Shelf<T>
    where
        T: Resource<Key = u32> + Clone + Send + Sync,
    {
        async fn load(&self, key: &u32) -> Result<Option<T>, ToolError> {
            Ok(self.0.get(*key as usize).cloned())
        }
    }

    impl<T: Resource<Key = u32> + Clone + Display + Send + Sync + 'static> Shelf<T> {
        /// Take something away.
        #[secure_tool(scope = "shelf:write", owner = (item, other), destructive, confirm = "Take {item} and {other}?")]
        pub async fn take_away(
            &self,
            permit: &Permit<Destroy>,
            /// Which.
            item: Owned<T>,
            /// Which else.
            other: Option<Owned<T>>,
        ) -> String {
            let _: &dyn std::fmt::Debug = permit;
            format!("{} and {}", *item, other.is_some())
        }
    }
}

/// A key of one's own.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct Reason {
    code: u8,
}

/// The data layer.
fn remove(_permit: &impl Allows<Destroy>, _note: Note) {}

/// It reads by the way.
fn count(_permit: &impl Allows<Read>) -> u32 {
    1
}

/// Delete notes.
#[secure_tool(
    scope = "notes:delete",
    owner = (caller, note, notes, folder),
    confirm = "Delete {note}, {notes} and {folder} because of {reason} and {type} {{really}}?",
    destructive
)]
async fn delete_notes(
    cabinet: &Cabinet,
    permit: &Permit<Destroy>,
    caller: &Caller,
    /// Which note.
    note: Owned<Note>,
    /// Which notes.
    #[arg(max_items = 10)]
    notes: Vec<Owned<Note>>,
    /// Which folder.
    folder: FolderKey,
    /// Why.
    reason: Reason,
    /// Which type.
    #[arg(max_len = 200)]
    r#type: Option<String>,
) -> Json<u32> {
    let _ = (cabinet, caller.subject(), folder.0, reason.code, r#type);
    remove(permit, note.into_inner());
    notes.into_iter().for_each(|note| remove(permit, note.into_inner()));
    Json(count(permit))
}

/// Shred a note, on a thread that may block.
#[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = operator("Shred {note}?",))]
fn shred(
    _cabinet: &Cabinet,
    permit: &Permit<Destroy>,
    /// Which note.
    note: Owned<Note>,
) {
    remove(permit, note.into_inner());
}

/// Remove a bookmark.
#[secure_tool(scope = "notes:write", owner = note, confirm = never("a bookmark is set again in no time"))]
async fn remove_bookmark(
    _cabinet: &Cabinet,
    permit: &Permit<Write>,
    /// Of which note.
    note: Owned<Note>,
) -> Json<u32> {
    let _ = note.text();
    Json(count(permit))
}

/// Look.
#[secure_tool(scope = "notes:read", owner = unowned("the number of notes is no secret"), read_only)]
async fn look(_cabinet: &Cabinet, permit: &Permit<Read>) -> Json<u32> {
    Json(count(permit))
}

/// A thing with a name.
#[derive(Clone)]
struct Thing;

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("thing")
    }
}

impl Resource for Thing {
    type Key = u32;

    fn owner(&self) -> Owner {
        Owner::subject("alice")
    }
}

fn main() {
    let built = SecureServer::builder(Cabinet::default())
        .tool(delete_notes())
        .tool(shred())
        .tool(remove_bookmark())
        .tool(look())
        .approver(secure_tool::Approvals::default())
        .build();
    assert!(built.is_ok(), "{built:?}");
    assert!(SecureServer::builder(generic::Shelf(vec![Thing])).tool(generic::Shelf::take_away()).build().is_ok());
}
