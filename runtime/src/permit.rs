//! What a call may do, as a proof that a data layer can require.

use std::{fmt, marker::PhantomData};

/// Reads and changes nothing: what a `read_only` tool may do.
#[derive(Clone, Copy, Debug)]
pub struct Read;

/// Creates or changes data.
#[derive(Clone, Copy, Debug)]
pub struct Write;

/// Destroys data: what a `destructive` tool may do.
#[derive(Clone, Copy, Debug)]
pub struct Destroy;

/// The proof that the guard has admitted a call that may do `E`: [`Read`], [`Write`] or [`Destroy`].
///
/// A tool takes it as `&Permit<Write>` and passes it on to the data layer, which requires it in every function that changes something. Only the guard
/// can create one; it is not `Clone` and cannot be kept beyond the call, because it is only ever borrowed. A tool that asks for a permit stronger
/// than its own effect does not compile (ST39), and neither does a call of the data layer with a permit that is too weak:
///
/// ```
/// use secure_tool::prelude::*;
/// # use std::sync::Mutex;
///
/// struct Store { notes: Mutex<Vec<String>> }
///
/// impl Store {
///     fn count(&self, _permit: &impl Allows<Read>) -> usize {
///         self.notes.lock().map_or(0, |notes| notes.len())
///     }
///     fn add(&self, _permit: &impl Allows<Write>, note: String) {
///         if let Ok(mut notes) = self.notes.lock() { notes.push(note) }
///     }
/// }
///
/// /// Add a note, and say how many there are.
/// #[secure_tool(scope = "notes:write", owner = unowned("the board hangs in the hall"))]
/// async fn add_note(
///     store: &Store,
///     permit: &Permit<Write>,
///     /// What it says.
///     text: String,
/// ) -> Json<usize> {
///     store.add(permit, text);
///     Json(store.count(permit)) // the stronger permit serves where the weaker one is asked for
/// }
/// # let _: Tool<Store> = add_note();
/// ```
///
/// The other way round it does not compile:
///
/// ```compile_fail
/// # use secure_tool::prelude::*;
/// # struct Store;
/// # impl Store { fn add(&self, _permit: &impl Allows<Write>, _note: String) {} }
/// /// Look at the notes.
/// #[secure_tool(scope = "notes:read", owner = unowned("the board hangs in the hall"), read_only)]
/// async fn look(store: &Store, permit: &Permit<Read>) {
///     store.add(permit, "while I am here".to_owned());
/// }
/// ```
///
/// In a module that also imports [`std::io::Write`] or [`std::io::Read`], write `&Permit<secure_tool::Write>`: an explicit import takes precedence
/// over the prelude, and there `Write` is the trait.
// Unsized, so that the macro alone reports a permit for a trait.
pub struct Permit<E: ?Sized> {
    effect: PhantomData<fn() -> E>,
}

impl<E> Permit<E> {
    /// A permit for as long as a part of the call is borrowed.
    pub(crate) const fn lend<T>(_: &T) -> &Self {
        &Self { effect: PhantomData }
    }
}

impl<E: ?Sized> fmt::Debug for Permit<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

/// A permit for `E`, or a stronger one: the bound that a data layer uses.
///
/// Implemented only for [`Permit`]: `Permit<Destroy>` allows everything, `Permit<Write>` allows writing and reading, `Permit<Read>` allows reading.
#[diagnostic::on_unimplemented(
    message = "this requires a permit for `{E}`, but `{Self}` is not one",
    label = "does not allow `{E}`",
    note = "help: take `permit: &Permit<{E}>` in a tool whose effect allows it: `read_only` for `Read`, no key for `Write`, `destructive` for `Destroy`"
)]
pub trait Allows<E>: sealed::Permit {}

impl Allows<Read> for Permit<Read> {}
impl Allows<Read> for Permit<Write> {}
impl Allows<Read> for Permit<Destroy> {}
impl Allows<Write> for Permit<Write> {}
impl Allows<Write> for Permit<Destroy> {}
impl Allows<Destroy> for Permit<Destroy> {}

/// Whether a tool of this effect may hold a permit for `P`.
#[diagnostic::on_unimplemented(
    message = "an item with the effect `{Self}` cannot have a `Permit<{P}>` [ST39]",
    label = "is stronger than the effect",
    note = "help: take a weaker permit; or declare what the tool does in its attribute: remove `read_only` if it writes, write `destructive` if it destroys"
)]
pub trait Grants<P> {}

impl Grants<Read> for Read {}
impl Grants<Read> for Write {}
impl Grants<Write> for Write {}
impl Grants<Read> for Destroy {}
impl Grants<Write> for Destroy {}
impl Grants<Destroy> for Destroy {}

/// Which permit the calls of a tool receive.
pub struct Grant<P>(PhantomData<fn() -> P>);

impl<P> Clone for Grant<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Grant<P> {}

/// The grant for a tool whose effect is `E` and that asks for a `Permit<P>`.
#[must_use]
pub fn permit<E: Grants<P>, P>() -> Grant<P> {
    Grant(PhantomData)
}

mod sealed {
    pub trait Permit {}
    impl<E> Permit for super::Permit<E> {}
}
