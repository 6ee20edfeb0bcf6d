//! What the help of ST02, ST27, ST32 and ST38 proposes, followed to the letter.
#![allow(unused)]

use secure_tool::prelude::*;
use secure_tool::{schemars::JsonSchema, serde::Deserialize};

struct Desk;

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct UserId(String);

impl OwnerOf<UserId> for Desk {
    async fn owner_of(&self, key: &UserId) -> Result<Option<Owner>, ToolError> {
        Ok(Some(Owner::subject(key.0.as_str())))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "secure_tool::serde")]
#[schemars(crate = "secure_tool::schemars")]
struct NoteId(u64);

impl OwnerOf<NoteId> for Desk {
    async fn owner_of(&self, key: &NoteId) -> Result<Option<Owner>, ToolError> {
        Ok((key.0 > 0).then(|| Owner::subject("alice")))
    }
}

/// The attributes of serde and schemars need no derive of theirs.
#[derive(Arguments)]
#[serde(rename_all = "camelCase")]
struct Search {
    /// What to look for.
    #[serde(rename = "query")]
    text: String,
    #[schemars(description = "How many at most.")]
    most_notes: u32,
}

impl Desk {
    /// Count a user's notes.
    #[secure_tool(scope = "notes:read", owner = user_id, read_only)]
    async fn count(&self, /** Whose. */ user_id: UserId) -> String {
        user_id.0
    }

    /// Archive some notes, of those that are the caller's.
    #[secure_tool(scope = "notes:write", owner = (caller, note_ids))]
    async fn archive(&self, caller: &Caller, /** Which. */ #[arg(skip_foreign)] note_ids: Vec<NoteId>) -> String {
        format!("{} {}", caller.subject(), note_ids.len())
    }

    /// Search the board.
    #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
    async fn search(&self, #[arg(flatten)] search: Search) -> String {
        format!("{} {}", search.text, search.most_notes)
    }
}

fn main() {
    let _ = (Desk::count(), Desk::archive(), Desk::search());
}
