//! Keys that `owner` names: which types can be one, and how the guard asks whose they are.

use std::{marker::PhantomData, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::reader::{Fault, Filtered, Found, Keyed, Many, Maybe, keyed};
use crate::{
    OwnerOf, ToolError,
    owner::LOADS_AT_A_TIME,
    schema::argument::{Argument, Schema},
};

/// What a key has to be to be read.
pub trait Key: DeserializeOwned + JsonSchema + Send + Sync + 'static {}
impl<K: DeserializeOwned + JsonSchema + Send + Sync + 'static> Key for K {}

/// A type whose values may name anything: an invoice, a folder, a user.
pub trait Bare {}

macro_rules! bare {
    ($($bare:ty),+ $(,)?) => { $(impl Bare for $bare {})+ };
}

bare! {
    String, Box<str>, Arc<str>, std::borrow::Cow<'static, str>, std::path::PathBuf, bool, char,
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, uuid::Uuid,
}

/// A type whose values name objects of one kind. No type of the standard library does.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` may name anything, so the guard cannot tell whose object it is [ST38]",
    label = "is no key of one kind of object",
    note = "help: write a newtype for each kind, `#[derive(Deserialize, JsonSchema)] struct NoteKey({Self});`, and implement `OwnerOf<NoteKey>`"
)]
pub trait OneKind {}

/// The type of a key that `owner` names.
pub struct KeyOf<K>(PhantomData<fn() -> K>);

/// The functions that describe an argument with such a key, once for [`KeyOf`] itself, where they refuse, and once for [`NamesOneKind`].
macro_rules! arguments {
    ($($(#[$docs:meta])* $name:ident => $reader:ident, $schema:ty, $read:ident;)*) => {
        /// A bare type asks for more than it has.
        impl<K: Bare + Key> KeyOf<K> {
            $($(#[$docs])*
            #[must_use]
            pub fn $name<S: OwnerOf<K>>(name: &'static str, description: &'static str) -> Argument<$reader<S, K>>
            where
                K: OneKind,
            {
                Argument::new(Schema::of::<$schema>(), name, description, $reader($read))
            })*
        }

        /// Every other type can be a key.
        pub trait NamesOneKind {
            /// The key.
            type Key: Key;
            $($(#[$docs])*
            #[must_use]
            fn $name<S: OwnerOf<Self::Key>>(
                name: &'static str,
                description: &'static str,
            ) -> Argument<$reader<S, Self::Key>>;)*
        }

        impl<K: Key> NamesOneKind for KeyOf<K> {
            type Key = K;
            $(fn $name<S: OwnerOf<K>>(name: &'static str, description: &'static str) -> Argument<$reader<S, K>> {
                Argument::new(Schema::of::<$schema>(), name, description, $reader($read))
            })*
        }
    };
}

arguments! {
    /// A key.
    __secure_tool_key => Keyed, K, one;
    /// An `Option<Key>`.
    __secure_tool_key_optional => Maybe, Option<K>, optional;
    /// A `Vec<Key>`.
    __secure_tool_key_many => Many, Vec<K>, many;
    /// A `Vec<Key>` with `skip_foreign`.
    __secure_tool_key_filtered => Filtered, Vec<K>, many;
}

fn one<'a, S: OwnerOf<K>, K: Key>(state: &'a S, value: &'a Value) -> BoxFuture<'a, Result<Found<K>, Fault>> {
    keyed(value, move |key: K| owned(state, key))
}

fn optional<'a, S: OwnerOf<K>, K: Key>(
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

fn many<'a, S: OwnerOf<K>, K: Key>(state: &'a S, value: &'a Value) -> BoxFuture<'a, Result<Vec<Found<K>>, Fault>> {
    keyed(value, move |keys: Vec<K>| async move {
        stream::iter(keys).map(|key| owned(state, key)).buffered(LOADS_AT_A_TIME).try_collect().await
    })
}

/// The key and whose it is.
async fn owned<S: OwnerOf<K>, K: Key>(state: &S, key: K) -> Result<Found<K>, ToolError> {
    Ok(state.owner_of(&key).await?.map(|owner| (key, owner)))
}
