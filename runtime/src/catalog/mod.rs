//! The items that a server offers, and everything about each of them that is known before a call. The stages of the guard work on items of any kind.

mod compile;
mod completions;
mod declared;
mod idempotent;
mod item;
pub(crate) mod order;
mod rates;
mod scalar;
mod scopes;
mod spec;
mod texts;
mod uri;

use std::{collections::HashMap, fmt, sync::Arc};

use serde::Serialize;
use serde_json::{Map, Value};

pub(crate) use compile::{Compiled, Runs, Shared, compile};
pub(crate) use item::{AskPolicy, ConfirmPolicy, Form, Item, ItemPolicy, Repeated, Task, Who};
pub(crate) use order::{After, Arrangement, Mark, Named, ObjectType, Order};
pub(crate) use rates::of as limit_of;
#[cfg(any(feature = "http", test))]
pub(crate) use scopes::Alternative;
pub(crate) use scopes::RequiredScopes;
pub(crate) use spec::{Hints, Spec};

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A function that a model calls.
    Tool,
    /// Data that a client reads by its URI.
    Resource,
    /// Messages that a person at the client chooses.
    Prompt,
}

impl Kind {
    /// The name of the kind in audit records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The part of an item that a client requests. Every part passes the stages of the item, with its scope, rate and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Its body.
    Body,
    /// Which URIs of it there are for the caller.
    Listing,
    /// The completions of one of its arguments.
    Completion,
}

impl Part {
    /// The method of MCP that asks for it.
    pub(crate) const fn method(self, of: Kind) -> &'static str {
        match (self, of) {
            (Self::Body, Kind::Tool) => "tools/call",
            (Self::Body, Kind::Resource) => "resources/read",
            (Self::Body, Kind::Prompt) => "prompts/get",
            (Self::Listing, _) => "resources/list",
            (Self::Completion, _) => "completion/complete",
        }
    }
}

/// Items by kind and name. `R` is what runs an item.
pub(crate) struct Catalog<R> {
    tools: ItemIndex<R>,
    resources: ItemIndex<R>,
    prompts: ItemIndex<R>,
}

/// The items of one kind.
struct ItemIndex<R> {
    by_name: HashMap<Arc<str>, Arc<Item<R>>>,
    /// In the order of their names.
    in_order: Vec<Arc<Item<R>>>,
}

/// Why an item conflicts with others of its kind.
#[derive(Debug)]
pub(crate) enum Taken {
    /// There is one of this name.
    Name,
    /// A URI could match both.
    Uri {
        /// The name of the other.
        by: Arc<str>,
    },
}

impl<R> Catalog<R> {
    pub(crate) fn new() -> Self {
        Self { tools: ItemIndex::new(), resources: ItemIndex::new(), prompts: ItemIndex::new() }
    }

    pub(crate) fn insert(&mut self, item: Item<R>) -> Result<(), Taken> {
        let taken = match item.kind {
            Kind::Tool => &mut self.tools,
            Kind::Resource => &mut self.resources,
            Kind::Prompt => &mut self.prompts,
        };
        let Err(place) = taken.in_order.binary_search_by(|other| other.name.cmp(&item.name)) else {
            return Err(Taken::Name);
        };
        if let Some(template) = item.template()
            && let Some(other) = taken.items().find(|other| other.template().is_some_and(|of| of.overlaps(template)))
        {
            return Err(Taken::Uri { by: Arc::clone(&other.name) });
        }
        let item = Arc::new(item);
        taken.by_name.insert(Arc::clone(&item.name), Arc::clone(&item));
        taken.in_order.insert(place, item);
        Ok(())
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&Item<R>> {
        self.index_of(kind).by_name.get(name).map(|item| &**item)
    }

    /// The resource with this URI, and the values of its variables.
    pub(crate) fn at(&self, uri: &str) -> Option<(&Item<R>, Map<String, Value>)> {
        self.resources.items().find_map(|item| Some((item, item.uri.as_ref()?.arguments(uri)?)))
    }

    /// The resource that has this template.
    pub(crate) fn templated(&self, template: &str) -> Option<&Item<R>> {
        self.resources.items().find(|item| item.template().is_some_and(|of| of.as_str() == template))
    }

    /// The items of a kind, in the order of their names.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Item<R>> {
        self.index_of(kind).items()
    }

    /// The items of every kind.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item<R>> {
        let Self { tools, resources, prompts } = self;
        tools.items().chain(resources.items()).chain(prompts.items())
    }

    fn index_of(&self, kind: Kind) -> &ItemIndex<R> {
        match kind {
            Kind::Tool => &self.tools,
            Kind::Resource => &self.resources,
            Kind::Prompt => &self.prompts,
        }
    }
}

impl<R> ItemIndex<R> {
    fn new() -> Self {
        Self { by_name: HashMap::new(), in_order: Vec::new() }
    }

    fn items(&self) -> impl Iterator<Item = &Item<R>> {
        self.in_order.iter().map(|item| &**item)
    }
}
