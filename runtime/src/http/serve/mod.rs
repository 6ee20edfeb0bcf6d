//! Serving connections: each in its own task, with a limit on everything that it may take.

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
    /// Serves [`router_with`](Self::router_with) on plain HTTP until [`stop_with`](HttpOptions::stop_with) says to end, with limits that keep slow,
    /// idle and too many clients from keeping others out.
    ///
    /// Connections and requests are limited by address as well; behind a proxy, say which one it is with
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
    /// If it listens on an address other than this machine's, where everybody on the way could read the credentials, unless TLS ends
    /// [in front](HttpOptions::behind_tls). What goes wrong with a connection ends that connection only.
    pub async fn serve_http(
        &self,
        listener: TcpListener,
        authenticator: impl Authenticator,
        mut options: HttpOptions,
    ) -> Result<(), ServeError> {
        // Of this server alone, also if its options were cloned from another's.
        options.limits.detached = super::door::Detached::default();
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

/// Nothing between HTTP and the network.
struct Plain;

impl Accept for Plain {
    type Io = Socket;

    async fn accept(&self, socket: Socket) -> Option<Connection<Socket>> {
        Some(Connection { io: socket, extensions: Extensions::new() })
    }
}
