//! Who an object belongs to, and the proof that it belongs to the caller.

use std::{fmt, future::Future, marker::PhantomData, ops::Deref};

use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Proven, ToolError};

/// How many objects of one `Vec<Owned<T>>`, or owners of one `Vec<Key>`, are loaded at a time, unless [`Load::load_many`] does it in one query.
pub(crate) const LOADS_AT_A_TIME: usize = 8;

/// The owner of an object: a subject, a tenant, or a subject within a tenant.
///
/// [`Caller::owns`](crate::Caller::owns) decides. In a deployment with tenants use [`Owner::tenant`] or
/// [`Owner::subject_in`]; an owner made by [`Owner::subject`] belongs to callers without a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    subject: Option<Box<str>>,
    tenant: Option<Box<str>>,
}

impl Owner {
    /// Belongs to one subject, in a deployment without tenants.
    #[must_use]
    pub fn subject(subject: impl Into<Box<str>>) -> Self {
        Self { subject: Some(subject.into()), tenant: None }
    }

    /// Belongs to everybody in one tenant.
    #[must_use]
    pub fn tenant(tenant: impl Into<Box<str>>) -> Self {
        Self { subject: None, tenant: Some(tenant.into()) }
    }

    /// Belongs to one subject of one tenant.
    #[must_use]
    pub fn subject_in(tenant: impl Into<Box<str>>, subject: impl Into<Box<str>>) -> Self {
        Self { subject: Some(subject.into()), tenant: Some(tenant.into()) }
    }

    /// The subject's name, where one subject owns the object.
    #[must_use]
    pub fn subject_name(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The tenant's name, where the object belongs to a tenant.
    #[must_use]
    pub fn tenant_name(&self) -> Option<&str> {
        self.tenant.as_deref()
    }
}

/// A kind of object that belongs to somebody.
///
/// ```
/// use secure_tool::{Owner, Resource};
///
/// struct Invoice { id: String, customer: String }
///
/// impl Resource for Invoice {
///     type Key = String;
///     fn owner(&self) -> Owner {
///         Owner::subject(self.customer.as_str())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who owns it, so it cannot be `Owned` [ST38]",
    label = "does not implement `Resource`",
    note = "help: say who owns it: `impl secure_tool::Resource for {Self} {{ type Key = …; fn owner(&self) -> Owner {{ … }} }}`"
)]
pub trait Resource: Sized + Send + Sync + 'static {
    /// What the model names an object by. It is validated like every other argument.
    type Key: DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// Who the object belongs to.
    fn owner(&self) -> Owner;

    /// Which state of the object this is, such as its revision or its `ETag`; by default there is none.
    ///
    /// A [confirmation](crate::guide::confirmation) is bound to it: a call whose objects have another version than when the person was asked
    /// ends as `conflict`, also where what they say of themselves is the same. Only tools with `confirm = "…"` ask for it.
    fn version(&self) -> Option<String> {
        None
    }

    /// Whether the object is a canary: bait that no honest caller has a reason to touch, such as an invoice that was made up and is linked from nowhere.
    ///
    /// A call for which the guard loads one, no matter who owns it, raises an alert ([`AlertKind::Canary`](crate::AlertKind::Canary)), and its audit record says `canary`.
    /// Otherwise the call goes on as with any other object, so that the caller does not learn it. Keys that the guard asks about without loading the
    /// object ([`OwnerOf`]) have no canaries.
    fn canary(&self) -> bool {
        false
    }
}

/// A boxed object is the object.
#[diagnostic::do_not_recommend]
impl<T: Resource> Resource for Box<T> {
    type Key = T::Key;

    fn owner(&self) -> Owner {
        T::owner(self)
    }

    fn version(&self) -> Option<String> {
        T::version(self)
    }

    fn canary(&self) -> bool {
        T::canary(self)
    }
}

/// How the state finds an object for `Owned<T>`.
///
/// An implementation looks the object up by its key and nothing else: whether the caller may see it is the guard's
/// decision, which compares [`Resource::owner`] with the caller and answers alike for "not there" and "not yours".
///
/// ```
/// use std::collections::HashMap;
/// use secure_tool::{Load, Owner, Resource, ToolError};
///
/// #[derive(Clone)]
/// struct Note { author: String }
///
/// impl Resource for Note {
///     type Key = u32;
///     fn owner(&self) -> Owner {
///         Owner::subject(self.author.as_str())
///     }
/// }
///
/// struct Notes(HashMap<u32, Note>);
///
/// impl Load<Note> for Notes {
///     async fn load(&self, key: &u32) -> Result<Option<Note>, ToolError> {
///         Ok(self.0.get(key).cloned())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot load `{T}`, so the guard cannot check who owns one [ST38]",
    label = "does not implement `Load<{T}>`",
    note = "help: implement it: `impl secure_tool::Load<{T}> for {Self} {{ async fn load(&self, key: &<{T} as Resource>::Key) -> Result<Option<{T}>, ToolError> {{ … }} }}`"
)]
pub trait Load<T: Resource>: Send + Sync {
    /// Finds the object, `None` if there is none.
    ///
    /// # Errors
    ///
    /// Where it cannot be told: the call ends with that error, masked as usual. `not_found` and `forbidden` count as `None`.
    fn load(&self, key: &T::Key) -> impl Future<Output = Result<Option<T>, ToolError>> + Send;

    /// Finds several objects, in the order of the keys. By default several [`load`](Self::load)s at a time; override it
    /// with one query where the store can do that.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load). An answer of another length than `keys` fails the call.
    fn load_many(&self, keys: &[T::Key]) -> impl Future<Output = Result<Vec<Option<T>>, ToolError>> + Send {
        stream::iter(keys).map(|key| self.load(key)).buffered(LOADS_AT_A_TIME).try_collect()
    }
}

/// How the state tells the owner of an object from its key, for `owner = key` where the body needs no loaded object.
///
/// ```
/// use secure_tool::{Owner, OwnerOf, ToolError};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct ReportKey(u32);
///
/// struct Reports;
///
/// impl OwnerOf<ReportKey> for Reports {
///     async fn owner_of(&self, key: &ReportKey) -> Result<Option<Owner>, ToolError> {
///         Ok((key.0 < 100).then(|| Owner::tenant("acme")))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell who owns a `{K}` [ST38]",
    label = "does not implement `OwnerOf<{K}>`",
    note = "help: implement it: `impl secure_tool::OwnerOf<{K}> for {Self} {{ async fn owner_of(&self, key: &{K}) -> Result<Option<Owner>, ToolError> {{ … }} }}`"
)]
pub trait OwnerOf<K>: Send + Sync {
    /// The owner of the object with this key, `None` if there is no such object.
    ///
    /// # Errors
    ///
    /// Where it cannot be told; as [`Load::load`].
    fn owner_of(&self, key: &K) -> impl Future<Output = Result<Option<Owner>, ToolError>> + Send;
}

/// The proof that an object belongs to the caller of this call.
///
/// Only the guard makes one, after it has loaded the object and compared its [`Resource::owner`] with the caller (or found the caller to
/// hold the server's [override scope](crate::ServerBuilder::override_scope), which is on record then). A data
/// layer that takes `Owned<'_, Invoice>` where it changes or reveals an invoice cannot be handed a stranger's.
///
/// The proof holds for one call and ends with it: `'call` is shorter than anything that outlives the call, so a proof can neither be kept in
/// the state nor be moved to a task. In a tool the lifetime may be left out, `invoice: Owned<Invoice>`, and the attribute writes it; elsewhere
/// it is `Owned<'_, Invoice>` or `&Owned<'_, Invoice>`. What [`into_inner`](Self::into_inner) gives may be kept, and proves nothing.
///
/// ```compile_fail,E0597
/// use secure_tool::prelude::*;
/// # use std::sync::Mutex;
/// # struct Note { author: String }
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
///
/// struct Desk { last: Mutex<Option<Owned<'static, Note>>> }
/// # impl Load<Note> for Desk { async fn load(&self, _: &u32) -> Result<Option<Note>, ToolError> { Ok(None) } }
///
/// impl Desk {
///     /// Read a note.
///     #[secure_tool(scope = "notes:read", owner = note, read_only)]
///     async fn read(
///         &self,
///         /// Which note.
///         note: Owned<Note>,
///     ) {
///         *self.last.lock().unwrap() = Some(note); // to be used in somebody else's call
///     }
/// }
/// ```
pub struct Owned<'call, T> {
    object: T,
    /// Covariant: a proof may be lent for less, never for more.
    call: PhantomData<&'call ()>,
}

impl<T> Owned<'_, T> {
    /// The proof, for as long as something of the call is borrowed.
    pub(crate) const fn proven<C>(_: &C, object: T) -> Owned<'_, T> {
        Owned { object, call: PhantomData }
    }

    /// The object, without the proof.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.object
    }
}

impl<T: Resource> Owned<'_, T> {
    /// A view of the object, which carries its owner out of the call: see [`Proven`].
    #[must_use]
    pub fn view<V>(&self, view: impl FnOnce(&T) -> V) -> Proven<V> {
        Proven::of(self.object.owner(), view(&self.object))
    }
}

impl<T> Deref for Owned<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

impl<T: fmt::Debug> fmt::Debug for Owned<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Owned").field(&self.object).finish()
    }
}
