//! Helpers for tests that neither hang nor depend on chance: waits with a limit, the lines of a process in any order, ports that stay reserved, and
//! Redis servers that end with the test.
//!
//! The limit ends a test that would hang, and its message says what the test waited for. It is not a measurement, and is far longer than a busy machine needs.

mod lines;
mod port;
mod redis_server;

use std::{fmt::Display, future::Future, panic::Location, thread, time::Duration};

pub use lines::Lines;
pub use port::Port;
pub use redis_server::RedisServer;
use tokio::time::{sleep, timeout};

/// How long a test waits for anything.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How often a condition is checked.
const INTERVAL: Duration = Duration::from_millis(5);

/// Waits for a future.
///
/// # Panics
///
/// If it is not ready within [`LIMIT`].
#[track_caller]
pub fn within<F: Future>(what: impl Display, future: F) -> impl Future<Output = F::Output> {
    let place = Location::caller();
    // A client's future is large; in a box it makes its caller's no larger.
    let future = Box::pin(future);
    async move {
        let Ok(output) = timeout(LIMIT, future).await else { panic!("{place}: waited {LIMIT:?} for {what}") };
        output
    }
}

/// Waits until a condition holds.
///
/// # Panics
///
/// If it does not hold within [`LIMIT`].
#[track_caller]
pub fn until(what: impl Display, mut holds: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    within(what, async move {
        while !holds().await {
            sleep(INTERVAL).await;
        }
    })
}

/// Waits for a thread. A panic of the thread goes on in the caller.
///
/// # Panics
///
/// If the thread panicked, or does not end within [`LIMIT`].
#[track_caller]
pub fn joined<T>(what: impl Display, handle: thread::JoinHandle<T>) -> T {
    let mut waited = Duration::ZERO;
    while !handle.is_finished() {
        assert!(waited < LIMIT, "waited {LIMIT:?} for {what}");
        thread::sleep(INTERVAL);
        waited += INTERVAL;
    }
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::pending};

    use super::*;

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = ": waited 60s for nothing at all")]
    async fn a_future_that_is_never_ready_ends_the_test() {
        within("nothing at all", pending::<()>()).await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "waited 60s for the impossible")]
    async fn a_condition_that_never_holds_ends_the_test() {
        until("the impossible", async || false).await;
    }

    #[tokio::test(start_paused = true)]
    async fn results_within_the_limit_are_returned() {
        assert_eq!(within("a number", async { 7 }).await, 7);
        let checked = Cell::new(0);
        until("the third check", async || checked.replace(checked.get() + 1) == 2).await;
        assert_eq!(checked.get(), 3);
        assert_eq!(joined("a thread", thread::spawn(|| 7)), 7);
    }

    #[test]
    #[should_panic(expected = "as it was")]
    fn a_panic_of_a_thread_is_propagated() {
        joined("a thread", thread::spawn(|| panic!("as it was")));
    }
}
