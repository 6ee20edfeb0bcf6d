//! The largest limits that a policy may state. Beyond them a limit limits nothing.

use core::time::Duration;

/// The longest timeout: a call that may take longer is a job.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);

/// The shortest time for which an operation is known by its key.
pub const SHORTEST_REPEAT: Duration = Duration::from_secs(1);

/// The longest time for which an operation is known by its key.
pub const LONGEST_REPEAT: Duration = Duration::from_secs(7 * 24 * 3600);

/// The largest answer, in bytes.
pub const LARGEST_OUTPUT: usize = 64 * 1_024 * 1_024;

/// The most calls of one item at once.
pub const MOST_AT_ONCE: u32 = 65_535;

/// The most calls a second, and the largest burst: a server counts in microseconds.
pub const MOST_A_SECOND: u32 = 1_000_000;

/// The most rates that one item has.
pub const MOST_RATES: usize = 8;

/// The longest time that a call may come after the one that has to precede it.
pub const LONGEST_WITHIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// The most failures in a row that a breaker can wait for.
pub const MOST_FAILURES: u32 = 1_000;

/// The shortest time that a breaker stays open.
pub const SHORTEST_COOLDOWN: Duration = Duration::from_secs(1);

/// The longest time that a breaker stays open before a call tries again.
pub const LONGEST_COOLDOWN: Duration = Duration::from_secs(3600);
