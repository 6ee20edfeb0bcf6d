//! Reads the typed arguments of one tool: the only place with bounds on their types.

use futures_util::{
    FutureExt,
    future::{BoxFuture, ready},
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Load, Owner, Resource, ToolError,
    catalog::ObjectType,
    schema::{
        argument::{Argument, Schema},
        probe::{SentNull, distinguishes_null},
    },
    types::explained,
};

/// Why an argument could not be read.
pub(crate) enum Fault {
    /// It does not match its type, which may describe what was expected.
    Type(Option<&'static str>),
    /// The state returned an error.
    State(ToolError),
}

/// An object, if there is one.
pub(crate) type Found<T> = Option<Object<T>>;

/// An object, or the key of one.
pub(crate) struct Object<T> {
    pub(crate) value: T,
    pub(crate) owner: Owner,
    /// Returns its version, if that is needed.
    pub(crate) version: fn(&T) -> Option<String>,
    /// Whether it is a canary.
    pub(crate) is_canary: bool,
}

pub(crate) type Read<S, T> = for<'a> fn(&'a S, &'a Value) -> BoxFuture<'a, Result<T, Fault>>;

/// Reads a value, or what its absence stands for.
pub struct Plain<T>(pub(crate) fn(Option<&Value>) -> Result<T, Fault>);

/// Loads one object.
pub struct One<S: ?Sized, T>(pub(crate) Read<S, Found<T>>);

/// Loads one object, if the model names one.
pub struct Maybe<S: ?Sized, T>(pub(crate) Read<S, Option<Found<T>>>);

/// Loads several objects.
pub struct Many<S: ?Sized, T>(pub(crate) Read<S, Vec<Found<T>>>);

/// Loads several objects, and leaves out those of others.
pub struct Filtered<S: ?Sized, T>(pub(crate) Read<S, Vec<Found<T>>>);

/// Determines the owner of a key.
pub struct Keyed<S: ?Sized, K>(pub(crate) Read<S, Found<K>>);

/// The position of an argument, and its reader, which the expansion passes back to the guard.
#[derive(Clone, Copy)]
pub struct Slot<R> {
    pub(crate) index: usize,
    pub(crate) reader: R,
}

/// Reads an argument.
pub trait Reader: Copy {
    /// How many ownership checks have to pass because of it.
    const CHECKS: usize;
}

/// The readers are function pointers: they can be copied whatever they read.
macro_rules! reader {
    ($($name:ident<$($param:ident $(: ?$sized:ident)?),+> checks $checks:literal;)+) => {$(
        impl<$($param $(: ?$sized)?),+> Clone for $name<$($param),+> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<$($param $(: ?$sized)?),+> Copy for $name<$($param),+> {}
        impl<$($param $(: ?$sized)?),+> Reader for $name<$($param),+> {
            const CHECKS: usize = $checks;
        }
    )+};
}

reader! {
    Plain<T> checks 0;
    One<S: ?Sized, T> checks 1;
    Maybe<S: ?Sized, T> checks 1;
    Many<S: ?Sized, T> checks 1;
    Filtered<S: ?Sized, T> checks 1;
    Keyed<S: ?Sized, K> checks 1;
}

/// A type that the model can send: what the bounds on it give, so that they are asked for once.
pub struct Typed<T> {
    schema: Schema,
    /// How its values are read.
    pub reader: Plain<T>,
}

impl<T> Clone for Typed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Typed<T> {}

impl<T> Typed<T> {
    /// An argument of this type.
    #[must_use]
    pub fn argument(self, name: &'static str, description: &'static str) -> Argument<Plain<T>> {
        Argument::new(self.schema, name, description, self.reader)
    }
}

/// A type that a model can send.
#[diagnostic::on_unimplemented(
    message = "the model cannot send a `{Self}` [ST30]",
    label = "cannot be read from JSON and described to the model",
    note = "help: derive both traits on the type: `#[derive(serde::Deserialize, schemars::JsonSchema)]`; or write `#[arg(flatten)]` before the parameter, if the type derives `Arguments`; if your crate does not depend on serde and schemars, write `#[derive(secure_tool::serde::Deserialize, secure_tool::schemars::JsonSchema)]` with `#[serde(crate = \"secure_tool::serde\")]` and `#[schemars(crate = \"secure_tool::schemars\")]`",
    note = "values from the guard are taken by reference: `&Caller`, `&Call`, `&Progress`, `&Permit<_>`"
)]
pub trait FromModel: DeserializeOwned + JsonSchema + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> FromModel for T {}

/// The type `T`, for the expansion.
#[must_use]
pub const fn typed<T: FromModel>() -> Typed<T> {
    Typed { schema: Schema::of::<T>(), reader: Plain(decode::<T>) }
}

/// A plain argument.
#[must_use]
pub fn argument<T: FromModel>(name: &'static str, description: &'static str) -> Argument<Plain<T>> {
    typed::<T>().argument(name, description)
}

/// An `Owned<T>`.
#[must_use]
pub fn owned<S: Load<T> + ?Sized, T: Resource>(name: &'static str, description: &'static str) -> Argument<One<S, T>> {
    Argument::<One<S, T>>::new(
        Schema::of::<T::Key>(),
        name,
        description,
        One(|state, value| keyed(value, move |key: T::Key| async move { Ok(owner(state.load(&key).await?)) })),
    )
    .naming(ObjectType::loaded::<T>(true))
}

/// An `Option<Owned<T>>`.
#[must_use]
pub fn owned_optional<S: Load<T> + ?Sized, T: Resource>(
    name: &'static str,
    description: &'static str,
) -> Argument<Maybe<S, T>> {
    Argument::<Maybe<S, T>>::new(
        Schema::of::<Option<T::Key>>(),
        name,
        description,
        Maybe(|state, value| {
            keyed(value, move |key: Option<T::Key>| async move {
                match key {
                    Some(key) => Ok(Some(owner(state.load(&key).await?))),
                    None => Ok(None),
                }
            })
        }),
    )
    .naming(ObjectType::loaded::<T>(false))
}

/// A `Vec<Owned<T>>`.
#[must_use]
pub fn owned_many<S: Load<T> + ?Sized, T: Resource>(
    name: &'static str,
    description: &'static str,
) -> Argument<Many<S, T>> {
    Argument::new(Schema::of::<Vec<T::Key>>(), name, description, Many(load_many))
        .naming(ObjectType::loaded::<T>(false))
}

/// A `Vec<Owned<T>>` with `skip_foreign`.
#[must_use]
pub fn owned_filtered<S: Load<T> + ?Sized, T: Resource>(
    name: &'static str,
    description: &'static str,
) -> Argument<Filtered<S, T>> {
    Argument::new(Schema::of::<Vec<T::Key>>(), name, description, Filtered(load_many))
        .naming(ObjectType::loaded::<T>(false))
}

fn load_many<'a, S: Load<T> + ?Sized, T: Resource>(
    state: &'a S,
    value: &'a Value,
) -> BoxFuture<'a, Result<Vec<Found<T>>, Fault>> {
    keyed(value, move |keys: Vec<T::Key>| async move {
        let objects = state.load_many(&keys).await?;
        if objects.len() != keys.len() {
            let (found, asked) = (objects.len(), keys.len());
            return Err(ToolError::internal(format!("`load_many` returned {found} objects for {asked} keys")));
        }
        Ok(objects.into_iter().map(owner).collect())
    })
}

fn owner<T: Resource>(object: Option<T>) -> Found<T> {
    object.map(|object| {
        let (owner, is_canary) = (object.owner(), object.canary());
        Object { value: object, owner, version: T::version, is_canary }
    })
}

fn decode<T: DeserializeOwned>(value: Option<&Value>) -> Result<T, Fault> {
    // The message of serde would repeat the value.
    explained(|| match value {
        Some(Value::Null) if distinguishes_null::<T>() => T::deserialize(SentNull),
        value => T::deserialize(value.unwrap_or(&Value::Null)),
    })
    .map_err(Fault::Type)
}

/// Reads a key and passes it to the state.
pub(crate) fn keyed<'a, K, T, F>(value: &Value, ask: impl FnOnce(K) -> F) -> BoxFuture<'a, Result<T, Fault>>
where
    K: DeserializeOwned,
    T: Send + 'a,
    F: Future<Output = Result<T, ToolError>> + Send + 'a,
{
    match decode(Some(value)) {
        Ok(key) => ask(key).map(|answer| answer.map_err(Fault::State)).boxed(),
        Err(fault) => ready(Err(fault)).boxed(),
    }
}
