//! The largest limits that a policy may state. Beyond them a limit limits nothing.

use core::time::Duration;

/// The longest timeout: a call that may take longer is a job.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);
