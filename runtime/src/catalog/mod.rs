//! The items that a server offers, and everything about each of them that is known before a call. The stages of the guard work on items,
//! whatever their kind.

mod compile;
mod declared;
mod item;
mod scopes;
mod spec;

use std::{collections::HashMap, sync::Arc};

pub(crate) use compile::{Compiled, Shared, compile};
pub(crate) use item::{AskPolicy, ConfirmPolicy, Form, Item, ItemPolicy, Who};
#[cfg(any(feature = "http", test))]
pub(crate) use scopes::Alternative;
pub(crate) use scopes::RequiredScopes;
pub(crate) use spec::Spec;

/// What an item is to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Tool,
}

/// Items by kind and name. `R` is what runs an item.
pub(crate) struct Catalog<R> {
    tools: Shelf<R>,
}

/// The items of one kind.
struct Shelf<R> {
    by_name: HashMap<Arc<str>, Arc<Item<R>>>,
    /// In the order of their names.
    in_order: Vec<Arc<Item<R>>>,
}

/// There is an item of this kind and name already.
#[derive(Debug)]
pub(crate) struct NameTaken;

impl<R> Catalog<R> {
    pub(crate) fn new() -> Self {
        Self { tools: Shelf { by_name: HashMap::new(), in_order: Vec::new() } }
    }

    pub(crate) fn insert(&mut self, item: Item<R>) -> Result<(), NameTaken> {
        let taken = match item.kind {
            Kind::Tool => &mut self.tools,
        };
        let Err(place) = taken.in_order.binary_search_by(|other| other.name.cmp(&item.name)) else {
            return Err(NameTaken);
        };
        let item = Arc::new(item);
        taken.by_name.insert(Arc::clone(&item.name), Arc::clone(&item));
        taken.in_order.insert(place, item);
        Ok(())
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&Item<R>> {
        self.shelf(kind).by_name.get(name).map(|item| &**item)
    }

    /// The items of a kind, in the order of their names.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Item<R>> {
        self.shelf(kind).items()
    }

    /// The items of every kind.
    #[cfg(feature = "http")]
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item<R>> {
        let Self { tools } = self;
        tools.items()
    }

    fn shelf(&self, kind: Kind) -> &Shelf<R> {
        match kind {
            Kind::Tool => &self.tools,
        }
    }
}

impl<R> Shelf<R> {
    fn items(&self) -> impl Iterator<Item = &Item<R>> {
        self.in_order.iter().map(|item| &**item)
    }
}
