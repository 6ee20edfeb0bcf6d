//! Ownership at the exit: what leaves is the caller's.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Output, ToolOutput};
use crate::{Owner, Resource, ToolError, schema::outcome};

/// A type whose objects have owners: what [`Mine`] checks at the exit.
///
/// Every [`Resource`] is one, and so are `Option`s and `Vec`s of them. For a view, or a page with a list in it, say what it consists of:
///
/// ```
/// use secure_tool::{HasOwners, Owner};
///
/// struct Line { company: String, cents: u32 }
///
/// impl HasOwners for Line {
///     fn owners(&self) -> impl Iterator<Item = Owner> {
///         std::iter::once(Owner::tenant(self.company.as_str()))
///     }
/// }
///
/// struct Page { lines: Vec<Line>, more: bool }
///
/// impl HasOwners for Page {
///     fn owners(&self) -> impl Iterator<Item = Owner> {
///         self.lines.owners()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell whose it is, so `Mine` cannot check it [ST36]",
    label = "is no `HasOwners`",
    note = "help: `impl secure_tool::HasOwners for {Self} {{ fn owners(&self) -> impl Iterator<Item = Owner> {{ … }} }}`"
)]
pub trait HasOwners {
    /// The owner of every object in it.
    fn owners(&self) -> impl Iterator<Item = Owner>;
}

impl<T: Resource> HasOwners for T {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(self.owner())
    }
}

impl<T: HasOwners> HasOwners for Vec<T> {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        self.iter().flat_map(HasOwners::owners)
    }
}

impl<T: HasOwners> HasOwners for Option<T> {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        self.iter().flat_map(HasOwners::owners)
    }
}

/// A structured answer, like [`Json`](super::Json), of which every object must belong to the caller.
///
/// The guard looks at each one before the answer leaves. A foreign one means that a query forgot its `WHERE`: the call fails as
/// `internal`, the audit record says `breach`, and an event at level `ERROR` goes to the target `secure_tool::alert`. A tool that is
/// `public` has no caller, so nothing with an owner leaves it. The server's override scope counts here as well.
///
/// ```
/// # use secure_tool::{Mine, prelude::*};
/// # #[derive(Clone, serde::Serialize, schemars::JsonSchema)]
/// # struct Note { author: String }
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
/// # struct Desk { notes: Vec<Note> }
/// impl Desk {
///     /// List the caller's notes.
///     #[secure_tool(scope = "notes:read", owner = caller, read_only)]
///     async fn list(&self, caller: &Caller) -> Mine<Vec<Note>> {
///         let _ = caller.subject(); // and then forgotten: the guard finds out
///         Mine(self.notes.clone())
///     }
/// }
/// # let _ = Desk::list();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mine<T>(pub T);

impl<T: HasOwners + Serialize + JsonSchema + Send + 'static> ToolOutput for Mine<T> {
    fn output_schema() -> Option<Value> {
        Some(outcome::written_by::<T>())
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.0.owners().all(|owner| passes(&owner))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.json(&self.0)
    }
}
