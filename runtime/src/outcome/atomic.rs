//! A value of a small enum that threads share without a lock.

use std::{
    marker::PhantomData,
    sync::atomic::{AtomicU8, Ordering},
};

/// An enum whose values are listed, so that each is identified by its index in the list.
pub(crate) trait Listed: Copy + 'static {
    /// Every value. The first is the initial value of a call.
    const ALL: &'static [Self];

    /// The index of this value in [`ALL`](Self::ALL).
    fn index(self) -> u8;
}

/// Declares a [`Listed`] enum: the list of values is the declaration itself.
macro_rules! listed {
    ($(#[$of_enum:meta])* $visibility:vis enum $name:ident { $($(#[$of_value:meta])* $value:ident,)+ }) => {
        $(#[$of_enum])*
        $visibility enum $name {
            $($(#[$of_value])* $value,)+
        }

        impl $crate::outcome::atomic::Listed for $name {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn index(self) -> u8 {
                self as u8
            }
        }
    };
}
pub(super) use listed;

/// An atomic cell for a [`Listed`] enum.
pub(crate) struct Atomic<T> {
    index: AtomicU8,
    values: PhantomData<T>,
}

impl<T: Listed> Atomic<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { index: AtomicU8::new(value.index()), values: PhantomData }
    }

    pub(crate) fn store(&self, value: T) {
        self.index.store(value.index(), Ordering::Relaxed);
    }

    /// Replaces one value with another; returns whether the old value was there.
    pub(crate) fn replace(&self, from: T, to: T) -> bool {
        // A thread that sees that the body has started also sees what was done before, such as recording its intent.
        self.index.compare_exchange(from.index(), to.index(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// The value. `None` cannot happen, because only [`index`](Listed::index) is ever stored; the reader still has to decide what it would mean.
    pub(crate) fn load(&self) -> Option<T> {
        T::ALL.get(usize::from(self.index.load(Ordering::Relaxed))).copied()
    }
}
