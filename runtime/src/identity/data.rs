//! What the application's authenticator attaches to a caller.

use std::{any::Any, sync::Arc};

/// Values of the application's own types, at most one of each. There is no way to print them.
#[derive(Clone, Default)]
pub(super) struct Data(Vec<Arc<dyn Any + Send + Sync>>);

impl Data {
    /// A value takes the place of an earlier one of the same type.
    pub(super) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.retain(|known| !known.is::<T>());
        self.0.push(Arc::new(value));
    }

    pub(super) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.iter().find_map(|value| value.downcast_ref())
    }

    /// Whether both are the very same values: nothing can compare what they say.
    #[cfg(feature = "http")]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(own, other)| Arc::ptr_eq(own, other))
    }
}
