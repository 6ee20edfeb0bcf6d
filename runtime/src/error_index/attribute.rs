//! What an attribute has to state, and values that say nothing: ST01 to ST18.

/// ST01: a tool that states no scope.
///
/// Which permission a call needs is the first question a guard asks. A tool that leaves it open would be callable by everybody, so silence is an error.
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
/// State it: `scope = "notes:read"`, a constant, `all(a, b)` or `any(a, b)`. If really anybody may call it, without a credential even: `scope = public("why")`. The reason is in the policy manifest.
pub mod st01 {}

/// ST02: a tool that states no owner.
///
/// Broken object level authorization, where a caller swaps an id and gets a stranger's object, is the commonest hole of APIs. A tool has to say how its objects are bound to the caller.
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
/// Name the parameter that binds it: `owner = caller` (the body limits its queries to the caller), `owner = note` for a `note: Owned<Note>`, or for a key whose owner the state can tell. If nothing in the tool belongs to anybody: `owner = unowned("why")`.
pub mod st02 {}

/// ST03: a tool without a doc comment.
///
/// The description is all a model knows of the tool. Without one it guesses.
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
/// Write a doc comment on the function. Its whole text is the description. Of `#[doc = include_str!("…")]` the compiler checks that the text is not empty.
pub mod st03 {}

/// ST04: a model parameter without a doc comment.
///
/// The same for an argument: what the model does not understand it fills with something.
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
/// Write a doc comment on the parameter. A macro such as `#[doc = include_str!("…")]` is checked as for ST03.
pub mod st04 {}

/// ST05: a destructive tool that asks nobody.
///
/// A model deletes as readily as it reads. What cannot be undone is confirmed by a person, or the source says why not. A tool that is named
/// like a deletion (`delete_`, `remove_`, `drop_`, `purge_`, `destroy_`, `wipe_`, `truncate_`, `erase_`) is taken at its word.
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
/// `confirm = "Empty the desk?"` asks the person at the client, `confirm = operator("…")` somebody outside of the conversation,
/// `confirm = never("why")` nobody. See [confirmation](crate::guide::confirmation).
pub mod st05 {}

/// ST06: a resource that states no URI.
///
/// Clients read a resource by its URI, and by nothing else.
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
/// `uri = "desk://hours"`, or a template whose variables are the parameters: `uri = "notes://{note}"`.
pub mod st06 {}

/// ST07: a value that a person cannot be asked for.
///
/// An `Asked<_>` is a value that the person at the client gives before the body runs. Without a question nobody would be asked, and a question on
/// another type would ask the model. A form shows texts, numbers, truth values and choices, one of each; and it goes in plain text through a client that may keep it, so that nobody
/// is asked for a password, whatever the parameter is called: the words of the question and of the description count as well. If it is not a password, say so:
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
/// Write the question, `#[arg(ask = "What do you want to eat?")]`, and `Asked<_>` by value around the whole type: `Asked<Option<Dish>>` for what may be left
/// empty. Ask for several values in several parameters, which are one form. See [asking](crate::guide::asking).
pub mod st07 {}

/// ST10: an unknown key.
///
/// A key that is misspelt would otherwise be a rule that is not enforced. A key of a later version is refused until it is enforced.
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
/// The message names the nearest key; the references of [`secure_tool`](macro@crate::secure_tool), [`secure_resource`](macro@crate::secure_resource) and
/// [`secure_prompt`](macro@crate::secure_prompt) have them all. A resource and a prompt only read, so they have no `read_only`, `destructive` and `confirm`. The same goes for what
/// `releases(…)` lists: a kind that the release scan does not know would be an exception from nothing. A pattern of the application's own is
/// named as a string, and looked up when the server is built.
///
/// What clients are shown beside a tool is refused if it says nothing (`hints(idempotent)` of a tool that is `read_only`), if a client should not load
/// it (an icon without TLS, or of SVG, which can hold scripts), or if the name is not the application's (a key of `meta` without a prefix, or with one of the
/// protocol's or the guard's).
pub mod st10 {}

/// ST11: a key given twice.
///
/// Two rates or two scopes are a contradiction; neither is taken.
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
/// Keep one. For several scopes: `all(a, b)` or `any(a, b)`.
pub mod st11 {}

/// ST12: an invalid scope.
///
/// A scope is one token of RFC 6749, section 3.3: visible ASCII without blanks, quotes and backslashes. Wildcards are refused, as scopes are compared whole; an empty `all()` would be met by everybody.
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
/// Name each scope: `scope = any("notes:read", "notes:admin")`. The value of a constant, `scope = NOTES_READ`, is checked while compiling. One that may depend on a
/// type parameter (`T::READ`, `Self::READ`, `const { Store::READ }`) is checked when the server is built.
/// A word in lower case without quotes is taken for a scope, not for a constant.
pub mod st12 {}

/// ST13: a rate, quota or cost that is zero, invalid or out of range.
///
/// A rate of zero refuses everything, one of a million a second nothing. Both are mistakes.
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
/// `rate = 60/minute`, or `rate(60/minute, burst = 10, per = tenant)`. Units: `second`, `minute`, `hour`, `day`. A constant of the type [`Rate`](crate::Rate) does as well:
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
/// A tool can have several rates, all of which hold: `rate = [10/second, rate(200/hour, per = tenant)]`. Two of them that count the same calls by
/// the same unit are a mistake, as one has no effect. `quota = 500/day` is a number of calls from midnight to midnight in UTC, beside the rates. With `cost = 5` a call counts as
/// five; it could never pass a limit that lets fewer come at once:
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
/// The same for `timeout` (up to an hour), `max_output` (up to 64 MiB) and `concurrency`, of which `per_caller` is a part: at least 1, and no more than the whole.
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
/// `timeout = 5s` (units `ms`, `s`, `m`, `h`), `max_output = 64KiB` (`KiB`, `MiB`), `concurrency = 8` or `concurrency(8, per_caller = 2)`. Or constants: a `core::time::Duration` for `timeout`, a `usize` in
/// bytes for `max_output`, a `u32` for `concurrency`.
pub mod st14 {}

/// ST15: an opt-out without a reason.
///
/// An opt-out from a rule states its reason, for the reviewer of the manifest. Ten characters are the least that can be a reason.
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
/// `public("says nothing but the server's version")`.
pub mod st15 {}

/// ST16: a question that cannot be asked.
///
/// A placeholder in `confirm` is the bare name of a parameter that the model gives and that is no secret. What the guard gives is not asked
/// about: the person at the client is the caller.
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
/// The message says which parameters there are. `{{` and `}}` are braces.
///
/// What a question shows, it shows whole: a person who reads “run `echo hello`…” and says yes has not confirmed what comes after. So a text has at most
/// 200 characters and a list at most 10 items: `#[arg(max_len = 200)]`, `#[arg(max_items = 10)]`, or a type with a bound of its own such as
/// `Bounded<1, 80>`. Types that hide their texts and lists (aliases, structs) are looked at by `build()`, which knows their schemas.
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
/// Names of tools and arguments have 1 to 64 characters of `A-Z a-z 0-9 _ . -`. A parameter whose name begins with `_` is one that the body does
/// not use; published, the model is asked for something that nothing reads.
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
/// `name = "list_notes"`. For an argument that clients send and the body ignores, keep the name and write `let _ = city;` in the body; otherwise remove
/// the parameter.
pub mod st17 {}

/// ST18: an `#[arg]` that has no effect, or that no value can satisfy.
///
/// A pattern that does not compile, a minimum above the maximum, a bound on a type it does not fit, a default or an example outside its own bounds
/// or unlike its own pattern: each is a rule that would refuse everything or nothing.
///
/// A pattern is also published, and read by clients in JavaScript and Python. Neither knows `\p{…}`, `\u{…}`, `(?i)`, named groups, POSIX classes or
/// `\A` as Rust does, and some clients drop a tool, or a whole server, whose pattern they cannot read. Write the letters themselves: `[A-Za-zÀ-ÖØ-öø-ÿ]`.
///
/// An opt-out that opts out of nothing is refused as well, as it would stay when the name changes.
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
/// Numbers, lengths, patterns and lists may be constants: `max = LIMIT`, where `LIMIT` has the type of the argument; `max_len = NAME_LENGTH` with a `usize`;
/// `one_of = STATES` with a list. The compiler holds their values against the same rules.
///
/// What the macro cannot see, because it depends on a type of yours, is checked when the server is built, with the same code in the message. So are
/// the patterns of your types, also in answers: clients in JavaScript and Python compile them as well, and know no `\p{L}`, no `\u{200B}` and no `(?i)`.
pub mod st18 {}
