//! The store against real servers. Each test starts what it needs.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "they are tests")]

#[cfg(feature = "cluster")]
mod cluster;
mod connect;
mod contract;
mod faults;
mod guarded;
mod support;
#[cfg(feature = "tls")]
mod tls;
