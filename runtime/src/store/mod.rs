//! What the processes of one server count together and tell each other.
//!
//! A [`SharedStore`] is given to [`ServerBuilder::shared`](crate::ServerBuilder::shared). [`MemoryStore`] is one for servers within a process, and what others
//! are held against by `store::contract!` (feature `store-contract`).

mod change;
#[cfg(feature = "store-contract")]
pub mod contract;
mod history;
mod memory;
mod operations;
mod outbox;
#[cfg(feature = "http")]
mod routed;
mod seal;
mod shared;
mod sync;

use std::{borrow::Cow, fmt, time::Duration};

#[cfg(feature = "store-contract")]
pub use crate::__store_contract as contract;
pub(crate) use change::{Change, Revoked, Switch, Turn};
pub(crate) use history::{CallHistory, OperationName};
pub use memory::MemoryStore;
pub(crate) use outbox::Outbox;
#[cfg(feature = "http")]
pub(crate) use routed::{Receiver, Routed, RoutedKind};
pub(crate) use shared::{AdmitError, Down, Naming, Shared, label};
pub(crate) use sync::{Node, start};

/// Where the processes of a server count together, and learn of revocations and switches.
///
/// Every key and value is opaque: a keyed hash, or sealed. A store learns no subject, tenant or token, and an attacker who can write into it can forge no
/// revocation. But such an attacker can take back a count, withhold a fact or put an older one in its place, so protect the store as well as the server.
///
/// The guard waits for no operation longer than [`LIMIT`](Self::LIMIT), drops its future then, and asks nothing more until
/// [`facts`](Self::facts) answers again. An operation that was dropped may have happened or not: a charge that nobody heard of makes a limit stricter.
///
/// `store::contract!` (feature `store-contract`) tests an implementation.
pub trait SharedStore: Send + Sync + 'static {
    /// The longest that a call waits for an operation.
    const LIMIT: Duration = Duration::from_millis(50);

    /// Checks every charge, then makes all of them, or none if one is refused. Two calls at once never pass a limit together.
    ///
    /// A store that keeps keys in several places may make the charges of each place by themselves, so that one place charges what another
    /// refuses: that makes a limit stricter.
    ///
    /// # Errors
    ///
    /// If the store cannot tell.
    fn admit(&self, charges: &[Charge]) -> impl Future<Output = Result<Admission, StoreError>> + Send;

    /// Whether nobody was told so of this key before, within the time that it is kept. Of several at once, one is.
    ///
    /// # Errors
    ///
    /// If the store cannot tell. None is forgotten to make room.
    fn once(&self, key: StoreKey, keep: Duration) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Begins an operation that must not happen twice. The first caller gets [`Begun::First`]; everybody else learns what is known of the operation. Of several
    /// at once, one is the first.
    ///
    /// An operation whose lease has ended without a [`finish`](Self::finish) is [in doubt](Progress::InDoubt): it may have happened, so nobody begins it again
    /// before the key is forgotten, which is `keep` after its beginning.
    ///
    /// # Errors
    ///
    /// If the store cannot tell, or has no room for another operation. None is forgotten early to make room.
    fn begin(&self, key: StoreKey, operation: Operation) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// What is known of an operation, without beginning it; nothing if it was never begun, was undone, or is forgotten.
    ///
    /// # Errors
    ///
    /// If the store cannot tell.
    fn recall(&self, key: StoreKey) -> impl Future<Output = Result<Option<Earlier>, StoreError>> + Send;

    /// Says how an operation ended, also after its lease. Answers `false`, and changes nothing, unless the operation was begun with this fence and has not
    /// ended yet. When the key is forgotten does not change.
    ///
    /// # Errors
    ///
    /// If it was not stored, or perhaps not: the operation is in doubt after its lease.
    fn finish(&self, key: StoreKey, fence: Fence, end: End) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Marks a key for a time. A mark that exists is kept for the longer of the two times.
    ///
    /// # Errors
    ///
    /// If it was not stored, or perhaps not.
    fn mark(&self, key: StoreKey, keep: Duration) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether a key is marked. A store without room may forget a mark early.
    ///
    /// # Errors
    ///
    /// If the store cannot tell.
    fn is_marked(&self, key: StoreKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Keeps a fact, in the place of the one with the same key.
    ///
    /// # Errors
    ///
    /// If it was not kept, or perhaps not.
    fn put(&self, fact: Fact) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The facts after a cursor, in the order in which they were put, as many as the store likes to give at once; none at the end. Without a
    /// cursor, or with one of another history, all of them from the beginning.
    ///
    /// # Errors
    ///
    /// If the store cannot tell.
    fn facts(&self, after: Option<Cursor>) -> impl Future<Output = Result<Facts, StoreError>> + Send;

    /// Waits until there may be new facts. It is a hint, which may be lost: the guard looks twice a second in any case.
    fn bell(&self) -> impl Future<Output = ()> + Send;
}

/// A key in a store: what is counted or kept, and whose it is, as keyed hashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey {
    what: [u8; 8],
    whose: [u8; 16],
}

impl StoreKey {
    /// A key of these parts.
    #[must_use]
    pub const fn new(what: [u8; 8], whose: [u8; 16]) -> Self {
        Self { what, whose }
    }

    /// What is counted or kept.
    #[must_use]
    pub const fn what(&self) -> [u8; 8] {
        self.what
    }

    /// Whose it is. A store of several places may keep the keys of one owner together.
    #[must_use]
    pub const fn whose(&self) -> [u8; 16] {
        self.whose
    }
}

/// In hexadecimal digits.
impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.iter().chain(&self.whose).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One count that a call is charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Which count.
    pub key: StoreKey,
    /// How much, and within what.
    pub limit: Limit,
}

/// What a count may be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The generic cell rate algorithm: a count holds a time, which this call moves from now, or from where it is if that is later, by
    /// `interval`; the call passes if that is no more than `tolerance` from now.
    Rate {
        /// What the call uses up.
        interval: Duration,
        /// What may be used up at once.
        tolerance: Duration,
    },
    /// From midnight to midnight in UTC: a call passes if with it no more than `most` are counted.
    Daily {
        /// As how many calls this one counts.
        cost: u32,
        /// How many there may be.
        most: u32,
    },
}

/// What became of the charges of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// All were made.
    Admitted,
    /// None was made.
    Refused {
        /// The index of the charge that makes the call wait longest.
        charge: usize,
        /// How long.
        wait: Duration,
    },
}

/// An operation that must not happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// A keyed hash of what it does. A key that comes with another one is used for two different operations.
    pub fingerprint: [u8; 16],
    /// How long it may run until nobody knows whether it happened.
    pub lease: Duration,
    /// How long it is remembered; no shorter than `lease`.
    pub keep: Duration,
}

/// The number of one beginning of an operation, which no other beginning has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence(pub u64);

/// The answer to [`SharedStore::begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The operation begins now.
    First(Fence),
    /// It was begun before.
    Before(Earlier),
}

/// An operation that was begun before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// That of [`Operation::fingerprint`], with which it was begun.
    pub fingerprint: [u8; 16],
    /// How far it is.
    pub progress: Progress,
}

/// How far an operation is that was begun before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It runs.
    Running,
    /// Its lease has ended, and nobody has said how it ended.
    InDoubt,
    /// It has ended, with this answer, sealed.
    Done(Box<[u8]>),
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It happened. The answer is sealed, and at most [`MOST_ANSWER`] bytes long.
    Done(Box<[u8]>),
    /// Nothing happened: it can be begun again.
    Undone,
}

/// The longest answer of an operation that a store has to keep, in bytes: 64 KiB.
pub const MOST_ANSWER: usize = 64 * 1024;

/// What all processes should know: a revocation, or a switch. Or what one of them passes on to another: an answer or a cancellation of a client, which is kept for a
/// minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub key: StoreKey,
    /// Sealed; some hundred bytes as a rule, and at most 16 KiB.
    pub value: Box<[u8]>,
    /// How long it is kept; for good without one.
    pub keep: Option<Duration>,
}

/// How far a reader has come in the history of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// A random number of a store that has lost nothing since. One that may have lost facts has another history.
    pub history: u64,
    /// The place of the last fact that was read.
    pub position: u64,
}

/// Facts in the order in which they were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Those that are kept; of each key, the last one.
    pub facts: Vec<Fact>,
    /// Where to go on.
    pub cursor: Cursor,
}

/// Why a store cannot tell.
#[derive(Clone, Debug)]
pub struct StoreError {
    reason: Cow<'static, str>,
    is_full: bool,
}

impl StoreError {
    /// A reason, for the log of the operator.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), is_full: false }
    }

    /// The store answers, and has no room for this one key. That is no reason to ask it nothing more for a while.
    #[must_use]
    pub fn full(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { is_full: true, ..Self::new(reason) }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl<E: std::error::Error> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// What happens to calls while the shared store cannot tell. Nothing is right for every server, so it has no default.
///
/// | | `Refuse` | `LimitLocally` |
/// |---|---|---|
/// | rates, quotas and budgets | every call is refused as `unavailable` | each process counts by itself, and the audit record says `degraded` |
/// | an answer to a question (`confirm = "…"`) | refused, and can be given again | the same |
/// | a call that may write, when revocations and switches were last heard of more than 3 seconds ago | refused | the same |
/// | a call that only reads, then | refused, as its rate cannot be told | decided by what was last heard |
/// | a call of a tool that is `idempotent(…)` | refused, as nobody knows whether it was made before | the same |
/// | a process that has never reached the store | refuses every call | the same |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenDown {
    /// No call passes whose limits cannot be told.
    Refuse,
    /// Each process goes on with limits of its own at the declared rates: with three processes, a caller has up to three times as many calls.
    LimitLocally,
}
