//! Ownership of answers: every object in an answer must belong to the caller.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    marker::PhantomData,
    sync::Arc,
};

use schemars::JsonSchema;
use secure_tool_vocabulary::Media;
use serde::Serialize;
use serde_json::Value;

use super::{Output, ToolOutput};
use crate::{Owner, Resource, ToolError, schema::outcome};

/// A type that contains objects with owners, which [`Mine`] checks at the release stage.
///
/// It is implemented for every [`Resource`], for [`Proven`](crate::Proven) views, and for `Option`s, lists, sets, tuples, `Arc`s and map values of
/// types with owners. Derive it for a view, or a page with a list in it: put `#[owner(tenant)]` and `#[owner(subject)]` on the fields that name the
/// owner (text, which `#[serde(skip)]` can keep out of the answer), `#[owner]` on a field that is an [`Owner`], and `#[owners]` on a field that
/// contains objects with owners. A field whose type has owners needs one of these attributes, unless `#[serde(skip)]` keeps it out of the answer.
///
/// ```
/// use secure_tool::HasOwners;
///
/// #[derive(HasOwners, serde::Serialize, schemars::JsonSchema)]
/// struct Line {
///     #[serde(skip)]
///     #[owner(tenant)]
///     company: String,
///     cents: u32,
/// }
///
/// #[derive(HasOwners, serde::Serialize, schemars::JsonSchema)]
/// struct Page {
///     #[owners]
///     lines: Vec<Line>,
///     more: bool,
/// }
///
/// let line = |company: &str| Line { company: company.into(), cents: 100 };
/// let page = Page { lines: vec![line("acme"), line("globex")], more: false };
/// assert_eq!(page.owners().count(), 2);
/// ```
///
/// A manual implementation:
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
    message = "`{Self}` does not say who owns it, so `Mine` cannot check it [ST28]",
    label = "does not implement `HasOwners`",
    note = "help: write `#[derive(HasOwners)]`, and put `#[owner(tenant)]` or `#[owner(subject)]` on the field that names the owner, or `#[owners]` on the field whose objects have owners"
)]
pub trait HasOwners {
    /// The owner of every object in it.
    fn owners(&self) -> impl Iterator<Item = Owner>;
}

#[diagnostic::do_not_recommend]
impl<T: Resource> HasOwners for T {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(self.owner())
    }
}

/// Containers: the owners of everything in them.
macro_rules! containers {
    ($($container:ty, [$($generics:tt)*], $items:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> HasOwners for $container {
            fn owners(&self) -> impl Iterator<Item = Owner> {
                self.$items().flat_map(HasOwners::owners)
            }
        }
    )*};
}

containers! {
    Vec<T>, [T: HasOwners], iter;
    VecDeque<T>, [T: HasOwners], iter;
    [T; N], [T: HasOwners, const N: usize], iter;
    BTreeSet<T>, [T: HasOwners], iter;
    HashSet<T, S>, [T: HasOwners, S], iter;
    Option<T>, [T: HasOwners], iter;
    BTreeMap<K, T>, [K, T: HasOwners], values;
    HashMap<K, T, S>, [K, T: HasOwners, S], values;
}

#[diagnostic::do_not_recommend]
impl<T: HasOwners + ?Sized> HasOwners for Arc<T> {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        (**self).owners()
    }
}

/// Tuples: the owners of every part.
macro_rules! tuples {
    ($($first:ident $(, $part:ident)*;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$first: HasOwners $(, $part: HasOwners)*> HasOwners for ($first, $($part,)*) {
            fn owners(&self) -> impl Iterator<Item = Owner> {
                #[allow(non_snake_case, reason = "each part is called what its type is called")]
                let ($first, $($part,)*) = self;
                $first.owners() $(.chain($part.owners()))*
            }
        }
    )*};
}

tuples! {
    A;
    A, B;
    A, B, C;
    A, B, C, D;
}

/// The owners in a field with `#[owners]`, for the derive.
pub fn owners<T: HasOwners>(field: &T) -> impl Iterator<Item = Owner> {
    field.owners()
}

/// The type of a field without an attribute, for the derive.
pub struct Unmarked<T>(PhantomData<fn() -> T>);

impl<T: HasOwners> Unmarked<T> {
    #[doc(hidden)]
    pub fn __secure_tool_unmarked()
    where
        T: LeavesUnseen,
    {
    }
}

/// Implemented by no type: a type whose owners would not have to be checked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has owners that are not compared with the caller [ST28]",
    label = "contains objects that have owners",
    note = "help: write `#[owners]` on the field; or `#[serde(skip)]`, if it should not be in the answer"
)]
pub trait LeavesUnseen {}

/// Every type that has no owners.
pub trait NoOwners: Sized {
    #[doc(hidden)]
    fn __secure_tool_unmarked() {}
}

impl<T> NoOwners for Unmarked<T> {}

/// A field that names an owner.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot name an owner [ST28]",
    label = "is not text",
    note = "help: put the attribute on a field of type `String`, `Box<str>` or another type with `AsRef<str>`; or keep the `Owner` itself: `#[owner] owner: Owner`"
)]
pub trait NamesOwner {
    /// The name.
    fn name(&self) -> &str;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> NamesOwner for T {
    fn name(&self) -> &str {
        self.as_ref()
    }
}

/// The name in a field with `#[owner(tenant)]` or `#[owner(subject)]`, for the derive.
pub fn owner_name<T: NamesOwner>(field: &T) -> &str {
    field.name()
}

/// A field that is an owner.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an `Owner` [ST28]",
    label = "is not an `Owner`",
    note = "help: say whether the field names a subject or a tenant: `#[owner(subject)]` or `#[owner(tenant)]`; or keep the `Owner` itself: `#[owner] owner: Owner`"
)]
pub trait IsOwner {
    /// The owner.
    fn owner(&self) -> Owner;
}

impl IsOwner for Owner {
    fn owner(&self) -> Owner {
        self.clone()
    }
}

/// The owner in a field with `#[owner]`, for the derive.
pub fn given_owner<T: IsOwner>(field: &T) -> Owner {
    field.owner()
}

/// A structured answer, like [`Json`](super::Json), in which every object must belong to the caller.
///
/// The guard checks each object before the answer leaves. An object of somebody else means that a query forgot its `WHERE`: the call fails as
/// `internal`, the audit record says `breach`, and an event at level `ERROR` is logged with the target `secure_tool::alert`. A `public` tool has no
/// caller, so it cannot return anything with an owner. The server's override scope applies here too.
///
/// ```
/// # use secure_tool::prelude::*;
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

    fn media() -> Option<&'static [Media]> {
        Some(&[])
    }

    fn check_owners(&self, passes: &mut dyn FnMut(&Owner) -> bool) -> bool {
        self.0.owners().all(|owner| passes(&owner))
    }

    fn write(self, output: &mut Output) -> Result<(), ToolError> {
        output.json(&self.0)
    }
}
