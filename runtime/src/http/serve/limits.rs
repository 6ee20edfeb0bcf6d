//! Limits of connections, and the end of serving.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::http::{HttpOptions, admission::TrustedProxies, endpoint::Detached};

/// The upper limit of all timeouts.
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
    /// Calls that continue without their connection.
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

/// Limits of [`SecureServer::serve_http`](crate::SecureServer::serve_http). In a router that is served in another way, only
/// [`body_timeout`](Self::body_timeout) applies.
impl HttpOptions {
    /// How long a connection may go without a complete request head, after it was opened and between a response and the next request; this limits
    /// slow and idle clients. It is also the time limit for a client that does not read a response. 10 seconds by default, at most an hour.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.head = timeout.min(LONGEST);
        self
    }

    /// How long the whole body of a request may take to arrive; after that the request is refused with 408. 30 seconds by default, at most an hour.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body = timeout.min(LONGEST);
        self
    }

    /// The maximum number of connections; 1024 by default. When it is reached, a new connection replaces an idle one: the one that has been idle for
    /// longest at the address with the most connections. If no address with more connections than that of the newcomer has an idle one, the new
    /// connection is closed. Connections of [trusted proxies](Self::trusted_proxies) are never replaced.
    ///
    /// A client that disappears without closing the connection, for example because its network fails, is detected by keepalive packets after a
    /// minute.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// The maximum number of connections from one address (an IPv6 address counts as its /64, and this machine like any other); further ones are
    /// closed immediately. 128 by default. It does not apply to [trusted proxies](Self::trusted_proxies), whose connections carry many clients.
    #[must_use]
    pub fn max_connections_per_address(mut self, connections: usize) -> Self {
        self.limits.connections_per_address = connections;
        self
    }

    /// Serves until this is cancelled: then nothing new is accepted, and running calls may finish within the [`drain`](Self::drain) deadline.
    #[must_use]
    pub fn stop_with(mut self, stop: CancellationToken) -> Self {
        self.limits.stop = stop;
        self
    }

    /// How long running calls may take to finish when serving ends; after that they are cancelled. 10 seconds by default, at most an hour.
    #[must_use]
    pub fn drain(mut self, deadline: Duration) -> Self {
        self.limits.drain = deadline.min(LONGEST);
        self
    }

    /// Declares that a proxy in front of this server terminates TLS, on a network that nobody else can read, so that the server may serve plain HTTP
    /// on an address other than a local one.
    #[must_use]
    pub fn behind_tls(mut self) -> Self {
        self.limits.behind_tls = true;
        self
    }
}
