//! How far a body ran.

use serde::Serialize;

/// How far the body of a tool ran, as far as the guard knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyState {
    /// It has not started. In an intent: it is about to start.
    NotStarted,
    /// It is a blocking body and was still running when its caller was answered. This occurs only in the record of a tool that reads, for which
    /// nothing more is recorded; the outcome of a tool that writes waits for the end of the body.
    Running,
    /// It is an async body and was dropped while it was suspended: it ran at least to its first pending `await`, but not to its end. Anything that it
    /// started elsewhere (a request that was sent, a spawned task) may continue.
    Dropped,
    /// It returned, with an answer or with an error.
    Ended,
    /// It panicked.
    Panicked,
}
