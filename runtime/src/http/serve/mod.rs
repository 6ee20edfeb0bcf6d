//! Serves connections, each in its own task with limits on all resources.

mod activity;
mod connections;
mod framing;
mod io;
mod limits;
mod lingering;
mod places;
mod socket;

use http::Extensions;
use tokio::net::TcpListener;

pub(super) use connections::{Accept, Connection, serve};
pub(super) use limits::Limits;
pub(super) use socket::Socket;

use super::{Authenticator, HttpOptions};
use crate::{SecureServer, server::ServeError};

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// Serves [`router_with`](Self::router_with) over plain HTTP until [`stop_with`](HttpOptions::stop_with) is cancelled, with limits that prevent
    /// slow, idle or too many clients from locking out others.
    ///
    /// Connections and requests are also limited by address; behind a proxy, configure its address with
    /// [`trusted_proxies`](HttpOptions::trusted_proxies).
    ///
    /// ```no_run
    /// use secure_tool::{Caller, SecureServer, http::{ApiKeys, CancellationToken, HttpOptions}};
    ///
    /// # async fn run<S: Send + Sync + 'static>(server: SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
    /// let keys = ApiKeys::new()
    ///     .with_key(&std::env::var("ALICE_KEY")?, Caller::new("alice").with_scopes(["invoices:read"]))?;
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
    /// let stop = CancellationToken::new(); // to be cancelled when the process is told to end
    /// server.serve_http(listener, keys, HttpOptions::default().stop_with(stop)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If it listens on a non-local address, where others could read the credentials on the network, unless a proxy in front [terminates
    /// TLS](HttpOptions::behind_tls). An error on a connection ends only that connection.
    pub async fn serve_http(
        &self,
        listener: TcpListener,
        authenticator: impl Authenticator,
        mut options: HttpOptions,
    ) -> Result<(), ServeError> {
        // Owned by this server, even if its options were cloned from those of another one.
        options.limits.detached = super::endpoint::Detached::default();
        let limits = options.limits.clone();
        let address = listener.local_addr().map_err(ServeError::new)?;
        if !(address.ip().to_canonical().is_loopback() || limits.behind_tls) {
            let problem = format!(
                "plain HTTP on {address}: others can read the traffic; use `behind_tls()` if a proxy in front of the server terminates TLS"
            );
            return Err(ServeError::new(problem));
        }
        serve(listener, Plain, self.router_with(authenticator, options), limits).await;
        Ok(())
    }
}

/// No layer between HTTP and the network.
struct Plain;

impl Accept for Plain {
    type Io = Socket;

    async fn accept(&self, socket: Socket) -> Option<Connection<Socket>> {
        Some(Connection { io: socket, extensions: Extensions::new() })
    }
}
