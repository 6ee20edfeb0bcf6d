//! Serves one client over a pipe.

mod in_flight;
mod lines;
mod message;
mod transport;
mod writer;

use std::{fmt, sync::Arc};

use rmcp::ServiceExt;
use tokio::io::{AsyncRead, AsyncWrite};

use self::{
    in_flight::{InFlight, MEMORY, REQUESTS},
    transport::Pipes,
};
use super::{SecureServer, handler::Handler};
use crate::Caller;

/// Why serving could not start, or ended unexpectedly.
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
    /// The user who starts the process is the caller; there is no credential on a pipe. Standard output belongs to the protocol:
    /// write logs to standard error, and audit records to a file or a [`StderrSink`](crate::StderrSink).
    ///
    /// Each line is one message. An invalid line is answered with a JSON-RPC error that does not repeat any of it, and the connection continues: text
    /// that is not JSON (-32700), JSON that is not a JSON-RPC message, and batches (-32600), unknown methods (-32601), invalid parameters (-32602).
    /// [`max_message_bytes`](crate::ServerBuilder::max_message_bytes), [`max_message_depth`](crate::ServerBuilder::max_message_depth) and
    /// [`max_message_nodes`](crate::ServerBuilder::max_message_nodes) are checked before a line is parsed (-32600).
    ///
    /// A client may have 1,024 requests in progress, whose messages may take 16 MiB of memory; further requests are refused (-32005) until some of
    /// them have finished. Reading pauses while 64 messages wait for the client to read them. The connection ends when the client closes either pipe.
    ///
    /// # Errors
    ///
    /// If the caller has no subject, the handshake fails, or the connection breaks.
    pub async fn serve_stdio(self, caller: Caller) -> Result<(), ServeError> {
        let (input, output) = rmcp::transport::io::stdio_pipes();
        self.serve_io(caller, input, output).await
    }

    /// Like [`serve_stdio`](Self::serve_stdio), over any pair of byte streams, such as a Unix socket whose peer the application has identified.
    ///
    /// # Errors
    ///
    /// See [`serve_stdio`](Self::serve_stdio).
    pub async fn serve_io(
        self,
        caller: Caller,
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Result<(), ServeError> {
        if caller.subject().is_empty() {
            return Err(ServeError("the caller has no subject".into()));
        }
        let (out, writer) = writer::start(output);
        let progress = Arc::new(out.clone());
        let pipes = Pipes::new(input, out, self.about.message_limits, InFlight::new(REQUESTS, MEMORY));
        let handler = Handler::new(&self, caller, progress);
        let served = match handler.serve(pipes).await {
            Ok(running) => running.waiting().await.map(|_| ()).map_err(|error| ServeError(error.into())),
            Err(error) => Err(ServeError(error.into())),
        };
        writer.finish().await;
        served
    }
}
