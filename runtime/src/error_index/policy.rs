//! Contradictions, and owners: ST19 to ST28.

/// ST19: a release of data that the answer does not contain, or an image that is not released.
///
/// `releases(pii)` lets [`Classified<Pii, _>`](crate::Classified) values leave unmasked. In the answer of a tool that returns text or nothing, there
/// can be none; and a released type must be a [`Class`](crate::Class). An exception without an effect is a mistake, or a leftover that takes effect when
/// somebody adds the field.
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
/// Remove it, or answer with a `Json<_>` whose type has a `Classified` field. The macro cannot see the fields of a type; they are
/// checked when the server is built, with the same code in the message.
///
/// The release scan reads text. An image or an audio recording may contain data that must not leave as text, and the guard cannot see it, so a tool that answers with an
/// [`Image`](crate::Image) or [`Audio`](crate::Audio) has to declare it:
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
/// Write `releases(image)`, which is then shown in the docs of the tool and in the manifest. An [`Answer`](crate::Answer) may contain images or not: this
/// is checked when it leaves, and an answer with an undeclared image is refused as `internal`. The same applies to other bytes that are not text: `releases(blob)`
/// for a [`Blob`](crate::Blob) of a resource, and for bytes that a tool has [`Embedded`](crate::Embedded).
pub mod st19 {}

/// ST20: a `read_only` tool that does not only read.
///
/// A tool that is named like a deletion but declared `read_only` contradicts itself, and so does one that is also `destructive` or confirmed.
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
/// Remove `read_only`, or the part that contradicts it. If the name is misleading, say so; the reason is shown in the manifest and in the tool's docs:
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
/// A reason that explains nothing, because the name is not misleading, is refused.
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
/// Discarding it does not count as using it: `let _ = caller;`, `drop(caller)`, `std::mem::forget(caller)`, `stringify!(caller)`. An `allow` of unused
/// variables has no effect. The rule applies in the same way to each parameter that `owner` names: an `Owned<_>`, or a key.
///
/// Use it: `WHERE author = ?` with `caller.subject()`. If there is nothing to bind, write `owner = unowned("why")`.
pub mod st22 {}

/// ST23: an `Owned<_>` that the policy does not name.
///
/// Reviewers read the policy. A tool that loads an object with an owner has to declare it there.
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
/// Write `owner = note`, or for several objects `owner = (note, folder)`.
pub mod st23 {}

/// ST24: a public tool that takes a caller or is destructive.
///
/// A public tool is called without a credential. There is no caller, no object that could belong to the caller, and nobody who is accountable for what is
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
/// Name a scope; or write `owner = unowned("why")` and remove `&Caller`.
pub mod st24 {}

/// ST25: an environment that no server can have.
///
/// A tool with `only_in(…)` exists only in the environments of that list, and is an unknown tool in all others. With an empty list, or with a name that no server can
/// have, the tool would exist nowhere. Names have 1 to 32 characters of `a-z 0-9 - _` and begin with a letter, so that nobody writes `Staging` here
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
/// Write `only_in("staging")`, and [`.environment("staging")`](crate::ServerBuilder::environment) on the builder.
pub mod st25 {}

/// ST26: a struct whose fields cannot be arguments.
///
/// `#[arg(flatten)]` turns the fields of a struct into arguments of the tool. The struct derives [`Arguments`](trait@crate::Arguments), so that every rule
/// for arguments applies to its fields at compile time. The derive refuses what it does not support: enums, tuple structs, generic and
/// borrowed fields, `Owned<_>` inside a struct (proofs have to be visible in the signature), and attributes of serde and schemars that it
/// does not understand, because the published schema and the values that are read could then differ.
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
/// Derive `Arguments` on the struct; it does not need `Deserialize` or `JsonSchema`, unless a field has an attribute of serde or schemars. If clients should send it as one object, take it with `#[arg(nested)]` instead. A tool whose only argument is
/// an object has to choose one of the two, and `build()` checks this: with `flatten`, a client sends `{"limit": 5}`, with `nested`
/// `{"page": {"limit": 5}}`, and nobody would notice the difference until the client breaks.
pub mod st26 {}

/// ST27: a key of an object that the policy does not name.
///
/// With a key among the arguments, a caller can reach somebody else's object. The guard compares the owners of the objects that `owner` names with the caller; a key
/// that `owner` does not name is not checked.
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
/// An argument is a key if it is named `id`, `…_id`, `…_uid`, `…_uuid` or `…_key`, in the singular or the plural, or if its type is a `Uuid` or is named `…Id` or `…Key`.
/// Names that do not identify an object are not keys: `request_id`, `idempotency_key`, `sort_key`. A tool that is `unowned` or `public` has nothing to compare.
///
/// Name it: `owner = (caller, folder_id)`, with a key type, such as `FolderKey`, for which the state implements [`OwnerOf`](crate::OwnerOf) (see
/// [ST38](super::st38)). Or take the object, which the guard loads and checks:
/// `folder: Owned<Folder>`. If the object has no owner:
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
/// `owner = caller` declares that the body binds its queries to the caller, but a body can get this wrong: a missing `WHERE`, a join without the tenant, a cache
/// whose key lacks the tenant. Therefore a `read_only` tool with `owner = caller` returns [`Mine`](crate::Mine), and the guard compares the owner of every object in it with the
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
/// A view made by [`Owned::view`](crate::Owned::view) carries its owner and needs no field. If an answer has no owner that could be compared, such as a sum, say so:
/// `owner = caller("sums over the caller's own rows")`. The reason is shown in the tool's docs and in the manifest. A tool that is not `read_only` needs neither.
pub mod st28 {}
