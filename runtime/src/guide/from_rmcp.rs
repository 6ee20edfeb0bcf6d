//! How a server written with rmcp's `#[tool]` becomes a guarded one, tool by tool.
//!
//! # What becomes what
//!
//! | rmcp | here |
//! |---|---|
//! | `#[tool(description = "…")]` | a doc comment on the function |
//! | `annotations(read_only_hint = true)`, `destructive_hint` | `read_only`, `destructive` |
//! | `Parameters(a): Parameters<Search>` | `#[arg(flatten)] a: Search`, where `Search` derives [`Arguments`](trait@crate::Arguments); clients send the same |
//! | `#[schemars(length(max = 80))]` and the like | `#[arg(max_len = 80)]` |
//! | `note_id: String`, inside a struct or not | a parameter `note: Owned<Note>`, or `note_id: NoteKey` where the body needs no loaded note; `owner` names it |
//! | `user_id: String` | `caller: &Caller` and `owner = caller` |
//! | `path: PathBuf`, `url: Url` | [`path: SafePath`](crate::types::SafePath) with a `Root` (feature `paths`); `url: PublicUrl` (feature `urls`) |
//! | `Result<_, ErrorData>`, `Result<_, String>` | [`ToolError`](crate::ToolError), or an enum that derives [`ToolFailure`](trait@crate::ToolFailure) |
//! | `Json<Vec<Note>>` from a reader with `owner = caller` | [`Mine<Vec<NoteView>>`](crate::Mine) |
//! | `Content::image(data, "image/png")`, `ContentBlock::image` | [`Image::png(bytes)`](crate::Image) and `releases(image)`; [`Audio`](crate::Audio) likewise |
//! | `CallToolResult::success(vec![…])`, `Vec<Content>` | [`Answer::new().block(…).block(…)`](crate::Answer); from a reader with `owner = caller` a [`ProvenAnswer`](crate::ProvenAnswer) |
//! | `ContentBlock::resource_link(…)` | [`Link::to("invoices://{invoice}", [("invoice", id)])`](crate::Link), to a resource of the same server |
//! | `ContentBlock::resource(…)`, `embedded_text(…)` | [`Embedded::text(link, text)`](crate::Embedded); bytes need `releases(blob)` |
//! | `CallToolResult::structured(value)` | [`Json`](crate::Json); beside other blocks, [`Answer::new().block(…).json(value)`](crate::Answer::json) |
//! | `RequestContext`, `Peer` | [`&Call`](crate::Call), [`&Caller`](crate::Caller), [`&Progress`](crate::Progress) for `notify_progress`, `confirm = "…"` |
//! | `#[prompt]`, `Vec<PromptMessage>`, `GetPromptResult` | [`#[secure_prompt]`](macro@crate::secure_prompt), [`Prompt::new().user(…).assistant(…)`](crate::Prompt) |
//! | `complete` of `ServerHandler` | [`#[arg(complete = Self::my_numbers)]`](crate::guide::prompts#completion) |
//! | `#[prompt_router]`, `#[prompt_handler]` | nothing; `.prompt(Desk::letter())` for each prompt |
//! | `#[tool_router]`, `#[tool_handler]`, `ToolRouter<Self>` | nothing; `.tool(Desk::read_note())` for each tool |
//! | `Clone` and `Arc` around the state | the state itself: the server keeps it in an `Arc`, and `self: Arc<Self>` is a parameter of a tool that needs one |
//!
//! The order that saves time: first the keys of objects as types, then `scope` and `owner` of each tool, then the return types. The compiler
//! reports the mistakes of an attribute and a signature at once. Errors of types, such as a wrong return type, come in the next round.
//!
//! # An example
//!
//! ```
//! use std::{collections::HashMap, sync::{Mutex, PoisonError}};
//!
//! use schemars::JsonSchema;
//! use secure_tool::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone)]
//! struct Note { id: String, author: String, text: String }
//!
//! /// A type of its own for each kind of key: a `String` could name anything.
//! #[derive(Deserialize, JsonSchema)]
//! struct NoteKey(String);
//!
//! /// What leaves, and whose it is.
//! #[derive(Serialize, JsonSchema, HasOwners)]
//! struct NoteView {
//!     id: String,
//!     #[serde(skip)]
//!     #[owner(subject)]
//!     author: String,
//! }
//!
//! struct Desk { notes: Mutex<HashMap<String, Note>> }
//! # impl Desk {
//! #     fn all(&self) -> std::sync::MutexGuard<'_, HashMap<String, Note>> { self.notes.lock().unwrap_or_else(PoisonError::into_inner) }
//! # }
//!
//! /// For `note: Owned<Note>`, two implementations: who owns a note, and how it is loaded.
//! impl Resource for Note {
//!     type Key = String;
//!     fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) }
//! }
//! impl Load<Note> for Desk {
//!     async fn load(&self, key: &String) -> Result<Option<Note>, ToolError> { Ok(self.all().get(key).cloned()) }
//! }
//!
//! /// For `note_ids: Vec<NoteKey>`, one.
//! impl OwnerOf<NoteKey> for Desk {
//!     async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
//!         Ok(self.all().get(&key.0).map(Resource::owner))
//!     }
//! }
//!
//! /// The struct that `Parameters<Search>` held. Attributes of serde need its derive, as before; `#[arg(default = 20)]` needs none.
//! #[derive(Arguments)]
//! struct Search {
//!     /// What the text contains.
//!     #[arg(min_len = 2)]
//!     text: String,
//!     /// How many notes at most.
//!     #[arg(max = 50, default = 20)]
//!     limit: u32,
//! }
//!
//! impl Desk {
//!     /// Read a note.
//!     #[secure_tool(scope = "notes:read", owner = note, read_only)]
//!     async fn read_note(
//!         &self,
//!         /// Which note.
//!         note: Owned<Note>,
//!     ) -> String {
//!         note.into_inner().text
//!     }
//!
//!     /// Search the caller's notes.
//!     #[secure_tool(scope = "notes:read", owner = caller, read_only)]
//!     async fn search_notes(&self, caller: &Caller, #[arg(flatten)] search: Search) -> Mine<Vec<NoteView>> {
//!         let all = self.all();
//!         let found = all.values().filter(|note| note.author == caller.subject() && note.text.contains(&search.text));
//!         let view = |note: &Note| NoteView { id: note.id.clone(), author: note.author.clone() };
//!         Mine(found.take(search.limit as usize).map(view).collect())
//!     }
//!
//!     /// Count the caller's notes.
//!     #[secure_tool(scope = "notes:read", owner = caller("a number, which belongs to no note"), read_only)]
//!     async fn count_notes(&self, caller: &Caller) -> Json<usize> {
//!         Json(self.all().values().filter(|note| note.author == caller.subject()).count())
//!     }
//!
//!     /// Archive several notes. Those that are gone, or are not the caller's, are left out.
//!     #[secure_tool(scope = "notes:write", owner = note_ids)]
//!     async fn archive_notes(
//!         &self,
//!         /// Which notes.
//!         #[arg(skip_foreign, max_items = 20)]
//!         note_ids: Vec<NoteKey>,
//!     ) -> Json<usize> {
//!         let archived = note_ids.iter().filter(|key| self.all().contains_key(&key.0));
//!         Json(archived.count())
//!     }
//!
//!     /// Delete a note.
//!     #[secure_tool(scope = "notes:delete", owner = note_id, destructive, confirm = "Delete the note {note_id}?")]
//!     async fn delete_note(
//!         &self,
//!         /// Which note.
//!         note_id: NoteKey,
//!     ) -> Result<(), ToolError> {
//!         self.all().remove(&note_id.0).ok_or_else(ToolError::not_found)?;
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let desk = Desk { notes: Mutex::default() };
//! let server = SecureServer::builder(desk)
//!     .tool(Desk::read_note())
//!     .tool(Desk::search_notes())
//!     .tool(Desk::count_notes())
//!     .tool(Desk::archive_notes())
//!     .tool(Desk::delete_note())
//!     .allow_writes() // without it, the last two are unknown tools
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Questions that come up
//!
//! - **A tool is unknown although it is registered.** It is not `read_only`, and the builder does not say
//!   [`allow_writes()`](crate::ServerBuilder::allow_writes); or it is [`only_in`](macro@crate::secure_tool) another environment. The audit record says
//!   which: `"stage":"switch","rule":"read_only"`.
//! - **`?` on an `anyhow::Error` does not compile in a body that fails with [`ToolError`](crate::ToolError).** Write
//!   `.map_err(ToolError::masked)?`, or let the tool fail with `anyhow::Error` itself (feature `anyhow`).
//! - **The body blocks.** Leave out `async`: the tool then runs where it may block.
//! - **A lock is held over an `.await`** (`future cannot be sent between threads safely`). Drop the guard of a `std::sync::Mutex` first, as
//!   in any task of tokio.
//! - **A `Url` or a path must be accepted as it is.** `#[arg(raw("why any address is safe"))]`.
//! - **A struct that clients have always sent as one object.** `#[arg(nested)]`, and the struct derives `Deserialize` and `JsonSchema`.
