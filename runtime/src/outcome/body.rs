//! How far a body got.

use serde::Serialize;

/// How far the body of a tool got, as far as the guard knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BodyState {
    /// Nothing of it has run. In an intent: it is about to start.
    NotStarted,
    /// It is a blocking body, and was still running when its caller was answered. It is in the record of a tool that reads, of which nothing more is
    /// recorded; the outcome of a tool that writes waits for the body's end.
    Running,
    /// It is an async body, and was dropped where it waited: it ran at least to its first `await` that was not ready and not to its end. What it
    /// had begun elsewhere (a request that was sent, a task that it spawned) may go on.
    Dropped,
    /// It returned, with an answer or with an error.
    Ended,
    /// It panicked.
    Panicked,
}
