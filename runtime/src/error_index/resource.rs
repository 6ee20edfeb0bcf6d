//! Mistakes that only resources and prompts can have: ST40 to ST45.

/// ST40: a URI that is not a template of level 1.
///
/// A URI names one object, and an object has one URI, so that the guard knows before the body runs which object a request means. Templates of
/// [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570) above level 1, such as `{+path}` or `{?page}`, and two variables without a reserved character between them can be read in
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
/// variable once, contains no `%`, no `#` and no character outside ASCII, and has at most 512 bytes.
pub mod st40 {}

/// ST41: a variable of a URI without a parameter, or a parameter without a variable.
///
/// The variables are the arguments, by their names on the wire: a variable without a parameter would never be checked, and a parameter without a variable would have no value.
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
/// Use the same name for both, or give the parameter the variable's name: `#[arg(name = "note")] number: u32`.
pub mod st41 {}

/// ST42: an argument of a resource or a prompt that is not a single value.
///
/// On the wire, a variable of a URI or an argument of a prompt is one string. It is read as a string, a number or a `bool`, and validated like an argument of a tool. A list
/// or a struct is none of these. A variable always has a value, so it cannot be an `Option<_>`; and clients show and log URIs, so it cannot be a `Secret<_>`.
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
/// Take a single value, or make the item a tool. Types of the application are checked when the server is built.
pub mod st42 {}

/// ST43: a resource or a prompt that writes.
///
/// Clients read resources and prompts as often as they like, without asking anybody.
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
/// Take a `&Permit<Read>`, or no permit; or make it a tool, whose effect is declared, and can be switched off and confirmed.
pub mod st43 {}

/// ST44: a `list` or a `complete` that cannot offer anything.
///
/// Both name an `async` function that the guard calls with the state and the caller, and whose answer is proven to belong to the caller: `Mine<Vec<ListedResource>>` and
/// `Mine<Vec<Completion>>`. Therefore the item needs a state, and its scope is not `public`. A fixed URI is always listed, and the values of `one_of`, of an enum and of a `bool` are known.
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
/// Write `async fn my_notes(&self, caller: &Caller) -> Result<Mine<Vec<ListedResource>>, ToolError>` for `list = Self::my_notes`, and
/// `async fn my_numbers(&self, caller: &Caller, typed: &str) -> Result<Mine<Vec<Completion>>, ToolError>` for `complete = Self::my_numbers`; in both, `Result` is optional.
pub mod st44 {}

/// ST45: an invalid media type.
///
/// Clients use the media type to decide what to do with the bytes.
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
/// Write a type and a subtype, and parameters if there are any: `mime = "text/csv; charset=utf-8"`.
pub mod st45 {}
