//! Your first server: from an empty folder to a guarded tool on stdio, and then on HTTP with API keys.
//!
//! After this chapter you have a guarded server, and can call it from a desktop client, from a test and with `curl`. You need stable Rust, version 1.89 or newer.
//!
//! # 1. Create the project
//!
//! ```text
//! cargo new notes
//! cd notes
//! cargo add secure-tool
//! cargo add tokio --features macros,rt-multi-thread,net
//! cargo add serde --features derive
//! cargo add schemars serde_json
//! ```
//!
//! # 2. Describe your objects
//!
//! The server keeps notes, and every note belongs to the person who wrote it. Two traits tell the guard what it has to know:
//! [`Resource`](crate::Resource) says who owns an object and what kind of key it has, and [`Load`](crate::Load) finds an object by its key.
//!
//! ```
//! use std::collections::HashMap;
//! use secure_tool::prelude::*;
//!
//! #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! struct Note {
//!     #[serde(skip)] // not part of the answer
//!     author: String,
//!     text: String,
//! }
//!
//! impl Resource for Note {
//!     type Key = u32;
//!     fn owner(&self) -> Owner {
//!         Owner::subject(self.author.as_str())
//!     }
//! }
//!
//! struct Notes {
//!     by_id: HashMap<u32, Note>,
//! }
//!
//! impl Load<Note> for Notes {
//!     // Do not check the caller here: the guard does.
//!     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> {
//!         Ok(self.by_id.get(id).cloned())
//!     }
//! }
//! ```
//!
//! The [prelude](crate::prelude) has the attributes, and the traits and types that tools use most. The examples import by name only what it lacks.
//!
//! # 3. Write a tool
//!
//! The tool takes an `Owned<Note>` instead of a number. The model sends the number; the guard loads the note, compares its owner with the caller, and passes
//! the note to the body. A note that belongs to somebody else never reaches the body.
//!
//! ```
//! # use std::collections::HashMap;
//! # use secure_tool::prelude::*;
//! # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! # struct Note { #[serde(skip)] author: String, text: String }
//! # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
//! # struct Notes { by_id: HashMap<u32, Note> }
//! # impl Load<Note> for Notes {
//! #     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> { Ok(self.by_id.get(id).cloned()) }
//! # }
//! impl Notes {
//!     /// Read one note of the caller.
//!     #[secure_tool(scope = "notes:read", owner = note, read_only)]
//!     async fn get_note(
//!         &self,
//!         /// The note's number.
//!         note: Owned<Note>,
//!     ) -> Json<Note> {
//!         Json(note.into_inner())
//!     }
//! }
//! # let _ = Notes::get_note();
//! ```
//!
//! The doc comments become the descriptions that the model reads. Both are required.
//!
//! # 4. See what happens if you forget something
//!
//! Remove `scope` and `owner` from the attribute, and the tool no longer compiles:
//!
//! ```compile_fail
//! # use secure_tool::prelude::*;
//! # struct Notes;
//! # impl Notes {
//! /// Read one note.
//! #[secure_tool(read_only)]
//! async fn get_note(
//!     &self,
//!     /// The note's number.
//!     note: u32,
//! ) -> String {
//!     note.to_string()
//! }
//! # }
//! ```
//!
//! ```text
//! error: `get_note` declares no `scope` [ST01]
//!        help: say which OAuth scope a caller needs: `scope = "invoices:read"`, or opt out with `scope = public("why anyone may call it")`
//!   --> src/main.rs:32:14
//!    |
//! 32 |     async fn get_note(
//!    |              ^^^^^^^^
//!
//! error: `get_note` declares no `owner` [ST02]
//!        help: name the parameter that says whose objects it touches: `caller: &Caller` and `owner = caller`, or `invoice: Owned<Invoice>` and
//!        `owner = invoice`; or opt out with `owner = unowned("why it has no owner")`
//! ```
//!
//! The compiler reports all mistakes of an attribute at once. The code in brackets has a page in the [error index](crate::error_index).
//!
//! # 5. Serve it on stdio
//!
//! A server on stdio is started by its client, such as a desktop assistant. The caller is the person who started it, so you say who that is:
//!
//! ```no_run
//! # use std::collections::HashMap;
//! # use secure_tool::prelude::*;
//! # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! # struct Note { #[serde(skip)] author: String, text: String }
//! # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
//! # struct Notes { by_id: HashMap<u32, Note> }
//! # impl Load<Note> for Notes {
//! #     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> { Ok(self.by_id.get(id).cloned()) }
//! # }
//! # impl Notes {
//! #     /// Read one note of the caller.
//! #     #[secure_tool(scope = "notes:read", owner = note, read_only)]
//! #     async fn get_note(&self, /** The note's number. */ note: Owned<Note>) -> Json<Note> { Json(note.into_inner()) }
//! # }
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let note = |author: &str, text: &str| Note { author: author.into(), text: text.into() };
//!     let notes = Notes { by_id: HashMap::from([(1, note("alice", "Buy milk")), (2, note("bob", "Call Ann"))]) };
//!
//!     let server = SecureServer::builder(notes).name("notes").tool(Notes::get_note()).build()?;
//!     server.serve_stdio(Caller::local("alice").with_scopes(["notes:read"])).await?;
//!     Ok(())
//! }
//! ```
//!
//! [`build`](crate::ServerBuilder::build) reports mistakes that the compiler cannot see, such as two tools with the same name. Standard output
//! belongs to the protocol, so print nothing there. Audit records go to standard error until you [choose a file](super::audit).
//!
//! Add the program to a client with a configuration like this one:
//!
//! ```json
//! { "mcpServers": { "notes": { "command": "/path/to/notes/target/release/notes" } } }
//! ```
//!
//! To try it without a client, send one line by hand:
//!
//! ```text
//! $ cargo build
//! $ echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","arguments":{"note":1},"_meta":{
//!   "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}' \
//!   | tr -d '\n' | { cat; echo; sleep 1; } | target/debug/notes 2>/dev/null
//! {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"{\"text\":\"Buy milk\"}"}],
//!  "structuredContent":{"text":"Buy milk"},"isError":false}}
//! ```
//!
//! # 6. Call it in a test
//!
//! [`SecureServer::call`](crate::SecureServer::call) calls a tool in the same process, through the same guard. Test both the call that must
//! work and the call that must be refused.
//!
//! ```
//! # use std::collections::HashMap;
//! # use secure_tool::prelude::*;
//! # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! # struct Note { #[serde(skip)] author: String, text: String }
//! # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
//! # struct Notes { by_id: HashMap<u32, Note> }
//! # impl Load<Note> for Notes {
//! #     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> { Ok(self.by_id.get(id).cloned()) }
//! # }
//! # impl Notes {
//! #     /// Read one note of the caller.
//! #     #[secure_tool(scope = "notes:read", owner = note, read_only)]
//! #     async fn get_note(&self, /** The note's number. */ note: Owned<Note>) -> Json<Note> { Json(note.into_inner()) }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use secure_tool::Code;
//! use serde_json::json;
//!
//! # let note = |author: &str| Note { author: author.into(), text: "Buy milk".into() };
//! # let notes = Notes { by_id: HashMap::from([(1, note("alice")), (2, note("bob"))]) };
//! let server = SecureServer::builder(notes).tool(Notes::get_note()).build()?;
//! let alice = Arc::new(Caller::local("alice").with_scopes(["notes:read"]));
//! let note = |number: u32| json!({"note": number}).as_object().cloned().unwrap_or_default();
//!
//! let own = server.call(&alice, "get_note", note(1)).await;
//! assert_eq!(own.structured(), Some(&json!({"text": "Buy milk"})));
//!
//! // Note 2 is Bob's. Alice gets the same answer as if it did not exist.
//! let foreign = server.call(&alice, "get_note", note(2)).await;
//! assert_eq!(foreign.error().map(|error| error.code()), Some(Code::NotFound));
//!
//! // A caller without the scope is refused before anything is loaded.
//! let guest = Arc::new(Caller::local("guest"));
//! let refused = server.call(&guest, "get_note", note(1)).await;
//! assert_eq!(refused.error().map(|error| error.code()), Some(Code::InsufficientScope));
//! # Ok(())
//! # }
//! ```
//!
//! # 7. Serve it on HTTP, with API keys
//!
//! Over HTTP, an [authenticator](crate::http::Authenticator) finds out who is calling. [`ApiKeys`](crate::http::ApiKeys) is the simplest one; for OAuth see
//! [who is calling](super::who_is_calling). Replace `main`:
//!
//! ```no_run
//! # use std::collections::HashMap;
//! # use secure_tool::prelude::*;
//! # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
//! # struct Note { #[serde(skip)] author: String, text: String }
//! # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
//! # struct Notes { by_id: HashMap<u32, Note> }
//! # impl Load<Note> for Notes {
//! #     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> { Ok(self.by_id.get(id).cloned()) }
//! # }
//! # impl Notes {
//! #     /// Read one note of the caller.
//! #     #[secure_tool(scope = "notes:read", owner = note, read_only)]
//! #     async fn get_note(&self, /** The note's number. */ note: Owned<Note>) -> Json<Note> { Json(note.into_inner()) }
//! # }
//! use std::time::Duration;
//! use secure_tool::http::{self, ApiKeys, HttpOptions};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #   let notes = Notes { by_id: HashMap::new() };
//!     // let notes = … as before
//!     let server = SecureServer::builder(notes).name("notes").tool(Notes::get_note()).build()?;
//!
//!     let mut arguments = std::env::args().skip(1);
//!     match arguments.next().as_deref() {
//!         // Creates an API key.
//!         Some("key") => {
//!             if let Err(error) = http::key_command(arguments, &mut std::io::stdout(), &mut std::io::stderr()) {
//!                 eprintln!("{error}\n\nusage: notes key [OPTION]...\n{}", http::KEY_USAGE);
//!                 std::process::exit(2);
//!             }
//!         }
//!         Some("http") => {
//!             let keys = ApiKeys::from_file("keys.jsonl")?;
//!             // Keys that are added to or removed from the file take effect within five seconds.
//!             tokio::spawn(keys.follow("keys.jsonl", Duration::from_secs(5)));
//!             let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
//!             server.serve_http(listener, keys, HttpOptions::default()).await?;
//!         }
//!         _ => server.serve_stdio(Caller::local("alice").with_scopes(["notes:read"])).await?,
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Create a key for Alice, and start the server. The file contains only the SHA-256 of the key, so the command shows the key only once:
//!
//! ```text
//! $ KEY=$(cargo run -q -- key --id alice-laptop --subject alice --scopes notes:read --expires-in 90d --file keys.jsonl)
//! This is the key `alice-laptop`. It is shown only once: give it to the person or program that will use it.
//! A line for the server was added to keys.jsonl.
//! $ echo "$KEY"
//! stk_alice-laptop_f3baadb3…
//! $ cargo run -- http &
//! ```
//!
//! Standard output has only the key; the explanation goes to standard error. If an option is wrong, `main` prints what is wrong and
//! [`KEY_USAGE`](crate::http::KEY_USAGE), the list of the options.
//!
//! # 8. Call it with curl
//!
//! ```text
//! $ curl -s http://127.0.0.1:8787/mcp \
//!     -H "Authorization: Bearer $KEY" \
//!     -H 'Content-Type: application/json' \
//!     -H 'Accept: application/json, text/event-stream' \
//!     -H 'MCP-Protocol-Version: 2026-07-28' \
//!     -H 'Mcp-Method: tools/call' \
//!     -H 'Mcp-Name: get_note' \
//!     -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{
//!           "name":"get_note","arguments":{"note":1},
//!           "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
//!                    "io.modelcontextprotocol/clientInfo":{"name":"curl","version":"8"},
//!                    "io.modelcontextprotocol/clientCapabilities":{}}}}'
//! {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"{\"text\":\"Buy milk\"}"}],
//!  "structuredContent":{"text":"Buy milk"},"isError":false}}
//! ```
//!
//! Protocol 2026-07-28 requires all of these headers, and they have to agree with the body:
//!
//! | header or field | value | without it |
//! |---|---|---|
//! | `Authorization` | `Bearer` and the key | 401 |
//! | `Content-Type` | `application/json` | 415 |
//! | `Accept` | `application/json` *and* `text/event-stream` | 406 |
//! | `MCP-Protocol-Version` | `2026-07-28` | 400 if `_meta` names that version; otherwise the request is treated as one of an older protocol |
//! | `Mcp-Method` | the `method` of the body | 400, code -32020 |
//! | `Mcp-Name` | `params.name` of `tools/call` and `prompts/get`, `params.uri` of `resources/read`; absent for other methods | 400, code -32020 |
//! | `_meta`: `io.modelcontextprotocol/protocolVersion` | the same as the header | 400, code -32602 |
//! | `_meta`: `io.modelcontextprotocol/clientCapabilities` | an object, `{}` if the client offers nothing | 400, code -32602 |
//! | `_meta`: `io.modelcontextprotocol/clientInfo` | the name and version of the client | nothing: it is optional |
//!
//! To list the tools, send `"method":"tools/list"` and `Mcp-Method: tools/list`, without `Mcp-Name`.
//!
//! Try note 2 as well. The answer is a result with `"isError":true` and the text `not_found: There is no such object for this caller.` Apart
//! from the id of the call, these are the same bytes as for a note that does not exist. The audit record of this call contains the reason,
//! `"owner":"foreign"`.
//!
//! # Where to go from here
//!
//! - More arguments, optional arguments, lists and errors: [`tools`](super::tools).
//! - Tools that change something need [`allow_writes()`](crate::ServerBuilder::allow_writes), and destructive ones need a [confirmation](super::confirmation).
//! - Before you go live: the [checklist](super::production).
