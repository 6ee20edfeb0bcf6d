//! The state of a breaker, in one atomic word, without locks.
//!
//! It uses the atomics of the parent module: those of the standard library, or of `loom` in the model that checks it.

use super::sync::{AtomicU64, Ordering};

/// The state of a breaker.
///
/// The word holds which of the three states it is (2 bits), the number of this state (22 bits), and the data of the state (40 bits). Every change of
/// the state changes the number, so that a body that began in an earlier state does not affect a later one.
pub(crate) struct State(AtomicU64);

/// A body may start. Its end is reported with [`State::worked`] or [`State::failed`]; for a probe this is mandatory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// The number of the state in which it was let through.
    number: u64,
    /// Whether it is a probe, for whose end everybody else waits. Then its end must be reported, if only with [`State::give_back`].
    pub(crate) is_probe: bool,
}

/// A body may not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// For this number of milliseconds.
    Open(u64),
    /// While a probe runs.
    Probing,
}

/// A change of the state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Opened,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Everything passes; this number of bodies in a row have failed.
    Closed { number: u64, failures: u64 },
    /// Nothing passes until this time, and one probe afterwards.
    Open { number: u64, until: u64 },
    /// A probe runs, and nothing else passes until this time, and another probe afterwards.
    Probing { number: u64, until: u64 },
}

const DATA_BITS: u64 = 40;
const NUMBER_BITS: u64 = 22;
/// The largest time, in milliseconds: 34 years.
const LATEST: u64 = (1 << DATA_BITS) - 1;
const NUMBERS: u64 = (1 << NUMBER_BITS) - 1;

impl Word {
    fn read(bits: u64) -> Self {
        let (number, data) = ((bits >> DATA_BITS) & NUMBERS, bits & LATEST);
        match bits >> (DATA_BITS + NUMBER_BITS) {
            0 => Self::Closed { number, failures: data },
            1 => Self::Open { number, until: data },
            _ => Self::Probing { number, until: data },
        }
    }

    fn bits(self) -> u64 {
        let (state, number, data) = match self {
            Self::Closed { number, failures } => (0, number, failures),
            Self::Open { number, until } => (1, number, until),
            Self::Probing { number, until } => (2, number, until),
        };
        (state << (DATA_BITS + NUMBER_BITS)) | ((number & NUMBERS) << DATA_BITS) | data.min(LATEST)
    }

    fn passes(self, now: u64) -> Result<(), Stopped> {
        match self {
            Self::Closed { .. } => Ok(()),
            Self::Open { until, .. } | Self::Probing { until, .. } if now >= until => Ok(()),
            Self::Open { until, .. } => Err(Stopped::Open(until - now)),
            Self::Probing { .. } => Err(Stopped::Probing),
        }
    }
}

impl State {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(Word::Closed { number: 0, failures: 0 }.bits()))
    }

    /// Whether a body could start at this time; does not start a probe.
    pub(crate) fn check(&self, now: u64) -> Result<(), Stopped> {
        Word::read(self.0.load(Ordering::Acquire)).passes(now)
    }

    /// Decides whether a body may start. Of several concurrent ones after the end of an opening, one becomes the probe. The others wait for it until
    /// `until` at the latest: then another one takes its place, and its result is ignored.
    pub(crate) fn enter(&self, now: u64, until: u64) -> Result<Pass, Stopped> {
        let mut bits = self.0.load(Ordering::Acquire);
        loop {
            let word = Word::read(bits);
            word.passes(now)?;
            let number = match word {
                Word::Closed { number, .. } => return Ok(Pass { number, is_probe: false }),
                Word::Open { number, .. } | Word::Probing { number, .. } => number + 1,
            };
            let pass = Pass { number: number & NUMBERS, is_probe: true };
            match self.replace(bits, Word::Probing { number, until }) {
                Ok(()) => return Ok(pass),
                Err(now_there) => bits = now_there,
            }
        }
    }

    /// The body ended without a failure.
    pub(crate) fn worked(&self, pass: Pass) -> Option<Transition> {
        let mut bits = self.0.load(Ordering::Acquire);
        loop {
            let (next, turn) = match Word::read(bits) {
                Word::Closed { number, failures } if number == pass.number && failures > 0 => {
                    (Word::Closed { number, failures: 0 }, None)
                }
                Word::Probing { number, .. } if number == pass.number => {
                    (Word::Closed { number: number + 1, failures: 0 }, Some(Transition::Closed))
                }
                Word::Closed { .. } | Word::Open { .. } | Word::Probing { .. } => return None,
            };
            match self.replace(bits, next) {
                Ok(()) => return turn,
                Err(now_there) => bits = now_there,
            }
        }
    }

    /// The body has failed. After `most` of them in a row, and after a probe, nothing passes until `until`.
    pub(crate) fn failed(&self, pass: Pass, most: u64, until: u64) -> Option<Transition> {
        let mut bits = self.0.load(Ordering::Acquire);
        loop {
            let (next, turn) = match Word::read(bits) {
                Word::Closed { number, failures } if number == pass.number && failures + 1 < most => {
                    (Word::Closed { number, failures: failures + 1 }, None)
                }
                Word::Closed { number, .. } | Word::Probing { number, .. } if number == pass.number => {
                    (Word::Open { number: number + 1, until }, Some(Transition::Opened))
                }
                Word::Closed { .. } | Word::Open { .. } | Word::Probing { .. } => return None,
            };
            match self.replace(bits, next) {
                Ok(()) => return turn,
                Err(now_there) => bits = now_there,
            }
        }
    }

    /// The outcome of the body is unknown. If it was the probe, the next body becomes the probe.
    pub(crate) fn give_back(&self, pass: Pass) {
        let bits = self.0.load(Ordering::Acquire);
        if let Word::Probing { number, .. } = Word::read(bits)
            && pass.is_probe
            && number == pass.number
        {
            // If the state has changed by now, there is nothing to give back.
            let _ = self.replace(bits, Word::Open { number: number + 1, until: 0 });
        }
    }

    fn replace(&self, bits: u64, next: Word) -> Result<(), u64> {
        self.0.compare_exchange(bits, next.bits(), Ordering::AcqRel, Ordering::Acquire).map(drop)
    }
}
