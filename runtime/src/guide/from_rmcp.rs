//! Coming from rmcp: the counterpart of each construct, with a worked example.
//!
//! After this chapter you can port a server from rmcp 3. To save time, port it in this order: first create types for the keys of objects, then
//! write `scope` and `owner` of each tool, then change the return types. The compiler reports all mistakes in attributes and signatures at
//! once; type errors, such as a wrong return type, appear when those are fixed.
//!
//! # Counterparts
//!
//! ## Tools and their arguments
//!
//! | rmcp | here |
//! |---|---|
//! | `#[tool(description = "…")]` | [`#[secure_tool(…)]`](macro@crate::secure_tool), and a doc comment on the function |
//! | `#[tool(name, title)]` | `name`, `title` |
//! | `annotations(read_only_hint = true)`, `destructive_hint` | `read_only`, `destructive`, which are enforced |
//! | `annotations(idempotent_hint, open_world_hint)` | `hints(idempotent, closed_world)` |
//! | `icons`, `meta` of a tool, a prompt or a resource | `icon`, `meta(…)` |
//! | `Parameters(a): Parameters<Search>` | `#[arg(flatten)] a: Search`, where `Search` derives [`Arguments`](trait@crate::Arguments); clients send the same |
//! | `Parameters<JsonObject>`, `Parameters<Value>` | a typed argument: untyped arguments do not compile (ST30) |
//! | `#[schemars(length(max = 80))]` and the like | `#[arg(max_len = 80)]` |
//! | `#[tool(input_schema, output_schema)]` | nothing: schemas are generated from the parameters and the return type, so that they match what is enforced |
//! | `note_id: String`, inside a struct or not | a parameter `note: Owned<Note>`, or `note_id: NoteKey` if the body does not need the loaded note; `owner` names it |
//! | `user_id: String` | `caller: &Caller` and `owner = caller` |
//! | `path: PathBuf`, `url: Url` | [`path: SafePath`](crate::types::SafePath) with a `Root` (feature `paths`); `url: PublicUrl` (feature `urls`) |
//! | `#[tool_router]`, `#[tool_handler]`, `ToolRouter<Self>`, `list_tools`, `call_tool`, `get_tool` | nothing; `.tool(Desk::read_note())` for each tool |
//! | `ToolRouter::disable_route` | [`Switches`](crate::Switches) while the server runs, `only_in(…)` by environment |
//! | `Clone` and `Arc` around the state | the state itself: the server keeps it in an `Arc`. A tool that needs the `Arc` takes `self: Arc<Self>` |
//!
//! ## Answers
//!
//! | rmcp | here |
//! |---|---|
//! | `Result<_, ErrorData>`, `Result<_, String>`, `CallToolResult::error(…)` | [`ToolError`](crate::ToolError), or an enum that derives [`ToolFailure`](trait@crate::ToolFailure) |
//! | `ContentBlock::text(…)`, `Content::text` | a `String`, a number or a `bool` as the whole answer; `.block("…")` for one of several blocks |
//! | `Json<T>` | [`Json<T>`](crate::Json) |
//! | `Json<Vec<Note>>` of a `read_only` tool with `owner = caller` | [`Mine<Vec<NoteView>>`](crate::Mine) |
//! | `ContentBlock::image(data, "image/png")`, `Content::image`, `audio` | [`Image::png(bytes)`](crate::Image) and `releases(image)`; [`Audio`](crate::Audio) likewise |
//! | `CallToolResult::success(vec![…])`, `Vec<ContentBlock>` | [`Answer::new().block(…).block(…)`](crate::Answer); for a `read_only` tool with `owner = caller` a [`ProvenAnswer`](crate::ProvenAnswer) |
//! | `ContentBlock::resource_link(…)` | [`Link::to("invoices://{invoice}", [("invoice", id)])`](crate::Link), to a resource of the same server |
//! | `ContentBlock::resource(…)`, `embedded_text(…)` | [`Embedded::text(link, text)`](crate::Embedded); bytes need `releases(blob)` |
//! | `CallToolResult::structured(value)` | [`Json`](crate::Json); beside other blocks, [`Answer::new().block(…).json(value)`](crate::Answer::json) |
//! | text that others wrote, in any of these | [`Untrusted`](crate::Untrusted), which marks it as data |
//! | annotations of a content block (`audience`, `priority`), `_meta` of a result | not offered |
//!
//! ## Prompts, completion and resources
//!
//! | rmcp | here |
//! |---|---|
//! | `#[prompt]`, `Vec<PromptMessage>`, `GetPromptResult` | [`#[secure_prompt]`](macro@crate::secure_prompt), [`Prompt::new().user(…).assistant(…)`](crate::Prompt) |
//! | `Parameters<T>` of a prompt, numbers that arrive as text | a parameter for each argument; the server parses the text. Lists are not possible, because clients send texts |
//! | `#[prompt_router]`, `#[prompt_handler]`, `list_prompts`, `get_prompt` | nothing; `.prompt(Desk::letter())` for each prompt |
//! | `complete` of `ServerHandler` | [`#[arg(complete = Self::my_numbers)]`](crate::guide::prompts#completion); the function does not get the other arguments (`context.arguments`) |
//! | `list_resources`, `list_resource_templates`, `read_resource` by hand | [`#[secure_resource(uri = "notes://{note}")]`](macro@crate::secure_resource), `list = Self::my_notes`, and `.resource(Desk::note())` |
//! | `ResourceContents::text`, `blob` | a `String`, [`Json`](crate::Json), [`Blob`](crate::Blob) |
//! | `ErrorData::resource_not_found` | [`ToolError::not_found()`](crate::ToolError::not_found), which has the same bytes as the refusal for a foreign object |
//! | `_meta` of a list (`tool_handler(meta = …)`), annotations and sizes of resources | not offered |
//! | cursors (`PaginatedRequestParams`) | not offered: a list is complete, and has to fit into `max_output`; a request with a `cursor` gets the error -32602 |
//! | `subscribe`, `listen`, `notify_resource_updated`, `notify_resource_list_changed`, `notify_tool_list_changed`, `notify_prompt_list_changed` | not offered: lists depend on the caller and must not be cached, and each notice would need a separate check |
//!
//! ## The request, and the client behind it
//!
//! | rmcp | here |
//! |---|---|
//! | `RequestContext` | [`&Caller`](crate::Caller), [`&Call`](crate::Call), [`&Progress`](crate::Progress), [`&Permit<Write>`](crate::Permit): references come from the guard |
//! | `context.id`, the header `Mcp-Session-Id` | [`Call::id`](crate::Call::id), which is also in the audit record. Bodies have no access to sessions |
//! | `context.extensions` with `http::request::Parts` | [`Caller::data`](crate::Caller::data): values that an authenticator has attached; bodies have no access to headers and tokens |
//! | `context.meta` | [`Call::trace_id`](crate::Call::trace_id); nothing else is offered |
//! | `context.ct` (`CancellationToken`), `on_cancelled` | nothing: an `async` body is dropped. A blocking one asks [`Call::is_abandoned`](crate::Call::is_abandoned) |
//! | `Peer::notify_progress` | [`Progress::report`](crate::Progress::report) |
//! | `Peer::elicit::<T>`, `create_elicitation`, `InputRequiredResult` | [`Asked<T>`](crate::Asked) for a value, `confirm = "…"` for a yes: asked before the body runs, never from within it |
//! | `Peer::elicit_url` | not offered. `confirm = operator("…")` asks somebody outside of the conversation |
//! | `Peer::create_message` (sampling), `Peer::list_roots`, `on_roots_list_changed` | not offered: the answers would come from the client, without a check. Both are deprecated at 2026-07-28 |
//! | `Peer::notify_logging_message`, `set_level` | not offered: logs are for the operator, who has the [audit log](crate::guide::audit) and spans of `tracing` |
//! | `TaskManager`, `get_task`, `update_task`, `cancel_task` | not offered: a call ends within its `timeout`, and can report its progress |
//! | `on_custom_request`, `on_custom_notification` | not offered: the guard cannot check messages that it does not know |
//!
//! ## The server
//!
//! | rmcp | here |
//! |---|---|
//! | `get_info`, `Implementation`, `with_instructions` | [`name`](crate::ServerBuilder::name), [`version`](crate::ServerBuilder::version), [`instructions`](crate::ServerBuilder::instructions) of the builder |
//! | `ServerCapabilities::builder()`, `supported_protocol_versions` | nothing: the server announces what you register, and serves every protocol from 2025-06-18 on |
//! | `initialize`, `on_initialized`, `discover` | nothing: a server answers all clients in the same way |
//! | `.serve(stdio())`, `.waiting()` | [`serve_stdio(caller)`](crate::SecureServer::serve_stdio) |
//! | `StreamableHttpService`, `axum::serve` | `serve_http(listener, authenticator, options)`, or `router(authenticator)` in an axum application |
//! | `LocalSessionManager`, `SessionStore`, `legacy_session_mode` | nothing: sessions are sealed and not stored; a [`KeyRing`](crate::KeyRing) shares them between processes |
//! | `StreamableHttpServerConfig` | `HttpOptions`: `hosts` and `origins` for `allowed_hosts` and `allowed_origins`, `stop_with` and `drain` for `cancellation_token`; and [`max_message_bytes`](crate::ServerBuilder::max_message_bytes) of the builder for `max_request_body_bytes` |
//! | an axum layer that checks tokens | an authenticator: `ApiKeys`, `JwtAuthenticator`, `Introspection`, `ClientCertificates`, or your own |
//!
//! # An example
//!
//! With rmcp, a tool that deletes a note looks like this. Nothing in it says who may delete which note:
//!
//! ```text
//! #[derive(Deserialize, JsonSchema)]
//! struct DeleteNote { note_id: String }
//!
//! #[tool(description = "Delete a note")]
//! async fn delete_note(&self, Parameters(DeleteNote { note_id }): Parameters<DeleteNote>) -> Result<CallToolResult, ErrorData> {
//!     self.notes.lock().await.remove(&note_id).ok_or_else(|| ErrorData::resource_not_found("no such note", None))?;
//!     Ok(CallToolResult::success(vec![Content::text("deleted")]))
//! }
//! ```
//!
//! The whole server, guarded:
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
//! /// Each kind of key has its own type, so that keys cannot be mixed up.
//! #[derive(Deserialize, JsonSchema)]
//! struct NoteKey(String);
//!
//! /// What the client receives, and who owns it.
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
//! /// For `note_ids: Vec<NoteKey>`, one implementation: who owns the note with this key.
//! impl OwnerOf<NoteKey> for Desk {
//!     async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
//!         Ok(self.all().get(&key.0).map(Resource::owner))
//!     }
//! }
//!
//! /// The struct of `Parameters<Search>`. Attributes of serde need serde's derive, as before; `#[arg(default = 20)]` needs none.
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
//!     /// Archive several notes. Notes that do not exist, or that belong to somebody else, are skipped.
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
//! # Whole servers
//!
//! `examples/migrated` in the repository has ports of three servers that were written with plain SDKs: rmcp's examples `counter` (tools, prompts, fixed resources) and
//! `structured_output`, and a notes server (a tool, a resource with a list, a prompt over all notes). Tests call each item through a client. The notes server kept the
//! notes of all callers in one place. In the port each caller has their own notes. This was most of the work, because the original did not define who owns a note.
//!
//! # Questions that come up
//!
//! - **A tool is unknown although it is registered.** It is not `read_only`, and the builder does not say
//!   [`allow_writes()`](crate::ServerBuilder::allow_writes); or it is [`only_in`](macro@crate::secure_tool) another environment. The audit record says
//!   which: `"stage":"switch","rule":"read_only"`.
//! - **`?` on an `anyhow::Error` does not compile in a body that fails with [`ToolError`](crate::ToolError).** Write
//!   `.map_err(ToolError::masked)?`, or let the tool fail with `anyhow::Error` itself (feature `anyhow`).
//! - **The body blocks.** Leave out `async`: the tool then runs on a thread where it may block.
//! - **A lock is held across an `.await`** (`future cannot be sent between threads safely`). Drop the guard of a `std::sync::Mutex` before the `.await`, as
//!   in any task of tokio.
//! - **A `Url` or a path must be accepted as it is.** `#[arg(raw("why any address is safe"))]`.
//! - **Clients have always sent the struct as one object.** Write `#[arg(nested)]`, and derive `Deserialize` and `JsonSchema`.
//! - **The body checks a field and refuses it with a text** (an empty list, an unknown operation). Declare it in the schema: `#[arg(min_items = 1)]`, an enum. The model then
//!   reads the rule before it calls.
//! - **`CallToolResult` with `isError` and several blocks.** A failure is one sentence; use it to say what to do next.
//! - **Keys that are unique for one caller only, optional keys, lists, and more:** see [frequent questions](super::questions).
