//! What a tool takes and gives: ST30 to ST39.

/// ST30: an untyped argument.
///
/// `serde_json::Value` and maps of it accept everything, so nothing about them can be published, validated or bounded.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Store something.
/// #[secure_tool(scope = "notes:write", owner = caller)]
/// async fn store(&self, caller: &Caller, /** What. */ data: serde_json::Value) -> String { format!("{} {data}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// Take a struct, or an enum, that says what may come, and derive `Deserialize` and `JsonSchema` on it: the one reads what the model sends, the other tells the model what
/// to send. A type of yours that is called `Value` is told apart by its path, such as `money::Value`. An untyped value hidden in a type of yours is
/// found when the server is built.
pub mod st30 {}

/// ST31: a borrowed argument.
///
/// Borrowed parameters come from the guard, owned ones from the model. `&str` is neither, and a `Caller` or a `Permit<_>` by value would come from the model.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Find notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn find(&self, caller: &Caller, /** What. */ text: &str) -> String { format!("{} {text}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// `String`, `Vec<T>`. What a method needs besides belongs into its state. A trait object is borrowed from any state that shows it,
/// such as an `Arc<dyn Repo>` or a type that is `AsRef<dyn Repo>`:
///
/// ```
/// # use secure_tool::prelude::*;
/// trait Repo: Send + Sync {
///     fn count(&self, author: &str) -> u32;
/// }
///
/// /// Count the caller's notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn count(repo: &dyn Repo, caller: &Caller) -> Json<u32> { Json(repo.count(caller.subject())) }
/// # struct Notes;
/// # impl Repo for Notes { fn count(&self, _: &str) -> u32 { 0 } }
///
/// let repo: std::sync::Arc<dyn Repo> = std::sync::Arc::new(Notes);
/// let builder = SecureServer::builder(repo).tool(count());
/// # assert!(builder.build().is_ok());
/// ```
///
/// What the guard provides goes by its own name: `&Caller`, `&Call`, `&Progress`, `&Permit<_>`. A `Peer` or a `RequestContext` of rmcp would speak to the client past the guard.
pub mod st31 {}

/// ST32: an identity that the model chooses.
///
/// With `user_id: String`, the writer of the arguments can claim to be anybody. It is how agents are talked into reading other people's mail.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = unowned("they have no owner"), read_only)]
/// async fn list(&self, /** Whose. */ user_id: String) -> String { user_id }
/// # }
/// # fn main() {}
/// ```
///
/// Take `caller: &Caller` and use `caller.subject()`; or bind the parameter: `user: Owned<User>` with `owner = user`, or `user_id: UserKey` with `owner = user_id` and `OwnerOf<UserKey>` for the state (see [ST38](super::st38)). `owner`
/// names parameters, so a field of a struct becomes one first. If it is no identity at all: `#[arg(not_identity("why"))]`.
///
/// Names count by their last word: `target_user`, `as_user`, `tenants`, `userIds`. Keys of objects, such as `workspace_id`, are left to [ST27](super::st27). A
/// `bool` or a fraction is no identity, and a type that the macro does not know is one only if the argument, or the type, is named like a key: `user_id: Member`,
/// `user: UserId`.
///
/// The properties of nested types are held against the same list when the server is built: the error names the path, such as `request.user_id`, and the
/// opt-out on the parameter covers what is nested in it.
pub mod st32 {}

/// ST33: free text where it is dangerous.
///
/// A `String` called `sql`, `command`, `path` or `url` is an injection that waits for its argument, and so is a `Box<str>`, a `Cow<str>` or a list of them.
/// A `PathBuf` is a path and a `Url` an address whatever the argument is called. A type that the macro does not know may be an enum; what it publishes is
/// judged when the server is built.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Run a report.
/// #[secure_tool(scope = "reports:run", owner = caller)]
/// async fn run(&self, caller: &Caller, /** The query. */ sql: String) -> String { format!("{} {sql}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// Say what is meant by its type: [`SafePath`](crate::types::SafePath) for a path, which cannot leave the directory it is opened in; `PublicUrl` (feature `urls`) for a web address, which leads to no private network:
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Read a report.
/// #[secure_tool(scope = "reports:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn read(&self, caller: &Caller, /** Such as `2026/july.txt`. */ path: SafePath) -> String { format!("{} {path:?}", caller.subject()) }
/// # }
/// # let _ = Desk::read();
/// ```
///
/// A `SafePath` is no `Path`. It is opened in a `Root` (feature `paths`), which the state keeps: `Root::new("/srv/reports")?` once, at the start, and
/// `path.read_to_string(&self.root, 64 * 1024)?` in a tool that is not `async`.
///
/// What an alias or a type of yours is in JSON, and what is nested in it, is judged when the server is built: a string of such a name without an enum, a
/// pattern that narrows, or a format of a closed type is refused with its path.
///
/// Or narrow it: an enum, `#[arg(one_of = ["a", "b"])]`, `#[arg(pattern = "…")]` (the whole text has to match, and `.*` describes nothing), a newtype. A `Bounded` text is bounded and otherwise as free as a `String`. If it must be free text: `#[arg(raw("why"))]`.
pub mod st33 {}

/// ST34: a credential in plain text.
///
/// A `String` called `password` ends in a log sooner or later.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Log in.
/// #[secure_tool(scope = "login", owner = caller)]
/// async fn login(&self, caller: &Caller, /** The password. */ password: String) -> String { format!("{} {password}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// Nested properties are judged when the server is built. Whatever is named like a credential, at whatever depth, is left out of audit records, also with
/// `audit = full`.
///
/// Take [`Secret<String>`](crate::Secret). Tokens that only say where a list goes on (`page_token`) are not credentials; if another value is not a credential, say so: `#[arg(not_credential("why"))]`.
/// That is about the argument's own name. A property inside of it that is named like a credential is refused and redacted all the same: give it another name, or make the
/// fields arguments with `#[arg(flatten)]`, where each can say it for itself.
pub mod st34 {}

/// ST35: a function that the guard cannot run.
///
/// Calls run at the same time and are described before they run: no `&mut self`, no `self` by value, no generic parameters, no `impl Trait`, no patterns, no `#[cfg]` on a parameter, no `unsafe`, `const` or `extern`.
/// `&self`, `self: Arc<Self>`, generic `impl` blocks and `where` clauses are fine.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Count.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn count(&mut self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// State that changes stands behind a `Mutex`, an atomic or a database in `self`. A tool stands in the `impl` block of a type, not in a trait: what is implemented by many
/// types has many policies. `Parameters<Search>` of rmcp becomes `#[arg(flatten)] search: Search`, where `Search` derives [`Arguments`](crate::Arguments).
pub mod st35 {}

/// ST36: a return type that the guard does not accept.
///
/// What a tool can return implements [`ToolOutput`](crate::ToolOutput). A `CallToolResult` of rmcp is none: the guard could not look into it before it leaves.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// # }
/// # struct Note;
/// # impl Desk {
/// /// Read a note.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn get(&self, caller: &Caller) -> Result<Note, ToolError> { let _ = caller.subject(); Ok(Note) }
/// # }
/// # fn main() {}
/// ```
///
/// `Json<Note>` for a type with `Serialize` and `JsonSchema`, a `String`, a number, `()`, an [`Image`](crate::Image), an [`Answer`](crate::Answer) of several
/// blocks, or a `Result` of one of these.
///
/// The error of that `Result` is [`ToolError`](crate::ToolError), an enum that derives [`ToolFailure`](trait@crate::ToolFailure), or any
/// `std::error::Error`, `Box<dyn Error + Send + Sync>` or `anyhow::Error` (feature `anyhow`), which are masked. A `String` says neither what the model may
/// read nor that it may read nothing, and rmcp's `ErrorData` goes past the guard's codes and masks, so neither is an error of a tool.
///
/// In a body that fails with `ToolError`, `?` converts every `std::error::Error`. An `anyhow::Error` is none: write `.map_err(ToolError::masked)?`.
/// For a `String`: `.map_err(ToolError::invalid)?`, if the model may read it.
pub mod st36 {}

/// ST37: a secret that is returned.
///
/// What goes to the model is in the model's context for good.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Get the key.
/// #[secure_tool(scope = "keys:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn key(&self, caller: &Caller) -> Secret<String> { let _ = caller.subject(); unreachable!() }
/// # }
/// # fn main() {}
/// ```
///
/// Answer with something that proves what has to be proven, such as the last four digits.
pub mod st37 {}

/// ST38: an owner that the state cannot determine.
///
/// `Owned<T>` needs `T: Resource` and a state that is `Load<T>`; a key needs a state that is `OwnerOf<K>`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// # }
/// # struct Note;
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject("a") } }
/// # impl Desk {
/// /// Read a note.
/// #[secure_tool(scope = "notes:read", owner = note, read_only)]
/// async fn get(&self, /** Which. */ note: Owned<Note>) -> String { let _ = note.into_inner(); String::new() }
/// # }
/// # fn main() {}
/// ```
///
/// Implement [`Load`](crate::Load), [`Resource`](crate::Resource) or [`OwnerOf`](crate::OwnerOf) as the message says.
///
/// A key that `owner` names is a type of its own for each kind of object: a `String` or a `u64` may name anything, so an owner of one says nothing about whose
/// object it is. Write `struct NoteKey(u64)`. ([`Resource::Key`](crate::Resource::Key) may be any type, as the object says which kind it is.)
///
/// ```
/// # use secure_tool::prelude::*;
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct NoteKey(u64);
///
/// # struct Desk;
/// # impl Desk { fn author(&self, _: u64) -> Option<String> { None } }
/// impl OwnerOf<NoteKey> for Desk {
///     async fn owner_of(&self, key: &NoteKey) -> Result<Option<Owner>, ToolError> {
///         Ok(self.author(key.0).map(Owner::subject)) // `None`: there is no such note
///     }
/// }
///
/// # impl Desk {
/// /// Archive a note.
/// #[secure_tool(scope = "notes:write", owner = note_id)]
/// async fn archive(&self, /** Which. */ note_id: NoteKey) -> String { format!("note {} is archived", note_id.0) }
/// # }
/// # let _ = Desk::archive();
/// ```
pub mod st38 {}

/// ST39: a permit stronger than the effect.
///
/// A [`Permit`](crate::Permit) is the proof that a call may change something. A `read_only` tool is lent a `Permit<Read>`, one that says nothing
/// about its effect also a `Permit<Write>`, and a `destructive` one also a `Permit<Destroy>`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Look at the caller's desk.
/// #[secure_tool(scope = "desk:look", owner = caller("its answer holds no rows"), read_only)]
/// async fn look(&self, caller: &Caller, permit: &Permit<Write>) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Ask for the weaker permit; or, if the tool really does it, let the attribute say so.
pub mod st39 {}
