//! The owner of an object, and the proof that the object belongs to the caller.

use std::{fmt, future::Future, marker::PhantomData, ops::Deref};

use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Proven, ToolError};

/// How many objects of one `Vec<Owned<T>>`, or owners of one `Vec<Key>`, are loaded concurrently, unless [`Load::load_many`] uses a single query.
pub(crate) const LOADS_AT_A_TIME: usize = 8;

/// The owner of an object: a subject, a tenant, or a subject within a tenant.
///
/// [`Caller::owns`](crate::Caller::owns) compares it with a caller. In a deployment with tenants use [`Owner::tenant`] or [`Owner::subject_in`];
/// [`Owner::subject`] is for callers without a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    subject: Option<Box<str>>,
    tenant: Option<Box<str>>,
}

impl Owner {
    /// The object belongs to one subject, in a deployment without tenants.
    #[must_use]
    pub fn subject(subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into().into()), tenant: None }
    }

    /// The object belongs to everybody in one tenant.
    #[must_use]
    pub fn tenant(tenant: impl Into<String>) -> Self {
        Self { subject: None, tenant: Some(tenant.into().into()) }
    }

    /// The object belongs to one subject of one tenant.
    #[must_use]
    pub fn subject_in(tenant: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into().into()), tenant: Some(tenant.into().into()) }
    }

    /// The name of the subject, if a subject owns the object.
    #[must_use]
    pub fn subject_name(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The name of the tenant, if the object belongs to a tenant.
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
    /// The type of the key by which the model names an object. It is validated like every other argument.
    type Key: DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// Who the object belongs to.
    fn owner(&self) -> Owner;

    /// The version of the object, such as its revision or its `ETag`; none by default.
    ///
    /// A [confirmation](crate::guide::confirmation) is bound to it: if the version of an object has changed since the person was asked, the call ends
    /// as `conflict`, even if the text shown for the object is the same. Only tools with `confirm = "…"` use it.
    fn version(&self) -> Option<String> {
        None
    }

    /// Whether the object is a canary: bait that no honest caller has a reason to access, such as a fictitious invoice that nothing links to.
    ///
    /// A call for which the guard loads one, no matter who owns it, raises an alert ([`AlertKind::Canary`](crate::AlertKind::Canary)), and its audit
    /// record says `canary`. Otherwise the call continues as with any other object, so the caller does not notice. Keys whose owner the guard
    /// determines without loading the object ([`OwnerOf`]) have no canaries.
    fn canary(&self) -> bool {
        false
    }
}

/// A boxed object has the key and the owner of the object.
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

/// Loads an object for `Owned<T>`; implemented by the state.
///
/// An implementation looks up the object only by its key. The guard decides whether the caller may see it: it compares [`Resource::owner`] with the
/// caller, and its answers for an absent object and for an object of somebody else are the same.
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
    /// Loads the object; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the object cannot be loaded: the call ends with that error, masked as usual. `not_found` and `forbidden` count as `None`.
    fn load(&self, key: &T::Key) -> impl Future<Output = Result<Option<T>, ToolError>> + Send;

    /// Loads several objects, in the order of the keys. By default it runs several [`load`](Self::load)s concurrently; override it with a single
    /// query if the database supports that.
    ///
    /// # Errors
    ///
    /// See [`load`](Self::load). The call fails if the result does not have the length of `keys`.
    fn load_many(&self, keys: &[T::Key]) -> impl Future<Output = Result<Vec<Option<T>>, ToolError>> + Send {
        stream::iter(keys).map(|key| self.load(key)).buffered(LOADS_AT_A_TIME).try_collect()
    }
}

/// Determines the owner of an object from its key, for `owner = key` where the body does not need the loaded object; implemented by the state.
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
    /// The owner of the object with this key; `None` if there is no such object.
    ///
    /// # Errors
    ///
    /// If the owner cannot be determined; see [`Load::load`].
    fn owner_of(&self, key: &K) -> impl Future<Output = Result<Option<Owner>, ToolError>> + Send;
}

/// The proof that an object belongs to the caller of this call.
///
/// Only the guard can create one, after it has loaded the object and compared its [`Resource::owner`] with the caller (or found that the caller holds
/// the server's [override scope](crate::ServerBuilder::override_scope), which is recorded). A data layer that requires `Owned<'_, Invoice>` to change
/// or reveal an invoice cannot be given the invoice of somebody else.
///
/// The proof is valid for one call and ends with it: `'call` is shorter than anything that outlives the call, so a proof can neither be stored in the
/// state nor moved to a task. In a tool the lifetime may be left out, `invoice: Owned<Invoice>`, and the attribute adds it; elsewhere it is
/// `Owned<'_, Invoice>` or `&Owned<'_, Invoice>`. The result of [`into_inner`](Self::into_inner) may be kept, but proves nothing.
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
    /// Covariant: the lifetime of a proof may be shortened, never extended.
    call: PhantomData<&'call ()>,
}

impl<T> Owned<'_, T> {
    /// Creates a proof for as long as a part of the call is borrowed.
    pub(crate) const fn proven<C>(_: &C, object: T) -> Owned<'_, T> {
        Owned { object, call: PhantomData }
    }

    /// Returns the object without the proof.
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
