//! Streamable HTTP, with authentication in front of it.
//!
//! Every request is authenticated before anything of it is read: `initialize`, lists, calls, and what does not exist. A router
//! without an [`Authenticator`] cannot be made.
//!
//! # Who is calling
//!
//! | credential | authenticator | feature |
//! |---|---|---|
//! | long random keys that the operator hands out, made by [`key_command`] and kept in a file | [`ApiKeys`] | |
//! | access tokens that an authorization server signs (JWT, RFC 9068) | `JwtAuthenticator`, with a `Key` or a `KeySet` | `jwt` |
//! | the same, with the keys that the server publishes and rotates (JWKS), in a file or fetched by code of one's own | `JwtAuthenticator`, with `Jwks` | `jwt` |
//! | the same, fetched over https | `Jwks::https` | `jwks-http` |
//! | opaque tokens, about which the server that issued them is asked (RFC 7662) | `Introspection` | `jwks-http` |
//! | a certificate that the client has opened the connection with (TLS) | `ClientCertificates`, on `SecureServer::serve_https` | `mtls` |
//! | anything else | an [`Authenticator`] of one's own | |
//! | one of several kinds | [`Authenticator::or`], in a definite order | |
//!
//! Whatever it is, a request ends in one of these ways; none says more.
//!
//! | the credential | is answered with |
//! |---|---|
//! | is good | what the guard decides; a lack of scope with 403 and one challenge that names the scopes, where that [helps](StepUp) |
//! | is missing | 401, `WWW-Authenticate: Bearer` |
//! | is wrong, expired, [revoked](crate::Revocations), for another server, of another kind, or there are two | 401, `WWW-Authenticate: Bearer error="invalid_token"` |
//! | cannot be checked: the provider of the keys is down, or ten seconds have passed | 503 with `Retry-After` |
//!
//! A server that says what it is called ([`HttpOptions::resource`]) also publishes where to get a credential ([RFC 9728]), and every
//! challenge points there; a 401 names the scopes to begin with.
//!
//! ```
//! use secure_tool::http::HttpOptions;
//!
//! let options = HttpOptions::default()
//!     .hosts(["mcp.example.com"])
//!     .resource("https://mcp.example.com/mcp")?
//!     .authorization_servers(["https://id.example.com"])?
//!     .resource_name("Invoices")
//!     .cors(["https://app.example.com"])?; // a page in browsers that may ask; no other may
//! # Ok::<(), secure_tool::http::InvalidOption>(())
//! ```
//!
//! # What a connection may cost
//!
//! [`SecureServer::serve_http`] serves with a limit on everything; a router in a server of one's own has the limits of that server, and of
//! these the ones on messages, bodies, hosts and origins.
//!
//! | a client that | is answered with |
//! |---|---|
//! | does not send the head of a request, or leaves the connection idle, for [10 seconds](HttpOptions::header_timeout) | the end of the connection |
//! | sends a head of more than 24 KiB or 100 fields | 431 |
//! | does not send the whole body within [30 seconds](HttpOptions::body_timeout) | 408 |
//! | sends a message that is [longer](crate::ServerBuilder::max_message_bytes) than any arguments may be | 413, before it was read |
//! | sends one that is nested [too deeply](crate::ServerBuilder::max_message_depth) or has [too many values](crate::ServerBuilder::max_message_nodes) | 400, before it was parsed |
//! | sends one in which an object that this server reads has a key twice | a JSON-RPC error, as other parsers may have read another message |
//! | sends more than fits into the [memory](HttpOptions::max_memory_in_flight) for messages in flight, or sends it slowly while others need the memory | 503 |
//! | does not take its answers, and asks for more than fits into the memory for them | 503, or the result `unavailable` of a tool that only reads |
//! | takes nothing of an answer for 10 seconds | the end of the connection |
//! | opens one connection more than [1024](HttpOptions::max_connections) | its end, at once, unless an address that has more loses an idle one |
//! | opens one more than [128 from its address](HttpOptions::max_connections_per_address) | its end, at once |
//! | names another [host](HttpOptions::hosts), or sends from a page of another [origin](HttpOptions::origins) | 403 |
//! | names no host or two, two origins, a host in its target or a user in its host; sends `Content-Length` beside `Transfer-Encoding` | 400 |
//! | sends a body in another transfer coding than `chunked` | 501, or 400 if `chunked` is not the last (RFC 9112, section 6.1) |
//! | sends chunks with extensions or trailers | what it asked for, and the end of the connection |
//! | asks from a page that is not [named](HttpOptions::cors) | no header that would let the page read it |
//! | is there when serving [ends](HttpOptions::stop_with) | what it was waiting for, if that comes within [10 seconds](HttpOptions::drain) |
//!
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
//!
#![cfg_attr(
    feature = "jwks-http",
    doc = r#"
```no_run
use secure_tool::{SecureServer, http::{HttpOptions, Jwks, JwtAuthenticator}};

# async fn run<S: Send + Sync + 'static>(server: SecureServer<S>) -> Result<(), Box<dyn std::error::Error>> {
let keys = Jwks::https("https://id.example.com/.well-known/jwks.json")?;
let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", keys).build()?;
let router = server.router_with(tokens, HttpOptions::default().hosts(["mcp.example.com"]));
# Ok(())
# }
```
"#
)]

#[cfg(feature = "jwt")]
mod access_token;
mod address;
mod admission;
mod api_keys;
mod authenticator;
mod bearer;
mod body;
mod challenge;
mod cors;
mod discovery;
mod door;
#[cfg(feature = "jwks-http")]
mod introspection;
#[cfg(feature = "jwt")]
mod jwt;
mod options;
#[cfg(feature = "jwks-http")]
mod provider;
mod serve;
#[cfg(feature = "mtls")]
mod tls;

use std::sync::Arc;

use axum::{Router, routing::any};

#[cfg(feature = "jwt")]
pub use access_token::{Claims, Grant, MalformedClaim};
pub use address::InvalidOption;
pub use api_keys::{
    ApiKey, ApiKeys, BadKeyLine, GenerateError, KEY_USAGE, KeyCommandError, KeyFileError, WeakKey, key_command,
};
pub use authenticator::{AuthError, Authenticator, Or, WithData};
#[cfg(feature = "jwks-http")]
pub use introspection::{Introspection, IntrospectionBuilder, IntrospectionSetupError};
#[cfg(feature = "jwt")]
pub use jwt::{
    Algorithm, AmbiguousKeys, BadKey, Fetch, FetchError, Fetched, Jwks, JwtAuthenticator, JwtBuilder, JwtSetupError,
    Key, KeySet,
};
pub use options::HttpOptions;
#[cfg(feature = "jwks-http")]
pub use provider::ProviderUrlError;
#[cfg(feature = "mtls")]
pub use tls::{ClientCertificates, TlsOptions, TlsSetupError};
/// For [`HttpOptions::stop_with`], without a dependency of one's own.
pub use tokio_util::sync::CancellationToken;

use door::Door;
pub use door::{ListTools, StepUp};

use crate::SecureServer;

impl<S: Send + Sync + 'static> SecureServer<S> {
    /// An [`axum::Router`] that serves MCP over Streamable HTTP (protocols 2026-07-28, 2025-11-25 and 2025-06-18) at `/mcp`,
    /// for clients on this machine. For a public name see [`router_with`](Self::router_with).
    ///
    /// It is for a server that has other routes as well; `axum::serve` knows no limit on slow or idle clients, [`serve_http`](Self::serve_http)
    /// does.
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
        let published = options.discovery.publish(&self.guard, &options.path);
        let path = options.path.clone();
        let door = Arc::new(Door::new(self, authenticator, options));
        let mut router = Router::new();
        if let Some(published) = published.map(Arc::new) {
            for path in &published.paths {
                let (published, door) = (Arc::clone(&published), Arc::clone(&door));
                router = router.route(path, any(async move |request| door.publish(&published, request)));
            }
        }
        router.route(&path, any(move |request| async move { door.serve(request).await }))
    }
}
