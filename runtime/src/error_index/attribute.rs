//! What an attribute has to declare, and values that are invalid or have no effect: ST01 to ST18.

/// ST01: a tool that declares no scope.
///
/// The scope is the permission that a caller needs. Without one, everybody could call the tool, so a missing scope is an error.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Declare it: `scope = "notes:read"`, a constant, `all(a, b)` or `any(a, b)`. If anybody may call the tool, even without a credential, write `scope = public("why")`. The reason is listed in the policy manifest.
pub mod st01 {}

/// ST02: a tool that declares no owner.
///
/// Broken object level authorization, where a caller changes an id and gets somebody else's object, is the most common vulnerability of APIs. A tool has to declare how its objects are bound to the caller.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Name the parameter that binds it: `owner = caller` (the body limits its queries to the caller), or `owner = note` for a `note: Owned<Note>` or for a key whose owner the state can determine. If no object of the tool has an owner, write `owner = unowned("why")`.
pub mod st02 {}

/// ST03: a tool without a doc comment.
///
/// The description is all that the model knows about the tool. Without one, it has to guess.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Write a doc comment on the function. Its whole text is the description. For `#[doc = include_str!("…")]`, the compiler checks that the text is not empty.
pub mod st03 {}

/// ST04: a model parameter without a doc comment.
///
/// The description is all that the model knows about an argument. Without one, it has to guess the value.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Find notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn find(&self, caller: &Caller, limit: u32) -> String { format!("{} {limit}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// Write a doc comment on the parameter. A macro such as `#[doc = include_str!("…")]` is checked as described in [ST03](super::st03).
pub mod st04 {}

/// ST05: a destructive tool that asks nobody.
///
/// A model calls a tool that deletes as readily as one that reads. A person has to confirm what cannot be undone, or the source has to say why not. A tool that is named
/// like a deletion (`delete_`, `remove_`, `drop_`, `purge_`, `destroy_`, `wipe_`, `truncate_`, `erase_`) is treated as one.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Empty the caller's desk.
/// #[secure_tool(scope = "desk:empty", owner = caller, destructive)]
/// async fn empty(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// `confirm = "Empty the desk?"` asks the person at the client, `confirm = operator("…")` asks somebody outside the conversation, and
/// `confirm = never("why")` asks nobody. See [confirmation](crate::guide::confirmation).
pub mod st05 {}

/// ST06: a resource that declares no URI.
///
/// Clients read a resource by its URI.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// The opening hours.
/// #[secure_resource(scope = "desk:read", owner = unowned("they hang at the door"))]
/// async fn hours(&self) -> String { "9 to 5".into() }
/// # }
/// # fn main() {}
/// ```
///
/// Write `uri = "desk://hours"`, or a template whose variables are the parameters: `uri = "notes://{note}"`.
pub mod st06 {}

/// ST07: a value that a person cannot be asked for.
///
/// An `Asked<_>` is a value that the person at the client gives before the body runs. Without a question, nobody would be asked, and a question on
/// another type would ask the model. A form can ask for single strings, numbers, booleans and choices. It goes in plain text through a client that may store it, so nobody
/// is asked for a password, whatever the name of the parameter: the words of the question and of the description count as well. If it is not a password, say so:
/// `#[arg(not_credential("a parking token"))]`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Order lunch.
/// #[secure_tool(scope = "lunch:order", owner = unowned("lunch is everybody's"))]
/// async fn order_lunch(
///     &self,
///     /// What to eat.
///     dish: Asked<String>,
/// ) -> String { dish.into_inner() }
/// # }
/// # fn main() {}
/// ```
///
/// Write the question, `#[arg(ask = "What do you want to eat?")]`, and put `Asked<_>` around the whole type, by value: `Asked<Option<Dish>>` for a value that may be left
/// empty. Ask for several values in several parameters; they become one form. See [asking](crate::guide::asking).
pub mod st07 {}

/// ST10: an unknown key.
///
/// If a misspelled key were ignored, its rule would not be enforced. A key of a later version is refused by versions that do not enforce it.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller, readonly)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// The message suggests the most similar key; the references of [`secure_tool`](macro@crate::secure_tool), [`secure_resource`](macro@crate::secure_resource) and
/// [`secure_prompt`](macro@crate::secure_prompt) list them all. Resources and prompts only read, so they have no `read_only`, `destructive` or `confirm`. The same rule applies to
/// the list in `releases(…)`: releasing a kind of data that the release scan does not know would have no effect. A mask pattern of the application is
/// written as a string, and looked up when the server is built.
///
/// Hints, icons and metadata for clients are refused if they have no effect (`hints(idempotent)` on a tool that is `read_only`), if a client should not load
/// them (an icon without TLS, or an SVG, which can contain scripts), or if their name does not belong to the application (a key of `meta` without a prefix, or with a prefix of the
/// protocol or of the guard).
pub mod st10 {}

/// ST11: a key given twice.
///
/// Two rates or two scopes contradict each other, so neither is used.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", scope = "notes:write", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Keep one. For several scopes, write `all(a, b)` or `any(a, b)`.
pub mod st11 {}

/// ST12: an invalid scope.
///
/// A scope is one token of RFC 6749, section 3.3: visible ASCII without spaces, quotes or backslashes. Wildcards are refused, because a scope is compared as a whole; everybody would satisfy an empty `all()`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:*", owner = caller("its answer holds no rows"), read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Name each scope: `scope = any("notes:read", "notes:admin")`. The value of a constant, `scope = NOTES_READ`, is checked at compile time. A value that may depend on a
/// type parameter (`T::READ`, `Self::READ`, `const { Store::READ }`) is checked when the server is built.
/// A lower-case word without quotes is treated as a scope whose quotes are missing, not as a constant.
pub mod st12 {}

/// ST13: a rate, quota or cost that is zero, invalid or out of range.
///
/// A rate of zero refuses every call, and more than a million calls per second would refuse none. Both are mistakes.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), rate = 0/minute, read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Write `rate = 60/minute`, or `rate(60/minute, burst = 10, per = tenant)`. The units are `second`, `minute`, `hour` and `day`. A constant of the type [`Rate`](crate::Rate) is accepted as well:
///
/// ```
/// # use secure_tool::prelude::*;
/// use secure_tool::{Rate, Unit};
///
/// const LOOKUPS: Rate = Rate::new(60, Unit::Minute).burst(10);
/// # struct Desk;
/// # impl Desk {
///
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), rate = LOOKUPS, read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # let _ = Desk::list();
/// ```
///
/// A tool can have several rates, all of which apply: `rate = [10/second, rate(200/hour, per = tenant)]`. Two rates that count the same calls by
/// the same unit are a mistake, because one of them has no effect. `quota = 500/day` limits the calls from midnight to midnight in UTC, in addition to the rates. With `cost = 5`, a call counts as
/// five calls, so it could never pass a limit that allows fewer at once:
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), rate(60/minute, burst = 4), cost = 5, read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
pub mod st13 {}

/// ST14: a duration, size or concurrency that is zero, invalid or out of range.
///
/// `timeout` is at most an hour, `max_output` at most 64 MiB, and none of the limits is zero. `per_caller` is a part of `concurrency`: at least 1, and at most the whole.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), timeout = 3m5, read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Write `timeout = 5s` (units `ms`, `s`, `m`, `h`), `max_output = 64KiB` (`KiB`, `MiB`), `concurrency = 8` or `concurrency(8, per_caller = 2)`. Constants are accepted as well: a `core::time::Duration` for `timeout`, a `usize` in
/// bytes for `max_output`, and a `u32` for `concurrency`.
pub mod st14 {}

/// ST15: an opt-out without a reason.
///
/// An opt-out from a rule needs a reason, for the reviewer of the manifest. A reason has at least ten characters.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = public("x"), owner = unowned("a greeting is nobody's"), read_only)]
/// async fn list(&self) -> String { String::new() }
/// # }
/// # fn main() {}
/// ```
///
/// Write a reason, such as `public("says nothing but the server's version")`.
pub mod st15 {}

/// ST16: a question that cannot be asked.
///
/// A placeholder in `confirm` is the bare name of a parameter that the model gives and that is not a secret. Values from the guard cannot be
/// shown: the person at the client is the caller.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Empty the caller's desk.
/// #[secure_tool(scope = "desk:empty", owner = caller, destructive, confirm = "Empty {drawer}?")]
/// async fn empty(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// The message lists the parameters that you can use. Write `{{` and `}}` for literal braces.
///
/// A question always shows a value in full: a person who reads “run `echo hello`…” and says yes has not confirmed the rest. Therefore a string has at most
/// 200 characters and a list at most 10 items: write `#[arg(max_len = 200)]` or `#[arg(max_items = 10)]`, or take a bounded type such as
/// `Bounded<1, 80>`. `build()` checks types whose strings and lists the macro cannot see (aliases, structs), because it knows their schemas.
/// The key of an object that `owner` names may be longer: only the key of an existing object of the caller gets into a question.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Empty the caller's desk.
/// #[secure_tool(scope = "desk:empty", owner = caller("it is the caller's"), destructive, confirm = "Empty it, because {reason}?")]
/// async fn empty(
///     &self,
///     caller: &Caller,
///     /// Why.
///     reason: String, // add `#[arg(max_len = 200)]`
/// ) -> String { format!("{} {reason}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
pub mod st16 {}

/// ST17: a name that clients do not accept, or that begins with `_`.
///
/// Names of tools and arguments have 1 to 64 characters of `A-Z a-z 0-9 _ . -`. A parameter whose name begins with `_` is not used by the body,
/// so the model would be asked for a value that nothing reads.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// List the notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), name = "list notes", read_only)]
/// async fn list(&self, caller: &Caller) -> String { caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Write `name = "list_notes"`. For an argument that clients send and the body ignores, keep the name and write `let _ = city;` in the body; otherwise remove
/// the parameter.
pub mod st17 {}

/// ST18: an `#[arg]` that has no effect, or that no value can satisfy.
///
/// A pattern that does not compile, a minimum above the maximum, a bound on a type that it does not apply to, a default or an example outside its own bounds
/// or that does not match its own pattern: each is a rule that would refuse either everything or nothing.
///
/// A pattern is also published, and compiled by clients in JavaScript and Python. Neither supports `\p{…}`, `\u{…}`, `(?i)`, named groups, POSIX classes or
/// `\A` in the way Rust does, and some clients drop a tool, or a whole server, whose pattern they cannot compile. Write the letters themselves: `[A-Za-zÀ-ÖØ-öø-ÿ]`.
///
/// An opt-out that has no effect is refused as well, because it would stay in place when the name changes.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Find notes.
/// #[secure_tool(scope = "notes:read", owner = caller("its answer holds no rows"), read_only)]
/// async fn find(&self, caller: &Caller, /** How many. */ #[arg(min = 9, max = 1)] limit: u32) -> String { format!("{} {limit}", caller.subject()) }
/// # }
/// # fn main() {}
/// ```
///
/// Numbers, lengths, patterns and lists may be constants: `max = LIMIT`, where `LIMIT` has the type of the argument; `max_len = NAME_LENGTH` with a `usize`; or
/// `one_of = STATES` with a list. The compiler checks their values by the same rules.
///
/// If a rule depends on a type of yours, which the macro cannot see, it is checked when the server is built, with the same code in the message. So are
/// the patterns of your types, even in answers: clients in JavaScript and Python compile them as well, and do not support `\p{L}`, `\u{200B}` or `(?i)`.
pub mod st18 {}
