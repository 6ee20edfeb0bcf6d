//! Views of objects that the guard has proven to belong to the caller.

use std::{borrow::Cow, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::HasOwners;
use crate::Owner;

/// A view that carries the owner of the object it was made from.
///
/// Only [`Owned::view`](crate::Owned::view) creates one. It serializes as the view, and [`Mine`](crate::Mine) accepts it, so the view does not need a
/// field for its owner. The guard compares the owner with the caller again at the release stage, so a view that was kept cannot leave in the call of somebody
/// else.
///
/// ```
/// use secure_tool::prelude::*;
/// # struct Note { author: String, text: String }
/// # impl Resource for Note { type Key = u32; fn owner(&self) -> Owner { Owner::subject(self.author.as_str()) } }
/// # struct Desk;
/// # impl Load<Note> for Desk { async fn load(&self, _: &u32) -> Result<Option<Note>, ToolError> { Ok(None) } }
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Summary { words: usize }
///
/// # impl Desk {
/// /// Count the words of a note.
/// #[secure_tool(scope = "notes:read", owner = note, read_only)]
/// async fn count_words(
///     &self,
///     /// Which note.
///     note: Owned<Note>,
/// ) -> Mine<Proven<Summary>> {
///     Mine(note.view(|note| Summary { words: note.text.split_whitespace().count() }))
/// }
/// # }
/// # let _ = Desk::count_words();
/// ```
#[derive(Clone, Debug)]
pub struct Proven<V> {
    owner: Owner,
    view: V,
}

impl<V> Proven<V> {
    pub(crate) fn of(owner: Owner, view: V) -> Self {
        Self { owner, view }
    }

    /// Returns the view without its owner.
    #[must_use]
    pub fn into_inner(self) -> V {
        self.view
    }
}

impl<V> Deref for Proven<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.view
    }
}

impl<V> HasOwners for Proven<V> {
    fn owners(&self) -> impl Iterator<Item = Owner> {
        std::iter::once(self.owner.clone())
    }
}

impl<V: Serialize> Serialize for Proven<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view.serialize(serializer)
    }
}

impl<V: JsonSchema> JsonSchema for Proven<V> {
    fn inline_schema() -> bool {
        V::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        V::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        V::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        V::json_schema(generator)
    }
}
