//! Application data that an authenticator attaches to a caller.

use std::{any::Any, sync::Arc};

/// Values of the application's own types, at most one of each type. They cannot be printed.
#[derive(Clone, Default)]
pub(super) struct Data(Vec<Arc<dyn Any + Send + Sync>>);

impl Data {
    /// Inserts a value, which replaces an earlier one of the same type.
    pub(super) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.retain(|known| !known.is::<T>());
        self.0.push(Arc::new(value));
    }

    pub(super) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.iter().find_map(|value| value.downcast_ref())
    }

    /// Whether both hold the same instances; the values themselves cannot be compared.
    #[cfg(feature = "http")]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(own, other)| Arc::ptr_eq(own, other))
    }
}
