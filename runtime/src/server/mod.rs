//! A server of guarded tools.

mod answer;
mod builder;
pub(crate) mod handler;
mod stdio;
mod switches;

use std::{fmt, sync::Arc};

use rmcp::model::CallToolResult;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

pub use builder::{BuildError, ServerBuilder};
pub use stdio::ServeError;
pub use switches::{NoSuchTool, Switches};

use crate::{
    Caller,
    guard::{Guard, Request, trace::Origin},
    identity::Principal,
    manifest::PolicyManifest,
};

/// A Model Context Protocol server whose tools can be reached through their guards only.
///
/// It is cheap to clone; clones are the same server.
pub struct SecureServer<S> {
    pub(crate) guard: Arc<Guard<S>>,
    pub(crate) about: Arc<About>,
}

/// What a server says of itself.
pub(crate) struct About {
    pub(crate) info: rmcp::model::ServerConfig,
    pub(crate) manifest: PolicyManifest,
    pub(crate) max_message_bytes: usize,
}

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// Starts a server around the application's state.
    pub fn builder(state: S) -> ServerBuilder<S> {
        ServerBuilder::new(Arc::new(state))
    }

    /// Starts a server around a state that the application keeps using.
    pub fn builder_shared(state: Arc<S>) -> ServerBuilder<S> {
        ServerBuilder::new(state)
    }

    /// What every tool declares, in a stable order and form.
    #[must_use]
    pub fn policy(&self) -> &PolicyManifest {
        &self.about.manifest
    }

    /// The operator's switches: turn tools, or everything, off and on while the server runs.
    #[must_use]
    pub fn switches(&self) -> Switches<S> {
        Switches::new(Arc::clone(&self.guard))
    }

    /// Calls a tool from within the process, through the same guard as every transport.
    ///
    /// The result is what a client would receive; a refusal has `is_error` and the machine-readable refusal in `_meta`
    /// under `secure-tool/refusal`.
    pub async fn call(&self, caller: &Arc<Caller>, tool: &str, arguments: Map<String, Value>) -> CallToolResult {
        let request = Request {
            tool,
            arguments,
            principal: Principal::Caller(Arc::clone(caller)),
            cancelled: CancellationToken::new(),
            origin: Origin::default(),
        };
        answer::result(self.guard.call(request).await)
    }
}

impl<S> Clone for SecureServer<S> {
    fn clone(&self) -> Self {
        Self { guard: Arc::clone(&self.guard), about: Arc::clone(&self.about) }
    }
}

impl<S> fmt::Debug for SecureServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecureServer").field("tools", &self.guard.tools.keys()).finish_non_exhaustive()
    }
}
