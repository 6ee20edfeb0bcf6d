//! What only resources and prompts can get wrong: ST40 to ST45.

/// ST40: a URI that is not a template of level 1.
///
/// A URI names one object, and an object has one URI, so that it can be said before the body runs which object a request means. Templates of
/// [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570) above level 1, such as `{+path}` or `{?page}`, and two variables with nothing reserved between them can be read in
/// several ways.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// A note.
/// #[secure_resource(uri = "notes://{+path}", scope = "notes:read", owner = unowned("notes on the wall"))]
/// async fn note(&self, /** Which. */ path: String) -> String { path }
/// # }
/// # fn main() {}
/// ```
///
/// Write plain variables with a reserved character such as `/` between them: `uri = "notes://{year}/{number}"`. A template begins with a scheme in lower case, names each
/// variable once, has no `%`, `#` and no character outside of ASCII, and at most 512 bytes.
pub mod st40 {}

/// ST41: a variable of a URI without a parameter, or a parameter without a variable.
///
/// The variables are the arguments, by their names on the wire: a variable without a parameter is never checked, and a parameter without a variable has no value.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// A note.
/// #[secure_resource(uri = "notes://{note}", scope = "notes:read", owner = unowned("notes on the wall"))]
/// async fn note(&self, /** Which. */ number: u32) -> String { number.to_string() }
/// # }
/// # fn main() {}
/// ```
///
/// Call them the same, or give the parameter the variable's name: `#[arg(name = "note")] number: u32`.
pub mod st41 {}

/// ST42: an argument of a resource or a prompt that is not a single value.
///
/// A variable of a URI, and an argument of a prompt, is one text on the wire. It is read as a text, a number or a `bool`, and validated as an argument of a tool would be. A list
/// or a struct is neither. A variable is always there, so it is no `Option<_>`; and clients show and log URIs, so it is no `Secret<_>`.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// Some notes.
/// #[secure_resource(uri = "notes://{numbers}", scope = "notes:read", owner = unowned("notes on the wall"))]
/// async fn notes(&self, /** Which. */ numbers: Vec<u32>) -> String { format!("{numbers:?}") }
/// # }
/// # fn main() {}
/// ```
///
/// Take one value, or make it a tool. What a type of the application's own is, is known when the server is built, which refuses it there.
pub mod st42 {}

/// ST43: a resource or a prompt that writes.
///
/// Clients read resources and prompts without asking anybody, as often as they like.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// A note.
/// #[secure_resource(uri = "notes://all", scope = "notes:read", owner = caller("its answer holds no rows"))]
/// async fn notes(&self, caller: &Caller, permit: &Permit<Write>) -> String { let _used = permit; caller.subject().into() }
/// # }
/// # fn main() {}
/// ```
///
/// Ask for a `&Permit<Read>`, or for none; or make it a tool, whose effect is said, switched and confirmed.
pub mod st43 {}

/// ST44: a `list` or a `complete` that cannot offer anything.
///
/// Both name an `async` function that the guard calls with the state and the caller, and whose answer is proven to be the caller's: `Mine<Vec<ListedResource>>` and
/// `Mine<Vec<Completion>>`. So there is a state, and the scope is not `public`. A fixed URI is listed by itself, and the values of `one_of`, of an enum and of a `bool` are known.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// The opening hours.
/// #[secure_resource(uri = "desk://hours", scope = "desk:read", owner = unowned("they hang at the door"), list = Self::all_hours)]
/// async fn hours(&self) -> String { "9 to 5".into() }
/// # }
/// # fn main() {}
/// ```
///
/// `async fn my_notes(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError>` for `list = Self::my_notes`,
/// `async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError>` for `complete = Self::my_numbers`; both may leave `Result` out.
pub mod st44 {}

/// ST45: an invalid media type.
///
/// Clients choose by it what they do with the bytes.
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Desk;
/// # impl Desk {
/// /// The opening hours.
/// #[secure_resource(uri = "desk://hours", scope = "desk:read", owner = unowned("they hang at the door"), mime = "csv")]
/// async fn hours(&self) -> String { "9 to 5".into() }
/// # }
/// # fn main() {}
/// ```
///
/// A type and a subtype, and parameters if there are any: `mime = "text/csv; charset=utf-8"`.
pub mod st45 {}
