//! What a connection may cost, and when serving ends.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::http::{HttpOptions, admission::TrustedProxies, door::Detached};

/// No wait is longer, whatever was asked for.
const LONGEST: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug)]
pub(in crate::http) struct Limits {
    pub(super) head: Duration,
    pub(in crate::http) body: Duration,
    pub(super) connections: usize,
    pub(super) connections_per_address: usize,
    pub(in crate::http) trusted_proxies: TrustedProxies,
    pub(super) drain: Duration,
    pub(super) behind_tls: bool,
    pub(super) stop: CancellationToken,
    /// Calls that go on without their connection.
    pub(in crate::http) detached: Detached,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            connections: 1024,
            connections_per_address: 128,
            trusted_proxies: TrustedProxies::default(),
            drain: Duration::from_secs(10),
            behind_tls: false,
            stop: CancellationToken::new(),
            detached: Detached::default(),
        }
    }
}

/// Limits of [`SecureServer::serve_http`](crate::SecureServer::serve_http). A router that is served by something else knows of
/// [`body_timeout`](Self::body_timeout) only.
impl HttpOptions {
    /// How long a connection may be without the whole head of a request: after it was opened, and between an answer and the next request, so
    /// that it bounds slow clients and idle ones. A client that takes nothing of an answer is waited for as long. 10 seconds by default, an hour
    /// at most.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.head = timeout.min(LONGEST);
        self
    }

    /// How long the whole body of a request may take to arrive; later it is refused with 408. 30 seconds by default, an hour at most.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = timeout.min(LONGEST);
        self
    }

    /// How many connections there may be at once. 1024 by default. Who comes when there are as many gets the place of a connection without a request
    /// in flight, namely of the one that has been idle for longest at the address that has the most; without one at an address that has
    /// more connections than the newcomer's, the new connection is closed as it comes. The connections of [trusted
    /// proxies](Self::trusted_proxies) keep their places.
    ///
    /// A client that is gone without a word, as its network is, is noticed by keepalive packets after a minute.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// How many connections there may be at once from one address (an IPv6 address counts as its /64, and this machine as any other); those beyond
    /// are closed as they come. 128 by default. [Trusted proxies](Self::trusted_proxies) are not limited by it, as their connections are
    /// those of many.
    #[must_use]
    pub fn max_connections_per_address(mut self, connections: usize) -> Self {
        self.limits.connections_per_address = connections;
        self
    }

    /// Serves until this is cancelled: then nothing new is let in, and what is running may finish within the [`drain`](Self::drain) deadline.
    #[must_use]
    pub fn stop_with(mut self, stop: CancellationToken) -> Self {
        self.limits.stop = stop;
        self
    }

    /// How long running calls may take to finish when serving ends; then they are cancelled. 10 seconds by default, an hour at most.
    #[must_use]
    pub fn drain(mut self, deadline: Duration) -> Self {
        self.limits.drain = deadline.min(LONGEST);
        self
    }

    /// Says that TLS ends in front of this server, on a network that nobody else reads, so that it may serve plain HTTP on an address other
    /// than this machine's.
    #[must_use]
    pub fn behind_tls(mut self) -> Self {
        self.limits.behind_tls = true;
        self
    }
}
