//! Shared stores: what the processes of one server count together and tell each other.
//!
//! Pass a [`SharedStore`] to [`ServerBuilder::shared`](crate::ServerBuilder::shared). [`MemoryStore`] is one for servers within a process;
//! `store::contract!` (feature `store-contract`) tests your own implementation.

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

/// Storage that the processes of a server share for limits, revocations and switches.
///
/// Every key and value is opaque: a keyed hash, or sealed data. A store sees no subject, tenant or token, and an attacker who can write to it cannot
/// forge a revocation. But such an attacker can reset a count, withhold a fact or replace it with an older one, so protect the store like the server.
///
/// The guard waits at most [`LIMIT`](Self::LIMIT) for an operation, then drops its future, and does not use the store until [`facts`](Self::facts)
/// succeeds again. A dropped operation may have been executed or not; a charge whose result was lost makes a limit stricter.
///
/// `store::contract!` (feature `store-contract`) tests an implementation.
pub trait SharedStore: Send + Sync + 'static {
    /// The maximum time that a call waits for an operation.
    const LIMIT: Duration = Duration::from_millis(50);

    /// Checks all charges, then makes all of them, or none if one is refused. Concurrent calls never exceed a limit.
    ///
    /// A store that keeps keys in several places may make the charges of each place separately, so that one place charges a call that another
    /// refuses, which makes a limit stricter.
    ///
    /// # Errors
    ///
    /// If the store is not available.
    fn admit(&self, charges: &[Charge]) -> impl Future<Output = Result<Admission, StoreError>> + Send;

    /// Returns `true` for the first use of this key within the time that it is kept, and `false` after that. Of several concurrent uses, exactly one
    /// is the first.
    ///
    /// # Errors
    ///
    /// If the store is not available or full. It must not drop a key early to make room.
    fn once(&self, key: StoreKey, keep: Duration) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Begins an operation that must not happen twice. The first caller gets [`Begun::First`]; all others get what is known about the operation. Of
    /// several concurrent callers, exactly one is the first.
    ///
    /// An operation whose lease has ended without a [`finish`](Self::finish) is [in doubt](Progress::InDoubt): it may have happened, so it cannot be
    /// begun again until the key is forgotten, `keep` after the beginning.
    ///
    /// # Errors
    ///
    /// If the store is not available, or has no room for another operation. It must not drop one early to make room.
    fn begin(&self, key: StoreKey, operation: Operation) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// Returns what is known about an operation, without beginning it; `None` if it was never begun, was undone, or is forgotten.
    ///
    /// # Errors
    ///
    /// If the store is not available.
    fn recall(&self, key: StoreKey) -> impl Future<Output = Result<Option<Earlier>, StoreError>> + Send;

    /// Stores how an operation ended, even after its lease. Returns `false` and changes nothing unless the operation was begun with this fence and
    /// has not ended yet. It does not change when the key is forgotten.
    ///
    /// # Errors
    ///
    /// If it was not, or possibly not, stored: the operation is in doubt after its lease.
    fn finish(&self, key: StoreKey, fence: Fence, end: End) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Marks a key for a time. An existing mark is kept for the longer of the two times.
    ///
    /// # Errors
    ///
    /// If it was not, or possibly not, stored.
    fn mark(&self, key: StoreKey, keep: Duration) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether a key is marked. A full store may drop a mark early.
    ///
    /// # Errors
    ///
    /// If the store is not available.
    fn is_marked(&self, key: StoreKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stores a fact, which replaces the one with the same key.
    ///
    /// # Errors
    ///
    /// If it was not, or possibly not, stored.
    fn put(&self, fact: Fact) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns a page of the facts after a cursor, in the order in which they were put; it is empty at the end. The store chooses the size of a page.
    /// Without a cursor, or with one of another history, it starts at the beginning.
    ///
    /// # Errors
    ///
    /// If the store is not available.
    fn facts(&self, after: Option<Cursor>) -> impl Future<Output = Result<Facts, StoreError>> + Send;

    /// Waits until there may be new facts. It is only a hint: the guard reads the facts twice a second in any case.
    fn bell(&self) -> impl Future<Output = ()> + Send;
}

/// A key in a store: what is counted or kept, and its owner, as keyed hashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey {
    what: [u8; 8],
    whose: [u8; 16],
}

impl StoreKey {
    /// Creates a key of these parts.
    #[must_use]
    pub const fn new(what: [u8; 8], whose: [u8; 16]) -> Self {
        Self { what, whose }
    }

    /// What is counted or kept.
    #[must_use]
    pub const fn what(&self) -> [u8; 8] {
        self.what
    }

    /// The owner. A store with several places may keep the keys of one owner together.
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
    /// The key of the count.
    pub key: StoreKey,
    /// How much is charged, and the limit.
    pub limit: Limit,
}

/// A limit, and how much of it a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The generic cell rate algorithm: a count holds a time; a call advances it by `interval`, from now or from its value if that is later, and
    /// passes if the result is at most `tolerance` from now.
    Rate {
        /// What the call uses.
        interval: Duration,
        /// What may be used at once.
        tolerance: Duration,
    },
    /// A day from midnight to midnight in UTC: a call passes if the count, including it, is at most `most`.
    Daily {
        /// How many calls this one counts as.
        cost: u32,
        /// How many calls are allowed.
        most: u32,
    },
}

/// The result of charging a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// All charges were made.
    Admitted,
    /// No charge was made.
    Refused {
        /// The index of the charge with the longest wait.
        charge: usize,
        /// That wait.
        wait: Duration,
    },
}

/// An operation that must not happen twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// A keyed hash of the operation. If the same key comes with another fingerprint, it is used for two different operations.
    pub fingerprint: [u8; 16],
    /// How long it may run before its outcome counts as unknown.
    pub lease: Duration,
    /// How long it is remembered; at least as long as `lease`.
    pub keep: Duration,
}

/// The unique number of one beginning of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence(pub u64);

/// The result of [`SharedStore::begin`].
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
    /// The [`Operation::fingerprint`] with which it was begun.
    pub fingerprint: [u8; 16],
    /// Its progress.
    pub progress: Progress,
}

/// The progress of an operation that was begun before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It runs.
    Running,
    /// Its lease has ended, and its outcome is unknown.
    InDoubt,
    /// It has ended with this sealed answer.
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

/// The maximum length of an answer that a store must keep, in bytes: 64 KiB.
pub const MOST_ANSWER: usize = 64 * 1024;

/// Information for all processes: a revocation or a switch; or a message for one of them: an answer or a cancellation of a client, which is kept for
/// a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The key of its subject.
    pub key: StoreKey,
    /// The sealed content; usually about a hundred bytes, and at most 16 KiB.
    pub value: Box<[u8]>,
    /// How long it is kept; forever if `None`.
    pub keep: Option<Duration>,
}

/// The position of a reader in the history of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// A random number that stays the same as long as the store has lost nothing. A store that may have lost facts has another history.
    pub history: u64,
    /// The position of the last fact that was read.
    pub position: u64,
}

/// Facts in the order in which they were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The facts that are still kept; for each key, the last one.
    pub facts: Vec<Fact>,
    /// Where to continue.
    pub cursor: Cursor,
}

/// Why an operation of a store failed.
#[derive(Clone, Debug)]
pub struct StoreError {
    reason: Cow<'static, str>,
    is_full: bool,
}

impl StoreError {
    /// Creates an error with a reason for the application's log.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), is_full: false }
    }

    /// Creates an error for a store that works but has no room for this key. The store does not count as down then.
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

/// What happens to calls while the shared store is down. No choice is right for every server, so there is no default.
///
/// | | `Refuse` | `LimitLocally` |
/// |---|---|---|
/// | rates, quotas and budgets | every call is refused as `unavailable` | each process counts separately, and the audit record says `degraded` |
/// | an answer to a question (`confirm = "…"`) | refused, and can be given again | the same |
/// | a call that may write, if revocations and switches were last read more than 3 seconds ago | refused | the same |
/// | a call that only reads, in that case | refused, because its rate is unknown | decided by what was last read |
/// | a call of a tool that is `idempotent(…)` | refused, because it is unknown whether it was made before | the same |
/// | a process that has never reached the store | refuses every call | the same |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenDown {
    /// Calls whose limits cannot be checked are refused.
    Refuse,
    /// Each process continues with its own limits at the declared rates: with three processes, a caller may make up to three times as many calls.
    LimitLocally,
}
