//! Tools: what a function takes, what it returns, and how it fails.
//!
//! After this chapter you can declare the arguments of a tool with their bounds, group them in structs, take objects and lists of objects,
//! return text, structured content or files, and report errors that the model can act on.
//!
//! # Parameters
//!
//! How a parameter is passed says where its value comes from:
//!
//! | parameter | comes from | in the schema |
//! |---|---|---|
//! | by value: `text: String`, `note: Owned<Note>` | the model | yes: validated, bounded and recorded |
//! | by reference: `&self`, [`&Caller`](crate::Caller), [`&Call`](crate::Call), [`&Progress`](crate::Progress), [`&Permit<_>`](crate::Permit) | the guard | no |
//! | [`Asked<T>`](crate::Asked) | the person at the client | no; see [asking](super::asking) |
//!
//! Every parameter from the model needs a doc comment, because the model reads it. Your own types need `Deserialize` and `JsonSchema`.
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! #[serde(rename_all = "lowercase")]
//! enum Order { Newest, Oldest }
//!
//! # struct Desk;
//! # impl Desk {
//! /// Search the notes on the board.
//! #[secure_tool(scope = "notes:read", owner = unowned("everybody reads the board"), read_only)]
//! async fn search_notes(
//!     &self,
//!     /// The words to look for.
//!     #[arg(min_len = 2, max_len = 80)]
//!     text: String,
//!     /// In which order.
//!     order: Option<Order>,
//!     /// How many notes at most.
//!     #[arg(min = 1, max = 50, default = 20)]
//!     limit: u32,
//! ) -> String {
//!     # let _ = order;
//!     format!("{limit} notes about {text}")
//! }
//! # }
//! # let _ = Desk::search_notes();
//! ```
//!
//! # Default bounds
//!
//! Each argument has a bound, whether you write one or not:
//!
//! | type | default bound | to change it |
//! |---|---|---|
//! | a string, at any depth | 1024 characters | `#[arg(max_len = …)]`, or `#[arg(unbounded("reason"))]` |
//! | a list, or the keys of a map, at any depth | 100 items | `#[arg(max_items = …)]`, or `#[arg(unbounded("reason"))]` |
//! | an integer | the range of its type | `#[arg(min = …, max = …)]` |
//! | all arguments together | 256 KiB and 32 levels | [`max_argument_bytes`](crate::ServerBuilder::max_argument_bytes), [`max_argument_depth`](crate::ServerBuilder::max_argument_depth) |
//!
//! Objects are closed: an argument that the schema does not name is refused. A call has limits as well: 60 calls a minute per caller and tool, 30 seconds, 256 KiB of output,
//! 256 calls at the same time, of which one caller may have half. The keys `rate`, `timeout`, `max_output` and `concurrency` change them for one tool, and
//! [`default_rate`](crate::ServerBuilder::default_rate), [`default_timeout`](crate::ServerBuilder::default_timeout),
//! [`default_max_output`](crate::ServerBuilder::default_max_output) and [`default_concurrency`](crate::ServerBuilder::default_concurrency) change them for a server.
//!
//! # Optional arguments
//!
//! An argument of the type `Option<T>` may be left out, and `null` means the same. An argument with `#[arg(default = …)]` may be left out as
//! well, and then has that value. `Option<Option<T>>` distinguishes "left out" from `null`: the outer `None` means "left out", and the inner
//! one means `null`.
//!
//! `Option<Owned<Note>>` and `Option<NoteKey>` are optional objects. If the model names one, it must belong to the caller.
//!
//! # A struct of arguments
//!
//! A struct that derives [`Arguments`](trait@crate::Arguments) holds several arguments. With `#[arg(flatten)]` its fields are the arguments of the tool, so a client sends
//! `{"text": "milk", "limit": 5}` and not `{"search": {…}}`:
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! #[derive(Arguments)]
//! struct Search {
//!     /// The words to look for.
//!     #[arg(min_len = 2)]
//!     text: String,
//!     /// How many notes at most.
//!     #[arg(max = 50, default = 20)]
//!     limit: u32,
//! }
//!
//! # struct Desk;
//! # impl Desk {
//! /// Search the notes on the board.
//! #[secure_tool(scope = "notes:read", owner = unowned("everybody reads the board"), read_only)]
//! async fn search_notes(&self, #[arg(flatten)] search: Search) -> String {
//!     format!("{} notes about {}", search.limit, search.text)
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Desk).tool(Desk::search_notes()).build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["notes:read"]));
//! # let arguments = serde_json::json!({"text": "milk"}).as_object().cloned().unwrap_or_default();
//! # assert_eq!(server.call(&alice, "search_notes", arguments).await.text(), "20 notes about milk");
//! # Ok(())
//! # }
//! ```
//!
//! The struct needs no other derive. `owner` names parameters and not fields, so an `Owned<_>` stays a parameter next to the struct. To receive the struct as one
//! object, derive `Deserialize` and `JsonSchema` instead and write `#[arg(nested)]`. If a struct is the only argument, you have to write one of the two.
//!
//! # Objects, and keys without objects
//!
//! | the body needs | parameter | trait on the state |
//! |---|---|---|
//! | the object | `note: Owned<Note>` | [`Load<Note>`](crate::Load) |
//! | only its key | `note_id: NoteKey`, with a type for each kind of key | [`OwnerOf<NoteKey>`](crate::OwnerOf) |
//! | a list of either | `notes: Vec<Owned<Note>>`, `note_ids: Vec<NoteKey>` | the same; [`load_many`](crate::Load::load_many) can load them in one query |
//! | the caller's own rows | `caller: &Caller` and `owner = caller` | none: the query uses the caller |
//!
//! # Filter a batch
//!
//! If one key of a list is absent or belongs to somebody else, the whole call is refused. With `#[arg(skip_foreign)]` the guard removes such keys instead, and the
//! body gets the rest:
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! # #[derive(Clone)]
//! # struct Note { author: String }
//! # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
//! # struct Desk;
//! # impl Load<Note> for Desk {
//! #     async fn load(&self, id: &u32) -> Result<Option<Note>, ToolError> {
//! #         Ok((*id < 10).then(|| Note { author: if *id < 5 { "alice" } else { "bob" }.into() }))
//! #     }
//! # }
//! # impl Desk {
//! /// Archive notes. Notes that do not exist, or that belong to somebody else, are skipped.
//! #[secure_tool(scope = "notes:write", owner = notes)]
//! async fn archive_notes(
//!     &self,
//!     /// The numbers of the notes.
//!     #[arg(skip_foreign, max_items = 20)]
//!     notes: Vec<Owned<Note>>,
//! ) -> Json<usize> {
//!     Json(notes.len())
//! }
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Desk).tool(Desk::archive_notes()).allow_writes().build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["notes:write"]));
//! # let numbers = |numbers: &[u32]| serde_json::json!({"notes": numbers}).as_object().cloned().unwrap_or_default();
//! // 1 and 2 are Alice's, 7 is Bob's, and 99 does not exist.
//! let answer = server.call(&alice, "archive_notes", numbers(&[1, 2, 7, 99])).await;
//! assert_eq!(answer.text(), "2");
//! # Ok(())
//! # }
//! ```
//!
//! The audit record counts what was skipped. The body does not learn which keys were skipped, so it cannot tell the model either.
//!
//! # What a tool returns
//!
//! | type | what the client receives |
//! |---|---|
//! | `String`, `&'static str` | a block of text |
//! | [`Json<T>`](crate::Json), where `T` is `Serialize` and `JsonSchema` | structured content with an output schema, and the same JSON as text |
//! | `bool`, numbers, `Vec<String>` | the same as with `Json<_>` |
//! | [`Mine<T>`](crate::Mine) | the same; the guard compares the owner of every object in it with the caller |
//! | [`Untrusted<String>`](crate::Untrusted) | text that others wrote, marked as data |
//! | [`Image`](crate::Image), [`Audio`](crate::Audio) | a picture or a recording; the tool declares `releases(image)` or `releases(audio)` |
//! | [`Answer`](crate::Answer), [`ProvenAnswer`](crate::ProvenAnswer) | several blocks |
//! | [`Link`](crate::Link), [`Embedded`](crate::Embedded) | a link to a resource of this server, or its contents |
//! | `()` | a success with the text `done` |
//! | `Result<_, E>` of any of these | the answer, or a [failure](#how-a-tool-fails) |
//!
//! A `read_only` tool with `owner = caller` returns a [`Mine<_>`](crate::Mine) or a [`ProvenAnswer`](crate::ProvenAnswer), because its query
//! could lack the `WHERE` clause. If the answer does not belong to a single object, say so: `owner = caller("a sum, which belongs to no row")`.
//! For masking and sizes see [answers](super::answers).
//!
//! ## Lists
//!
//! `Json<Vec<Note>>` is allowed. Structured content has to be an object for older clients, so the guard publishes and sends `{"result": […]}`; the text next to it is
//! the bare list. The same happens to `Json<u32>` and to every other type that is not an object in JSON.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Desk;
//! # impl Desk {
//! /// List the rooms.
//! #[secure_tool(scope = "rooms:read", owner = unowned("everybody sees the rooms"), read_only)]
//! async fn rooms(&self) -> Json<Vec<&'static str>> {
//!     Json(vec!["Alpha", "Beta"])
//! }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Desk).tool(Desk::rooms()).build()?;
//! # let alice = std::sync::Arc::new(Caller::local("alice").with_scopes(["rooms:read"]));
//! let answer = server.call(&alice, "rooms", Default::default()).await;
//! assert_eq!(answer.structured(), Some(&serde_json::json!({"result": ["Alpha", "Beta"]})));
//! assert_eq!(answer.text(), r#"["Alpha","Beta"]"#);
//! # Ok(())
//! # }
//! ```
//!
//! # How a tool fails
//!
//! The model needs to know what it can do about an error, and must not see internals. [`ToolError`](crate::ToolError) has a constructor for each class:
//!
//! | constructor | the model reads | use it if |
//! |---|---|---|
//! | [`not_found()`](crate::ToolError::not_found) | the same as for a foreign object | the object does not exist |
//! | [`invalid("…")`](crate::ToolError::invalid) | your text | the arguments are wrong in a way that no schema can express |
//! | [`conflict("…")`](crate::ToolError::conflict) | your text | the object's state does not allow it |
//! | [`forbidden("…")`](crate::ToolError::forbidden) | your text | the caller may not do this, for a reason beyond scope and owner |
//! | [`unavailable(…)`](crate::ToolError::unavailable) | when to try again | something is down, and nothing has happened yet |
//! | [`internal(…)`](crate::ToolError::internal), [`masked(…)`](crate::ToolError::masked) | `internal` and the id of the call | everything else; the cause is in the audit record |
//!
//! `?` on any [`std::error::Error`] gives a masked error. An enum that derives [`ToolFailure`](trait@crate::ToolFailure) keeps its class:
//!
//! ```
//! use secure_tool::prelude::*;
//!
//! #[derive(Debug, ToolFailure)]
//! enum BookingError {
//!     #[failure(conflict("the room is taken until {until}"))]
//!     Taken { until: &'static str },
//!     Disk(std::io::Error), // masked, because it has no class
//! }
//!
//! # struct Desk;
//! # impl Desk {
//! /// Book the room.
//! #[secure_tool(scope = "room:book", owner = unowned("there is one room for all"))]
//! async fn book_room(&self) -> Result<(), BookingError> {
//!     Err(BookingError::Taken { until: "noon" })
//! }
//! # }
//! # let _ = (Desk::book_room(), BookingError::Disk(std::io::ErrorKind::Other.into()));
//! ```
//!
//! ## `anyhow`
//!
//! With the feature `anyhow` a tool may fail with `anyhow::Error`, which is always masked:
//!
//! ```
//! # #[cfg(feature = "anyhow")] mod with_anyhow {
//! # use secure_tool::prelude::*;
//! # struct Desk;
//! # impl Desk {
//! /// Read the counter.
//! #[secure_tool(scope = "counter:read", owner = unowned("one counter for all"), read_only)]
//! async fn counter(&self) -> Result<Json<u64>, anyhow::Error> {
//!     let text = std::fs::read_to_string("/var/lib/counter")?; // the model reads `internal`
//!     Ok(Json(text.trim().parse()?))
//! }
//! # }
//! # }
//! ```
//!
//! In a body that fails with [`ToolError`](crate::ToolError), convert it with `.map_err(ToolError::masked)?`; this needs no feature. A plain
//! `?` does not compile there, because `anyhow::Error` is not a [`std::error::Error`].
//!
//! # Claims, roles and plans
//!
//! No body sees a token or a header. An authenticator reads what your application needs and attaches it as a value of a type that you define; the body reads it with
//! [`caller.require::<Roles>()?`](crate::Caller::require). See [who is calling](super::who_is_calling#roles-plans-and-tokens-for-other-services).
//!
//! # Tools that write
//!
//! A tool without `read_only` may write. For clients it is an unknown tool until you call
//! [`allow_writes()`](crate::ServerBuilder::allow_writes) on the builder, and its calls leave an intent and an outcome in the audit log. Its
//! answer after a timeout is `outcome_unknown`, because the guard cannot know how far the body got. `destructive` tools, and tools whose names
//! say so (`delete_note`), have to declare who [confirms](super::confirmation) them.
//!
//! # Blocking code
//!
//! If you leave out `async`, the function runs on a thread where it may block. This thread cannot be stopped, so a function that runs long
//! should check [`Call::is_abandoned`](crate::Call::is_abandoned) from time to time. Do not call blocking functions in an `async` body: a
//! future that blocks its thread holds up other calls.
