//! Streamable HTTP, with authentication in front of it.
//!
//! Every request is authenticated before anything of it is read: `initialize`, lists, calls, and what does not exist. A router
//! without an [`Authenticator`] cannot be made.

mod api_keys;
mod authenticator;
mod door;
mod options;

use std::sync::{Arc, OnceLock};

use axum::{Router, routing::any};
use rmcp::{
    model::Extensions,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};

pub use api_keys::{ApiKeys, WeakKey};
pub use authenticator::{AuthError, Authenticator};
pub use options::HttpOptions;

use crate::{
    SecureServer,
    guard::refusal::{Code, Refusal},
    identity::Principal,
    server::handler::{Door, Handler},
};

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// An [`axum::Router`] that serves MCP over Streamable HTTP (protocols 2026-07-28, 2025-11-25 and 2025-06-18) at `/mcp`,
    /// for clients on this machine. For a public name see [`router_with`](Self::router_with).
    ///
    /// ```no_run
    /// use secure_tool::{Caller, SecureServer, http::ApiKeys};
    ///
    /// # async fn run<S: Send + Sync + 'static>(server: SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
    /// let keys = ApiKeys::new()
    ///     .with_key(&std::env::var("ALICE_KEY")?, Caller::new("alice").with_scopes(["invoices:read"]))?;
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
    /// axum::serve(listener, server.router(keys)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn router(&self, authenticator: impl Authenticator) -> Router {
        self.router_with(authenticator, HttpOptions::default())
    }

    /// The same with other than the default options.
    pub fn router_with(&self, authenticator: impl Authenticator, options: HttpOptions) -> Router {
        let server = self.clone();
        let config = StreamableHttpServerConfig::default()
            // No session, so nothing that could be presented by another; and a plain JSON answer, whose status is known only when
            // the guard has decided.
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(self.about.max_message_bytes)
            .with_allowed_hosts(options.hosts)
            .with_allowed_origins(options.origins)
            .enforce_origin_validation();
        let service = StreamableHttpService::new(
            move || Ok(Handler::new(&server, Door::Http)),
            Arc::new(NeverSessionManager::default()),
            config,
        );
        let door = Arc::new(door::Http { service, authenticator, anonymous: options.anonymous });
        Router::new().route(&options.path, any(move |request| async move { door.serve(request).await }))
    }
}

/// Who the layer in front found out a request to be from. Only that layer puts one on a request.
#[derive(Clone)]
struct Visitor {
    principal: Principal,
    /// What the guard's decision means for the status of the response.
    challenge: Arc<OnceLock<Challenge>>,
}

enum Challenge {
    /// 401: RFC 6750, section 3.
    Unauthenticated,
    /// 403: RFC 6750, section 3.1, with all the scopes of the operation.
    InsufficientScope(String),
}

fn visitor(extensions: &Extensions) -> Option<&Visitor> {
    extensions.get::<http::request::Parts>()?.extensions.get::<Visitor>()
}

/// A request that did not come through the layer in front is nobody's.
pub(crate) fn principal(extensions: &Extensions) -> Principal {
    visitor(extensions).map_or(Principal::Anonymous, |visitor| visitor.principal.clone())
}

/// Turns the refusals that HTTP has a status for into one.
pub(crate) fn challenge(extensions: &Extensions, refusal: &Refusal) {
    let challenge = match refusal.code() {
        Code::Unauthenticated => Challenge::Unauthenticated,
        Code::InsufficientScope if refusal.detail().step_up => {
            Challenge::InsufficientScope(refusal.detail().scopes.join(" "))
        }
        _ => return,
    };
    if let Some(visitor) = visitor(extensions) {
        // Set once: a request is one call.
        let _ = visitor.challenge.set(challenge);
    }
}
