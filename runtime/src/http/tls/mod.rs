//! TLS in this process, with certificates on both sides.

mod client;
mod options;
mod peer;

use std::{sync::Arc, time::Duration};

use http::Extensions;
use tokio::{net::TcpListener, time::timeout};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, server::TlsStream};

pub use client::ClientCertificates;
pub use options::{TlsOptions, TlsSetupError};
pub(super) use peer::Peer;

use super::{
    Authenticator, HttpOptions,
    serve::{Accept, Connection, Socket, serve},
};
use crate::{SecureServer, server::ServeError};

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// Like [`serve_http`](Self::serve_http), over TLS 1.2 or 1.3, on any address. With [roots](TlsOptions::client_roots) for client certificates, no
    /// client can connect without one; [`ClientCertificates`] then identifies the callers.
    ///
    /// ```no_run
    /// use std::{collections::HashMap, sync::Arc};
    /// use secure_tool::{Caller, SecureServer, http::{ClientCertificates, HttpOptions, TlsOptions}};
    ///
    /// # async fn run<S: Send + Sync + 'static>(server: SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
    /// let robots = HashMap::from([(
    ///     "spiffe://example.com/nightly".to_owned(),
    ///     Arc::new(Caller::new("nightly").with_scopes(["invoices:read"])),
    /// )]);
    /// let callers = ClientCertificates::uri(move |name| robots.get(name).cloned());
    /// let tls = TlsOptions::pem(std::fs::read("server.pem")?, std::fs::read("server.key")?)?
    ///     .client_roots(std::fs::read("clients-ca.pem")?)?;
    /// let listener = tokio::net::TcpListener::bind("0.0.0.0:8443").await?;
    /// server.serve_https(listener, tls, callers, HttpOptions::default().hosts(["mcp.example.com"])).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the certificate and the key do not match, or their kind is not supported. An error on a connection ends only that connection.
    pub async fn serve_https(
        &self,
        listener: TcpListener,
        tls: TlsOptions,
        authenticator: impl Authenticator,
        mut options: HttpOptions,
    ) -> Result<(), ServeError> {
        options.limits.detached = super::endpoint::Detached::default();
        let limits = options.limits.clone();
        let (config, handshake) = tls.into_config().map_err(ServeError::new)?;
        let router = self.router_with(authenticator, options);
        serve(listener, Tls::new(config, handshake), router, limits).await;
        Ok(())
    }
}

struct Tls {
    acceptor: TlsAcceptor,
    handshake: Duration,
}

impl Tls {
    fn new(config: ServerConfig, handshake: Duration) -> Self {
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), handshake }
    }
}

impl Accept for Tls {
    type Io = TlsStream<Socket>;

    async fn accept(&self, socket: Socket) -> Option<Connection<Self::Io>> {
        let io = match timeout(self.handshake, self.acceptor.accept(socket)).await.ok()? {
            Ok(io) => io,
            Err(error) => {
                tracing::debug!(%error, "a TLS handshake failed");
                return None;
            }
        };
        let mut extensions = Extensions::new();
        // Verified in the handshake, if there is one. If it cannot be read, the connection is closed rather than treated as one without a
        // certificate.
        if let Some(certificate) = io.get_ref().1.peer_certificates().and_then(|chain| chain.first()) {
            extensions.insert(Peer::read(certificate)?);
        }
        Some(Connection { io, extensions })
    }
}
