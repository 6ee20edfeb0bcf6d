//! Keys that `owner` names: which types can be keys, and how the guard determines their owner.

use std::{marker::PhantomData, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use serde_json::Value;

use super::reader::{Fault, Filtered, Found, FromModel, Keyed, Many, Maybe, Object, keyed};
use crate::{
    OwnerOf, ToolError,
    catalog::ObjectType,
    owner::LOADS_AT_A_TIME,
    schema::argument::{Argument, Schema},
};

/// A type whose values may name anything: an invoice, a folder, a user.
pub trait Bare {}

macro_rules! bare {
    ($($bare:ty),+ $(,)?) => { $(impl Bare for $bare {})+ };
}

bare! {
    String, str, std::ffi::OsString, std::path::PathBuf, std::path::Path, bool, char, (),
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, uuid::Uuid,
    std::num::NonZeroU8, std::num::NonZeroU16, std::num::NonZeroU32, std::num::NonZeroU64, std::num::NonZeroU128,
    std::num::NonZeroUsize, std::num::NonZeroI8, std::num::NonZeroI16, std::num::NonZeroI32, std::num::NonZeroI64,
    std::num::NonZeroI128, std::num::NonZeroIsize,
    std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr,
    crate::types::Email, crate::types::SafePath, crate::types::Slug,
}

// Containers of bare values are bare too.
impl<K: Bare + ?Sized> Bare for Box<K> {}
impl<K: Bare + ?Sized> Bare for Arc<K> {}
impl<K: Bare + ToOwned + ?Sized> Bare for std::borrow::Cow<'static, K> {}
impl<K: Bare> Bare for Option<K> {}
impl<K: Bare> Bare for Vec<K> {}
impl<K: Bare, const N: usize> Bare for [K; N] {}
impl<const MIN: usize, const MAX: usize> Bare for crate::types::Bounded<MIN, MAX> {}
impl<A: Bare> Bare for (A,) {}
impl<A: Bare, B: Bare> Bare for (A, B) {}
impl<A: Bare, B: Bare, C: Bare> Bare for (A, B, C) {}

/// A type whose values name objects of one kind, which no type of the standard library or of [`types`](crate::types) does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can be the key of any kind of object, so the guard cannot tell who owns it [ST38]",
    label = "is not the key of one kind of object",
    note = "help: write a newtype for each kind of object, `#[derive(Deserialize, JsonSchema)] struct NoteKey({Self});`, and implement `OwnerOf<NoteKey>`"
)]
pub trait OneKind {}

/// The type of a key that `owner` names.
pub struct KeyOf<K>(PhantomData<fn() -> K>);

/// For a bare type this requires a bound that it does not have.
impl<K: Bare> KeyOf<K> {
    #[doc(hidden)]
    #[must_use]
    pub fn __secure_tool_kind() -> Self
    where
        K: OneKind,
    {
        Self(PhantomData)
    }
}

/// Every other type can be a key.
pub trait NamesOneKind: Sized {
    #[doc(hidden)]
    fn __secure_tool_kind() -> Self;
}

impl<K> NamesOneKind for KeyOf<K> {
    fn __secure_tool_kind() -> Self {
        Self(PhantomData)
    }
}

/// A key whose owner the state can determine.
#[must_use]
pub fn key<S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    _: KeyOf<K>,
    name: &'static str,
    description: &'static str,
) -> Argument<Keyed<S, K>> {
    Argument::new(Schema::of::<K>(), name, description, Keyed(one)).naming(ObjectType::keyed::<K>(true))
}

/// An `Option<Key>`.
#[must_use]
pub fn key_optional<S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    _: KeyOf<K>,
    name: &'static str,
    description: &'static str,
) -> Argument<Maybe<S, K>> {
    Argument::new(Schema::of::<Option<K>>(), name, description, Maybe(optional)).naming(ObjectType::keyed::<K>(false))
}

/// A `Vec<Key>`.
#[must_use]
pub fn key_many<S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    _: KeyOf<K>,
    name: &'static str,
    description: &'static str,
) -> Argument<Many<S, K>> {
    Argument::new(Schema::of::<Vec<K>>(), name, description, Many(many)).naming(ObjectType::keyed::<K>(false))
}

/// A `Vec<Key>` with `skip_foreign`.
#[must_use]
pub fn key_filtered<S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    _: KeyOf<K>,
    name: &'static str,
    description: &'static str,
) -> Argument<Filtered<S, K>> {
    Argument::new(Schema::of::<Vec<K>>(), name, description, Filtered(many)).naming(ObjectType::keyed::<K>(false))
}

fn one<'a, S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    state: &'a S,
    value: &'a Value,
) -> BoxFuture<'a, Result<Found<K>, Fault>> {
    keyed(value, move |key: K| owned(state, key))
}

fn optional<'a, S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    state: &'a S,
    value: &'a Value,
) -> BoxFuture<'a, Result<Option<Found<K>>, Fault>> {
    keyed(value, move |key: Option<K>| async move {
        match key {
            Some(key) => owned(state, key).await.map(Some),
            None => Ok(None),
        }
    })
}

fn many<'a, S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(
    state: &'a S,
    value: &'a Value,
) -> BoxFuture<'a, Result<Vec<Found<K>>, Fault>> {
    keyed(value, move |keys: Vec<K>| async move {
        stream::iter(keys).map(|key| owned(state, key)).buffered(LOADS_AT_A_TIME).try_collect().await
    })
}

/// The key and its owner. The object itself is not loaded, so it has no version and cannot be a canary.
async fn owned<S: OwnerOf<K> + ?Sized, K: FromModel + Sync>(state: &S, key: K) -> Result<Found<K>, ToolError> {
    let owner = state.owner_of(&key).await?;
    Ok(owner.map(|owner| Object { value: key, owner, version: |_| None, is_canary: false }))
}
