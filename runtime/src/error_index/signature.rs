//! Parameters and return types: ST30 to ST39.

/// ST30: an untyped argument.
///
/// `serde_json::Value` and maps of it accept everything, so they cannot be described, validated or bounded.
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
/// Define a struct or an enum for the argument, and derive `Deserialize` and `JsonSchema` on it: the first reads what the model sends, the second tells the model what
/// to send. If you have a type named `Value`, write its path, such as `money::Value`. An untyped value inside a type of yours is
/// found when the server is built.
pub mod st30 {}

/// ST31: a borrowed argument.
///
/// Borrowed parameters come from the guard, owned parameters from the model. A `&str` is borrowed, but the guard does not provide it, and a `Caller` or a `Permit<_>` by value would come from the model.
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
/// Take an owned type, such as `String` or `Vec<T>`. Anything else that a method needs belongs in its state. A trait object can be borrowed from any state that provides it,
/// such as an `Arc<dyn Repo>` or a type that implements `AsRef<dyn Repo>`:
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
/// Write the types that the guard provides under their own names: `&Caller`, `&Call`, `&Progress`, `&Permit<_>`. A `Peer` or a `RequestContext` of rmcp would bypass the guard.
pub mod st31 {}

/// ST32: an identity that the model chooses.
///
/// With `user_id: String`, the author of the arguments can claim to be anybody. This is how models are tricked into reading other people's mail.
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
/// Take `caller: &Caller` and use `caller.subject()`; or bind the parameter: `user: Owned<User>` with `owner = user`, or `user_id: UserKey` with `owner = user_id` and `OwnerOf<UserKey>` for the state (see [ST38](super::st38)). `owner` can name
/// only parameters, so first turn a field of a struct into a parameter. If it is not an identity, write `#[arg(not_identity("why"))]`.
///
/// The last word of a name counts: `target_user`, `as_user`, `tenants`, `userIds`. Keys of objects, such as `workspace_id`, are covered by [ST27](super::st27). A
/// `bool` or a fraction is not an identity, and a type that the macro does not know is one only if the argument or the type is named like a key: `user_id: Member`,
/// `user: UserId`.
///
/// The properties of nested types are checked against the same list of names when the server is built: the error names the path, such as `request.user_id`, and the
/// opt-out on the parameter covers everything nested in it.
pub mod st32 {}

/// ST33: free text where it is dangerous.
///
/// A `String` named `sql`, `command`, `path` or `url` invites injection, and so does a `Box<str>`, a `Cow<str>` or a list of them.
/// A `PathBuf` is a path and a `Url` an address, whatever the argument is named. A type that the macro does not know may be an enum; its schema is
/// checked when the server is built.
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
/// Use a type for it: [`SafePath`](crate::types::SafePath) for a path, which cannot leave the directory that it is opened in; or `PublicUrl` (feature `urls`) for a web address, which cannot lead to a private network:
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
/// A `SafePath` is not a `Path`. It is opened in a `Root` (feature `paths`), which the state keeps: call `Root::new("/srv/reports")?` once, at startup, and
/// `path.read_to_string(&self.root, 64 * 1024)?` in a tool that is not `async`.
///
/// Aliases, your own types and everything nested in them are checked by their JSON schema when the server is built: a string with such a name that has no enum, no
/// restrictive pattern and no format of a restricted type is refused with its path.
///
/// Or restrict the values with an enum, `#[arg(one_of = ["a", "b"])]`, `#[arg(pattern = "…")]` (the whole text has to match, and `.*` restricts nothing) or a newtype. A `Bounded` text is limited only in its length, and otherwise as free as a `String`. If it has to be free text, write `#[arg(raw("why"))]`.
pub mod st33 {}

/// ST34: a credential in plain text.
///
/// A `String` named `password` ends up in a log sooner or later.
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
/// Nested properties are checked when the server is built. Everything that is named like a credential, at any depth, is left out of audit records, even with
/// `audit = full`.
///
/// Take [`Secret<String>`](crate::Secret). Tokens that only mark a position in a list (`page_token`) are not credentials; if another value is not a credential, say so: `#[arg(not_credential("why"))]`.
/// This opt-out covers only the argument's own name. A property inside it that is named like a credential is still refused and redacted: give it another name, or make the
/// fields arguments with `#[arg(flatten)]`, where each field can have its own opt-out.
pub mod st34 {}

/// ST35: a function that the guard cannot run.
///
/// Calls run concurrently, and an item has one schema. Therefore a function has no `&mut self`, no `self` by value, no generic parameters, no `impl Trait`, no patterns, no `#[cfg]` on a parameter, and no `unsafe`, `const` or `extern`.
/// `&self`, `self: Arc<Self>`, generic `impl` blocks and `where` clauses are allowed.
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
/// Put mutable state behind a `Mutex`, an atomic or a database in `self`. Write a tool in the `impl` block of a type, not in a trait: each type that implements a trait
/// would need a policy of its own. Replace `Parameters<Search>` of rmcp with `#[arg(flatten)] search: Search`, where `Search` derives [`Arguments`](crate::Arguments).
pub mod st35 {}

/// ST36: a return type that the guard does not accept.
///
/// A tool returns a type that implements [`ToolOutput`](crate::ToolOutput). rmcp's `CallToolResult` does not, because the guard could not check it before it leaves.
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
/// Return `Json<Note>` for a type with `Serialize` and `JsonSchema`, a `String`, a number, `()`, an [`Image`](crate::Image), an [`Answer`](crate::Answer) of several
/// blocks, or a `Result` of one of these.
///
/// The error of that `Result` is [`ToolError`](crate::ToolError), an enum that derives [`ToolFailure`](trait@crate::ToolFailure), or any
/// `std::error::Error`, `Box<dyn Error + Send + Sync>` or `anyhow::Error` (feature `anyhow`), which are masked. A `String` does not say whether the model may
/// read it, and rmcp's `ErrorData` bypasses the guard's codes and masks, so a tool cannot fail with either of them.
///
/// In a body that fails with `ToolError`, `?` converts every `std::error::Error`. An `anyhow::Error` does not implement that trait: write `.map_err(ToolError::masked)?`.
/// For a `String`, write `.map_err(ToolError::invalid)?` if the model may read it.
pub mod st36 {}

/// ST37: a secret that is returned.
///
/// Everything that the model receives stays in its context.
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
/// Return only as much as the model needs, such as the last four digits.
pub mod st37 {}

/// ST38: an owner that the state cannot determine.
///
/// `Owned<T>` requires `T: Resource` and a state that implements `Load<T>`; a key requires a state that implements `OwnerOf<K>`.
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
/// A key that `owner` names needs a separate type for each kind of object: a `String` or a `u64` can be the key of any kind of object, so the guard cannot tell whose
/// object it is. Write `struct NoteKey(u64)`. ([`Resource::Key`](crate::Resource::Key) may be any type, because the object determines the kind.)
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
/// A [`Permit`](crate::Permit) proves what a call may do. A `read_only` tool can take a `Permit<Read>`, a tool that declares no
/// effect also a `Permit<Write>`, and a `destructive` tool also a `Permit<Destroy>`.
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
/// Take the weaker permit; or, if the tool does write or destroy something, declare it in the attribute.
pub mod st39 {}
