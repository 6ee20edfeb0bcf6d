//! One client at the other end of a pipe.

use std::fmt;

use rmcp::{RoleServer, ServiceExt, transport::async_rw::AsyncRwTransport};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{SecureServer, handler::Handler};
use crate::Caller;

/// Why serving did not begin, or ended otherwise than it was to.
#[derive(Debug)]
pub struct ServeError(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "serving ended: {}", self.0)
    }
}

impl std::error::Error for ServeError {}

impl ServeError {
    #[cfg(feature = "http")]
    pub(crate) fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// Serves the client that started this process, on standard input and output, until it closes the connection.
    ///
    /// Whoever can start the process is the caller; there is no credential on a pipe. Standard output belongs to the protocol:
    /// write logs to standard error.
    ///
    /// # Errors
    ///
    /// If the caller has no subject, the handshake fails, or the connection breaks.
    pub async fn serve_stdio(self, caller: Caller) -> Result<(), ServeError> {
        let (input, output) = rmcp::transport::io::stdio_pipes();
        self.serve_io(caller, input, output).await
    }

    /// The same over any pair of byte streams, such as a Unix socket whose peer the application has identified.
    ///
    /// # Errors
    ///
    /// As [`serve_stdio`](Self::serve_stdio).
    pub async fn serve_io(
        self,
        caller: Caller,
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(), ServeError> {
        if caller.subject().is_empty() {
            return Err(ServeError("the caller has no subject".into()));
        }
        let transport = AsyncRwTransport::<RoleServer, _, _>::new_server(input, output)
            .with_max_line_length(self.about.message_limits.bytes);
        let handler = Handler::new(&self, caller);
        let running = handler.serve(transport).await.map_err(|error| ServeError(error.into()))?;
        running.waiting().await.map_err(|error| ServeError(error.into()))?;
        Ok(())
    }
}
