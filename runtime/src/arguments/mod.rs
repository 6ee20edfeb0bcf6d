//! Structs whose fields are the arguments of a tool.

mod check;

use crate::{
    guard::{entry::Rejection, given::Given, reader::Plain},
    schema::argument::{Argument, ArgumentSpec},
};

pub use check::{Misfit, check_fields, shown_field};

/// A struct whose fields are arguments of a tool: the model sends them next to the other arguments, not in a nested object.
///
/// Derive it, and take the struct with `#[arg(flatten)]`. The doc comment of a field is the description that the model reads, and `#[arg(…)]` has the
/// same keys as on a parameter. Every compile-time rule for arguments applies to the fields: descriptions (ST04), names on the wire (ST17),
/// contradictions (ST18), untyped values (ST30), identities (ST32), free text (ST33) and credentials (ST34). Where the struct is used, duplicate
/// names (ST18) and keys of objects that `owner` does not name (ST27) are refused.
///
/// ```
/// use secure_tool::prelude::*;
///
/// #[derive(Arguments)]
/// struct Search {
///     /// What to look for.
///     #[arg(min_len = 2, example = "milk")]
///     text: String,
///     /// How many notes at most.
///     #[arg(max = 50, default = 20)]
///     limit: u32,
/// }
///
/// # struct Desk;
/// # impl Desk {
/// /// Search the notes on the board.
/// #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
/// async fn search(&self, #[arg(flatten)] search: Search) -> String {
///     format!("{} notes at most about {}", search.limit, search.text)
/// }
/// # }
/// # let _ = Desk::search();
/// ```
///
/// A client sends `{"text": "milk", "limit": 5}`. The struct needs no other derive; it may also derive `Deserialize` and `JsonSchema`, for example
/// because rmcp's `Parameters<Search>` used it. Of their attributes, the following are supported: `rename`, `rename_all`, `default`,
/// `deny_unknown_fields`, `crate`, those that affect only serialization, and `#[schemars(description = "…")]`. Any other is an error, because the
/// schema and the reader would then disagree.
///
/// - A field may itself be such a struct: `#[arg(flatten)] page: Page`.
/// - `owner` names parameters, never fields, and `Owned<_>` must be a parameter, so that everything the guard proves is visible in the signature.
/// - `confirm = "…"` may name fields like parameters.
/// - For a struct that is one object on the wire, derive `Deserialize` and `JsonSchema`, and take it with `#[arg(nested)]`.
///
/// Manual implementations are not supported; the names of the trait's items may change in every version.
#[diagnostic::on_unimplemented(
    message = "the fields of `{Self}` cannot be arguments of the tool [ST26]",
    label = "does not derive `Arguments`",
    note = "help: put `#[derive(secure_tool::Arguments)]` on the struct; or write `#[arg(nested)]` if clients should send it as one object"
)]
pub trait Arguments: Sized + Send + 'static {
    #[doc(hidden)]
    const FIELDS: &'static [Field];

    #[doc(hidden)]
    fn declare(declaration: &mut Declaration<'_>);

    #[doc(hidden)]
    fn read(given: &Given<'_>) -> Result<Self, Rejection>;
}

/// What a tool needs to know about the fields of a struct.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// One argument.
    One {
        /// The name in the source.
        ident: &'static str,
        /// The name on the wire.
        name: &'static str,
        /// Whether the name is that of an object's key, without an opt-out.
        object: bool,
        /// Whether it is secret.
        secret: bool,
    },
    /// The fields of another struct.
    All(&'static [Self]),
}

/// A struct that a tool takes: the data from its derive, without the bound on its type.
pub struct Flattened<T> {
    /// The fields, which are compared with the rest of the tool at compile time.
    pub fields: &'static [Field],
    declare: fn(&mut Declaration<'_>),
    pub(crate) read: fn(&Given<'_>) -> Result<T, Rejection>,
}

impl<T> Clone for Flattened<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Flattened<T> {}

impl<T> Flattened<T> {
    pub(crate) fn declare(self, arguments: &mut Vec<ArgumentSpec>) {
        (self.declare)(&mut Declaration(arguments));
    }
}

/// The struct `T`, for the expansion.
#[must_use]
pub const fn flattened<T: Arguments>() -> Flattened<T> {
    Flattened { fields: T::FIELDS, declare: T::declare, read: T::read }
}

/// The arguments of a tool that is being defined.
pub struct Declaration<'a>(&'a mut Vec<ArgumentSpec>);

impl Declaration<'_> {
    /// Adds a field.
    pub fn argument<T>(&mut self, argument: Argument<Plain<T>>) {
        // A field is next to the other arguments on purpose: the struct around it was flattened.
        self.0.push(ArgumentSpec { nested: true, ..argument.spec });
    }

    /// Adds the fields of a struct.
    pub fn fields<T>(&mut self, flattened: Flattened<T>) {
        flattened.declare(self.0);
    }
}
