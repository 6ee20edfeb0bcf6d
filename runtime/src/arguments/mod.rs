//! Structs whose fields are the arguments of a tool.

mod check;

use crate::{
    guard::{entry::Rejection, given::Given, reader::Plain},
    schema::argument::{Argument, ArgumentSpec},
};

pub use check::{Misfit, check_fields, shown_field};

/// A struct whose fields are arguments of a tool: the model sends them beside the other arguments, not inside an object of their own.
///
/// Derive it, and take the struct with `#[arg(flatten)]`. The field's doc comment is the description that the model reads, and `#[arg(…)]` has the
/// same keys as on a parameter. Every rule for arguments holds for the fields, while compiling: descriptions (ST04), names on the wire
/// (ST17), contradictions (ST18), untyped values (ST30), identities (ST32), free text (ST33) and credentials (ST34). Where the struct is
/// taken, names that occur twice (ST18) and keys of objects that `owner` does not name (ST27) are refused.
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
/// A client sends `{"text": "milk", "limit": 5}`. The struct needs no other derive; it may have `Deserialize` and `JsonSchema`, as it does where
/// rmcp's `Parameters<Search>` took it. Of their attributes these are understood: `rename`, `rename_all`, `default`, `deny_unknown_fields`,
/// `crate`, those that concern serializing only, and `#[schemars(description = "…")]`. Any other is an error, because it would
/// change what one of the two believes.
///
/// - A field may be such a struct itself: `#[arg(flatten)] page: Page`.
/// - `owner` names parameters, never fields, and `Owned<_>` stays a parameter: what the guard proves is visible in the signature.
/// - `confirm = "…"` may name fields as it names parameters.
/// - A struct that is to be one object on the wire derives `Deserialize` and `JsonSchema`, and is taken with `#[arg(nested)]`.
///
/// The trait cannot be implemented by hand in a way that is supported; the names of its items may change with every version.
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

/// What the tool that takes a struct has to know about its fields.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// One argument.
    One {
        /// The name in the source.
        ident: &'static str,
        /// The name on the wire.
        name: &'static str,
        /// Whether the name is that of an object's key, and nothing says otherwise.
        object: bool,
        /// Whether it is shown nowhere.
        secret: bool,
    },
    /// The fields of another struct.
    All(&'static [Self]),
}

/// A struct on its way into a tool: what its derive left, without the bound on its type.
pub struct Flattened<T> {
    /// What the compiler compares with the rest of the tool.
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

/// The arguments of a tool under construction.
pub struct Declaration<'a>(&'a mut Vec<ArgumentSpec>);

impl Declaration<'_> {
    /// Adds a field.
    pub fn argument<T>(&mut self, argument: Argument<Plain<T>>) {
        // A field stands where it is on purpose: the struct around it was flattened.
        self.0.push(ArgumentSpec { nested: true, ..argument.spec });
    }

    /// Adds the fields of a struct.
    pub fn fields<T>(&mut self, flattened: Flattened<T>) {
        flattened.declare(self.0);
    }
}
