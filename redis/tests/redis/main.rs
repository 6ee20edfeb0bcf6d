//! The store against real servers. Each test starts what it needs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "they are tests")]

mod contract;
mod support;
