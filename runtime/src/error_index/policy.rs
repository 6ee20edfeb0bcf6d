//! What contradicts itself, and owners: ST19 to ST28.

/// ST19: a release of data that the answer does not contain, or an image that is not released.
///
/// `releases(pii)` lets [`Classified<Pii, _>`](crate::Classified) values leave in clear. On a tool that answers with text, or with nothing, there
/// can be none; and what is released must be a [`Class`](crate::Class). An exception from nothing is a slip, or is left over and waits for
/// somebody to add the field.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Name the caller.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only, releases(pii))]
/// async fn name(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Leave it out, or answer with a `Json<_>` whose type has a `Classified` field. What the macro cannot see, the fields of a type, is
/// checked when the server is built, with the same code in the message.
///
/// The release scan reads text. A picture or a recording may show what no text of the tool may say, and the guard does not see it, so a tool that answers with an
/// [`Image`](crate::Image) or [`Audio`](crate::Audio) says so:
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Draw the sales of this year.
/// #[secure_tool(scope = "sales:read", owner = unowned("the sum of all"), read_only)]
/// async fn chart(&self) -> Image { Image::png(draw()) }
/// # }
/// # fn draw() -> Vec<u8> { Vec::new() }
/// # fn main() {}
/// ```
///
/// Write `releases(image)`, which is then in the docs of the tool and in the manifest. An [`Answer`](crate::Answer) may hold pictures or none: whether
/// it does is seen when it leaves, and one with a picture that is not declared is refused as `internal`. The same holds for other bytes that are no text: `releases(blob)`
/// for a [`Blob`](crate::Blob) of a resource, and for those that a tool has [`Embedded`](crate::Embedded).
pub mod st19 {}

/// ST20: a `read_only` tool that does not only read.
///
/// A tool that is named like a deletion and says it only reads is wrong in one of the two, and so is one that is `destructive` or confirmed as well.
/// The first verb of the name counts: `bulk_delete_notes` and `note_delete` delete, `get_delete_policy` does not.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Delete a note.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn delete_note(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Leave out `read_only`, or what contradicts it. Where the name misleads, say so, and the reason shows up in the manifest and in the tool's docs:
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Answer with a copy of the picture, without its background.
/// #[secure_tool(scope = "pictures:read", owner = caller("its answer holds no rows"), read_only("it answers with a copy"))]
/// async fn remove_background(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # let _ = Desk::remove_background();
/// ```
///
/// A reason where nothing has to be explained is refused.
pub mod st20 {}

/// ST21: an owner that is not a parameter.
///
/// `owner = …` names one of the function's parameters.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = user, read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// The message lists the parameters that can be named: `&Caller`, `Owned<_>`, and keys taken by value.
pub mod st21 {}

/// ST22: an owner that the body ignores.
///
/// `owner = caller` promises that the body binds its queries to the caller. A body that never mentions it does not.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { "all of them".into() }
/// # }
/// # fn main() {}
/// ```
///
/// Discarding it does not count as using it: `let _ = caller;`, `drop(caller)`, `stringify!(caller)`. An `allow` of unused variables changes nothing.
///
/// Use it: `WHERE author = ?` with `caller.subject()`. If there is nothing to bind: `owner = unowned("why")`.
pub mod st22 {}

/// ST23: an `Owned<_>` that the policy does not name.
///
/// The policy is what a reviewer reads. A tool that loads somebody's object says so there.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// # }
/// # struct Note;
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject("a") } }
/// # impl Load<Note> for Desk { async fn load(&self, _: &u32) -> Result<Option<Note>, ToolError> { Ok(None) } }
/// # impl Desk {
/// /// Read a note.
/// #[secure_tool(scope = "notes:read", owner = unowned("not true at all"), read_only)]
/// async fn get(&self, /** Which. */ note: Owned<Note>) -> String { let _ = note.text(); String::new() }
/// # }
/// # fn main() {}
/// ```
///
/// `owner = note`, or for several `owner = (note, folder)`.
pub mod st23 {}

/// ST24: a public tool that takes a caller or is destructive.
///
/// A public tool is called without a credential. There is no caller, nothing that could belong to one, and nobody who answers for what is
/// destroyed.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = public("everybody may look"), owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Name a scope; or `owner = unowned("why")` without `&Caller`.
pub mod st24 {}

/// ST25: an environment that no server can have.
///
/// A tool with `only_in(…)` exists in the environments of that list, and is an unknown tool elsewhere. An empty list, or a name that no server can
/// have, would be a tool that exists nowhere. Names have 1 to 32 of `a-z 0-9 - _`, a letter first, so that nobody writes `Staging` here
/// and `staging` there.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only, only_in("Staging"))]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// `only_in("staging")`, and [`.environment("staging")`](crate::ServerBuilder::environment) on the builder.
pub mod st25 {}

/// ST26: a struct whose fields cannot be arguments.
///
/// `#[arg(flatten)]` makes the fields of a struct arguments of the tool, and the struct derives [`Arguments`](trait@crate::Arguments), so that every rule
/// for arguments holds for its fields while compiling. The derive refuses what it cannot hold: enums, tuple structs, generic and
/// borrowed fields, `Owned<_>` inside a struct (what the guard proves is visible in the signature), and attributes of serde and schemars that it
/// does not understand, because they would change what one side believes.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Page {
///     /// How many notes at most.
///     limit: u32,
/// }
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
/// async fn list(&self, #[arg(flatten)] page: Page) -> String { page.limit.to_string() }
/// # }
/// # fn main() {}
/// ```
///
/// Derive `Arguments` on the struct; it needs no `Deserialize` and no `JsonSchema`, unless a field has an attribute of serde or schemars. Where clients are to send it as one object, take it with `#[arg(nested)]` instead. A tool whose only argument is
/// an object has to say one of the two, and `build()` asks for it: with the one a client sends `{"limit": 5}`, with the other
/// `{"page": {"limit": 5}}`, and nobody notices the difference before the client breaks.
pub mod st26 {}

/// ST27: a key of an object that the policy does not name.
///
/// A key among the arguments is how a caller reaches an object of somebody else. The owner of what `owner` names is compared with the caller; a key
/// beside it is compared with nothing.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes of a folder.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller, /** Which folder. */ folder_id: u32) -> String { format!("{} {folder_id}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// An argument is a key if it is called `id`, `…_id`, `…_uid`, `…_uuid` or `…_key`, in the singular or the plural, or if its type is a `Uuid` or is called `…Id` or `…Key`.
/// What names no object is none: `request_id`, `idempotency_key`, `sort_key`. A tool that is `unowned` or `public` has nothing to compare.
///
/// Name it: `owner = (caller, folder_id)`, with a type of its own, such as `FolderKey`, for which the state implements [`OwnerOf`](crate::OwnerOf) (see
/// [ST38](super::st38)). Or take the object, which the guard loads and checks:
/// `folder: Owned<Folder>`. If it belongs to nobody:
///
/// ```
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the caller's notes of a category.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(
///     &self,
///     caller: &Caller,
///     /// Which category.
///     #[arg(not_object("categories are the same for everybody"))]
///     category_id: u32,
/// ) -> String {
///     format!("{} {category_id}", caller.subject())
/// }
/// # }
/// # let _ = Desk::list();
/// ```
pub mod st27 {}

/// ST28: an answer that is not proven to belong to the caller.
///
/// `owner = caller` says that the body binds its queries to the caller, and a body can forget it: a missing `WHERE`, a join without the tenant, a cache
/// whose key forgets it. So a `read_only` tool with `owner = caller` returns [`Mine`](crate::Mine), of which the guard compares every object with the
/// caller before it leaves.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the caller's notes.
/// #[secure_tool(scope = "notes:read", owner = caller, read_only)]
/// async fn list(&self, caller: &Caller) -> Json<Vec<String>> { let _author = caller.subject(); Json(Vec::new()) }
/// # }
/// # fn main() {}
/// ```
///
/// Derive [`HasOwners`](trait@crate::HasOwners) on the view, with the field that names the owner; `#[serde(skip)]` keeps it from the answer:
///
/// ```
/// # use secure_tool::prelude::*;
/// #[derive(serde::Serialize, schemars::JsonSchema, HasOwners)]
/// struct NoteView {
///     #[serde(skip)]
///     #[owner(subject)]
///     author: String,
///     text: String,
/// }
///
/// # struct Desk;
/// # impl Desk {
/// /// List the caller's notes.
/// #[secure_tool(scope = "notes:read", owner = caller, read_only)]
/// async fn list(&self, caller: &Caller) -> Mine<Vec<NoteView>> {
///     Mine(vec![NoteView { author: caller.subject().to_owned(), text: "milk".to_owned() }])
/// }
/// # }
/// # let _ = Desk::list();
/// ```
///
/// A view made by [`Owned::view`](crate::Owned::view) carries its owner and needs no field. What has no owner that could be compared, such as a sum, says so:
/// `owner = caller("sums over the caller's own rows")`. The reason is in the tool's docs and in the manifest. A tool that is not `read_only` needs neither.
pub mod st28 {}
