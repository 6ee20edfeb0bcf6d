//! Coming from FastMCP (Python): the counterpart of each construct, with a worked example.
//!
//! After this chapter you can port a server from FastMCP 4. The step from Python to Rust is larger than the step to this library, so the tables
//! also name the counterpart in Rust.
//!
//! # Server
//!
//! | FastMCP | here |
//! |---|---|
//! | `FastMCP(name=…, instructions=…)` | `SecureServer::builder(state).name("…").instructions("…")` |
//! | module globals, `lifespan` | a struct: the state, which every tool borrows as `&self` |
//! | `mcp.run()` | [`serve_stdio(caller)`](crate::SecureServer::serve_stdio) |
//! | `mcp.run(transport="http", host=…, port=…)`, `http_app()` | [`serve_http(listener, authenticator, options)`](crate::SecureServer::serve_http), [`router(authenticator)`](crate::SecureServer::router) |
//! | `transport="sse"` | not offered: that transport is deprecated |
//! | `@mcp.custom_route("/health")` | a separate listener ([health check](super::production#health-check)), or `router` in an axum application |
//! | `JWTVerifier`, `IntrospectionTokenVerifier` | `JwtAuthenticator`, `Introspection` |
//! | `StaticTokenVerifier` | [`ApiKeys`](crate::http::ApiKeys) |
//! | `RemoteAuthProvider` | [`resource`](crate::http::HttpOptions::resource) and [`authorization_servers`](crate::http::HttpOptions::authorization_servers) of the options |
//! | `OAuthProxy`, `OIDCProxy`, an authorization server inside | not offered: this library is a resource server |
//! | `auth=require_scopes("a", "b")` | `scope = all("a", "b")`; required on every tool |
//! | `auth=require_roles(…)`, custom auth checks | [`caller.require::<Roles>()?`](crate::Caller::require) in the body, with [data that an authenticator attaches](super::who_is_calling#roles-plans-and-tokens-for-other-services) |
//! | `RateLimitingMiddleware` | `rate`, `quota` and `cost` on the tool, [`budget`](crate::ServerBuilder::budget) on the server |
//! | other middleware | declarations, [audit](super::audit) and [`Inspect`](crate::Inspect); there is no general hook |
//! | `mask_error_details=True` | always on |
//! | `mcp.mount(…)`, proxies, OpenAPI import, transforms, storage backends, background tasks | not offered |
//! | `on_duplicate="error"` | always: [`build`](crate::ServerBuilder::build) fails |
//! | `async with Client(mcp) as client` in a test | [`SecureServer::call`](crate::SecureServer::call) |
//!
//! # Tools, resources and prompts
//!
//! | FastMCP | here |
//! |---|---|
//! | `@mcp.tool` on a function with a docstring | `#[secure_tool(scope = …, owner = …)]` on a function with a doc comment |
//! | a docstring for each parameter, `Annotated[str, "…"]`, `Field(description=…)` | a doc comment on the parameter |
//! | `Field(ge=1, le=50)`, `Field(max_length=80)`, `Field(pattern=…)` | `#[arg(min = 1, max = 50)]`, `#[arg(max_len = 80)]`, `#[arg(pattern = "…")]` |
//! | `Literal["newest", "oldest"]`, `Enum` | `#[arg(one_of = ["newest", "oldest"])]`, an enum |
//! | `limit: int = 20`, <code>text: str \| None = None</code> | `#[arg(default = 20)] limit: u32`, `text: Option<String>` |
//! | a Pydantic model as a parameter | a struct with `#[arg(nested)]`; its fields as arguments: `#[derive(Arguments)]` and `#[arg(flatten)]` |
//! | lenient conversion (`"10"` for an `int`) | not offered: a string is not a number. `20.0` is the integer 20 |
//! | `user_id: str = Depends(get_user_id)`, `CurrentAccessToken()` | `caller: &Caller`. A `user_id` from the model does not compile (ST32) |
//! | `get_http_headers()`, `get_http_request()` | an authenticator reads the request and attaches what a body needs |
//! | `annotations={"readOnlyHint": True, "destructiveHint": True}` | `read_only`, `destructive`, which are enforced |
//! | `idempotentHint`, `openWorldHint` | `hints(idempotent, closed_world)` |
//! | `timeout=30.0`, `version=…`, `meta=…`, `icons=…` | `timeout = 30s`, `version = "…"`, `meta(…)`, `icon = "…"` |
//! | `tags={…}`, `mcp.disable(…)` | scopes, [`Switches`](crate::Switches) and `only_in(…)` |
//! | `-> dict`, a dataclass, a Pydantic model | [`Json<T>`](crate::Json), or [`Mine<T>`](crate::Mine) |
//! | `Image(data=…)`, `Audio(…)`, `File(…)` | [`Image`](crate::Image), [`Audio`](crate::Audio), [`Embedded`](crate::Embedded) |
//! | `ToolResult(content=…, structured_content=…)` | [`Answer`](crate::Answer) |
//! | `raise ToolError("…")` | `Err(ToolError::invalid("…"))` and its siblings, by class |
//! | any other exception | `?`: masked |
//! | `ctx.report_progress(…)` | [`progress.report(…)`](crate::Progress::report) |
//! | `ctx.elicit(…)` | [`Asked<T>`](crate::Asked) for a value, `confirm = "…"` for a yes; both for clients of every protocol version |
//! | `ctx.info(…)` and other logging to the client, sampling, roots | not offered |
//! | `ctx.request_id` | [`Call::id`](crate::Call::id) |
//! | `ctx.set_state(…)`, `ctx.session_id` | local variables; lasting state belongs in the application, with an owner |
//! | `ctx.read_resource(…)` | call your own function |
//! | `@mcp.resource("notes://{note_id}")` | `#[secure_resource(uri = "notes://{note}", …)]`; no wildcards such as `{path*}` |
//! | `@mcp.prompt` | `#[secure_prompt(…)]` |
//! | `@mcp.completion` for the whole server | `#[arg(complete = …)]` for one argument |
//!
//! # An example
//!
//! A notes server in Python:
//!
//! ```text
//! mcp = FastMCP("notes", auth=JWTVerifier(jwks_uri=…, issuer=…, audience=…))
//!
//! @mcp.tool(annotations={"readOnlyHint": True}, auth=require_scopes("notes:read"))
//! def search_notes(
//!     text: Annotated[str, Field(description="The words to look for", min_length=2)],
//!     limit: Annotated[int, Field(description="How many at most", ge=1, le=50)] = 20,
//!     token: AccessToken = CurrentAccessToken(),
//! ) -> list[Note]:
//!     """Search the notes of the user."""
//!     return [note for note in db.notes(token.claims["sub"]) if text in note.text][:limit]
//!
//! @mcp.tool(annotations={"destructiveHint": True}, auth=require_scopes("notes:delete"))
//! def delete_note(note_id: str, token: AccessToken = CurrentAccessToken()) -> None:
//!     """Delete a note."""
//!     note = db.get(note_id)
//!     if note is None or note.author != token.claims["sub"]:
//!         raise ToolError("no such note")
//!     db.delete(note_id)
//! ```
//!
//! Here the check in `delete_note` is the type of the parameter, the annotation is a rule, and a person confirms the deletion:
//!
//! ```
//! use std::{collections::HashMap, fmt, sync::{Mutex, MutexGuard, PoisonError}};
//! use secure_tool::prelude::*;
//!
//! #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! struct Note {
//!     id: String,
//!     #[serde(skip)]
//!     author: String,
//!     text: String,
//! }
//!
//! impl Resource for Note {
//!     type Key = String;
//!     fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) }
//! }
//!
//! // The question to the person shows this.
//! impl fmt::Display for Note {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "note {}", self.id) }
//! }
//!
//! struct Notes { by_id: Mutex<HashMap<String, Note>> }
//!
//! impl Notes {
//!     fn all(&self) -> MutexGuard<'_, HashMap<String, Note>> {
//!         self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
//!     }
//!
//!     /// Search the notes of the caller.
//!     #[secure_tool(scope = "notes:read", owner = caller, read_only)]
//!     async fn search_notes(
//!         &self,
//!         caller: &Caller,
//!         /// The words to look for.
//!         #[arg(min_len = 2)]
//!         text: String,
//!         /// How many at most.
//!         #[arg(min = 1, max = 50, default = 20)]
//!         limit: usize,
//!     ) -> Mine<Vec<Note>> {
//!         let all = self.all();
//!         let found = all.values().filter(|note| caller.owns(&note.owner()) && note.text.contains(&text));
//!         Mine(found.take(limit).cloned().collect())
//!     }
//!
//!     /// Delete a note.
//!     #[secure_tool(scope = "notes:delete", owner = note, destructive, confirm = "Delete {note} for good?")]
//!     async fn delete_note(
//!         &self,
//!         /// The id of the note.
//!         note: Owned<Note>,
//!     ) {
//!         self.all().remove(&note.id);
//!     }
//! }
//!
//! impl Load<Note> for Notes {
//!     async fn load(&self, id: &String) -> Result<Option<Note>, ToolError> { Ok(self.all().get(id).cloned()) }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use std::sync::Arc;
//! # use serde_json::json;
//! # let note = |id: &str, author: &str| (id.to_owned(), Note { id: id.into(), author: author.into(), text: "milk".into() });
//! # let notes = Notes { by_id: Mutex::new(HashMap::from([note("n1", "alice"), note("n2", "bob")])) };
//! let server = SecureServer::builder(notes)
//!     .name("notes")
//!     .tool(Notes::search_notes())
//!     .tool(Notes::delete_note())
//!     .allow_writes()
//!     .build()?;
//! # let alice = Arc::new(Caller::local("alice").with_scopes(["notes:read", "notes:delete"]));
//! # let object = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
//! # let found = server.call(&alice, "search_notes", object(json!({"text": "milk"}))).await;
//! # assert_eq!(found.text(), r#"[{"id":"n1","text":"milk"}]"#);
//! # let yes = |_| async { true };
//! # assert!(server.call_asking(&alice, "delete_note", object(json!({"note": "n2"})), yes).await.is_error());
//! # assert!(!server.call_asking(&alice, "delete_note", object(json!({"note": "n1"})), yes).await.is_error());
//! # Ok(())
//! # }
//! ```
//!
//! Serve it with a `JwtAuthenticator` as in [who is calling](super::who_is_calling).
