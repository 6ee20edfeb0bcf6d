//! The exit: tells a value that is being serialized whether it is part of a tool's answer, and what that tool may show.

use std::{cell::RefCell, marker::PhantomData, mem, sync::Arc};

use super::clean::Cleaned;

thread_local! {
    /// Open while [`Output::json`](super::Output::json) serializes, which is synchronous and stays on its thread. For anything that is serialized
    /// elsewhere, into a log or a database or on another thread, it is closed.
    static EXIT: RefCell<Option<Exit>> = const { RefCell::new(None) };
}

struct Exit {
    /// The classes that the tool releases.
    released: Arc<[&'static str]>,
    tally: ExitCounts,
}

/// What was masked during serialization, or removed from texts before.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExitCounts {
    /// How often each class was masked.
    pub(crate) masked: Vec<(&'static str, u32)>,
    pub(crate) cleaned: Cleaned,
}

impl ExitCounts {
    fn mask(&mut self, class: &'static str) {
        if let Some((_, count)) = self.masked.iter_mut().find(|(name, _)| *name == class) {
            *count = count.saturating_add(1);
        } else {
            self.masked.push((class, 1));
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.cleaned.add(other.cleaned);
        for (class, count) in other.masked {
            match self.masked.iter_mut().find(|(name, _)| *name == class) {
                Some((_, sum)) => *sum = sum.saturating_add(count),
                None => self.masked.push((class, count)),
            }
        }
    }
}

/// The open exit. It closes when this is dropped, even by a panic, and the one that was open before (if a server is called by another server's
/// `Serialize`) is restored.
pub(super) struct Opened {
    before: Option<Exit>,
    /// Bound to its thread.
    stays: PhantomData<*const ()>,
}

pub(super) fn open(released: &Arc<[&'static str]>) -> Opened {
    let exit = Exit { released: Arc::clone(released), tally: ExitCounts::default() };
    Opened { before: EXIT.replace(Some(exit)), stays: PhantomData }
}

impl Opened {
    /// Takes the counts so far, and resets them.
    #[expect(clippy::unused_self, reason = "only an open exit has one")]
    pub(super) fn tally(&self) -> ExitCounts {
        EXIT.with_borrow_mut(|exit| exit.as_mut().map(|exit| mem::take(&mut exit.tally))).unwrap_or_default()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        drop(EXIT.replace(self.before.take()));
    }
}

/// Whether a value of this class may be shown here. If not, it is counted as masked.
pub(super) fn shows(class: &'static str) -> bool {
    let ask = |exit: &RefCell<Option<Exit>>| {
        let mut exit = exit.try_borrow_mut().ok()?;
        let exit = exit.as_mut()?;
        let released = exit.released.contains(&class);
        if !released {
            exit.tally.mask(class);
        }
        Some(released)
    };
    // A terminating thread no longer has an exit.
    EXIT.try_with(ask).ok().flatten().unwrap_or(false)
}

/// Counts what was removed from a text that is being written into an answer.
pub(super) fn count(cleaned: Cleaned) {
    let add = |exit: &RefCell<Option<Exit>>| {
        if let Ok(mut exit) = exit.try_borrow_mut()
            && let Some(exit) = exit.as_mut()
        {
            exit.tally.cleaned.add(cleaned);
        }
    };
    // Outside of an answer there is nothing to count.
    let _ = EXIT.try_with(add);
}

/// A value as a tool that releases these classes would send it.
#[cfg(test)]
pub(crate) fn written(value: &impl serde::Serialize, released: &[&'static str]) -> serde_json::Value {
    let _exit = open(&released.into());
    serde_json::to_value(value).unwrap()
}
