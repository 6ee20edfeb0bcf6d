//! Who is calling: how a caller gets in, what is known of them, and how they are kept out again.
//!
//! A [`Caller`](crate::Caller) comes from the transport. No argument that a model writes can say who calls (ST32), and no server can be made
//! that does not ask: [`serve_stdio`](crate::SecureServer::serve_stdio) takes a caller, and a [router](crate::SecureServer::router) takes an
//! [`Authenticator`](crate::http::Authenticator).
//!
//! | of a caller | is | and decides |
//! |---|---|---|
//! | [`subject`](crate::Caller::subject), [`tenant`](crate::Caller::tenant) | the person or service, and their organisation; the same name in another tenant is somebody else | ownership, rates per caller and per tenant |
//! | [`scopes`](crate::Caller::scopes) | what the credential is good for | which tools there are, and whether one may be called |
//! | [`client`](crate::Caller::client) | the application that acts for the subject | rates per client |
//! | [`actor`](crate::Caller::actor) | who acts now, where the subject has delegated it (RFC 8693) | nothing; it is recorded |
//! | [`data`](crate::Caller::data) | what the application attaches: roles, a plan, a handle | nothing by itself; a body reads it, nobody records it |
//! | issuer, token id, key id | where the credential comes from, and which it is; never the credential | what can be [revoked](crate::Revocations); recorded |
//!
//! # Which one
//!
//! | the callers are | use | feature |
//! |---|---|---|
//! | the user who starts the process | [`serve_stdio`](crate::SecureServer::serve_stdio) with [`Caller::local`](crate::Caller::local) | |
//! | scripts, CI, a handful of people | [`ApiKeys`](crate::http::ApiKeys): `stk_…`, made by [`key_command`](crate::http::key_command), kept as hashes in a file that the server follows | |
//! | people with an account at an identity provider | `JwtAuthenticator` with the provider's `Jwks`, and [`resource`](crate::http::HttpOptions::resource) so that clients find the way | `jwt`, `jwks-http` |
//! | the same, where the provider's tokens are opaque | `Introspection` (RFC 7662) | `jwks-http` |
//! | services on a network with certificates | `serve_https` with `ClientCertificates` | `mtls` |
//! | several of these | [`Authenticator::or`](crate::http::Authenticator::or): asked in order, and the first that recognizes the credential decides | |
//!
//! Each has a runnable example at its type, and `cargo run -p billing -- http 127.0.0.1:8787` in the repository serves with each of them.
//!
//! # Roles, plans and tokens for other services
//!
//! An application often knows more of a caller than the guard has to. An authenticator attaches it as data, each kind of it as a type of its own, and a
//! body reads it by that type:
//!
//! | where it comes from | attach it with | it is read and kept |
//! |---|---|---|
//! | the process itself, on stdio, or a fixed key | [`Caller::with_data`](crate::Caller::with_data) | once |
//! | the claims of a token | `JwtBuilder::data_from`, `IntrospectionBuilder::data_from` | once for each token, for as long as the token is remembered: up to a minute |
//! | the caller, or the request, with any authenticator | [`Authenticator::with_data`](crate::http::Authenticator::with_data) | for each request |
//! | something that has to be asked, such as a database | an [`Authenticator`](crate::http::Authenticator) of your own around another one | as you decide |
//!
//! Where it fails, the caller is not let in. Data is in no log, no record and no `Debug`; it grants nothing by itself, and scopes and owners are checked
//! before the body sees it.
//!
//! ```
//! # #[cfg(feature = "jwt")] mod tokens {
//! use secure_tool::{http::{Algorithm, AuthError, JwtAuthenticator, Key}, prelude::*};
//!
//! struct Roles(Vec<String>);
//!
//! struct Reports;
//!
//! impl Reports {
//!     /// Show how much was sold.
//!     #[secure_tool(scope = "reports:read", owner = caller("the numbers are the company's"), read_only)]
//!     async fn sales(&self, caller: &Caller) -> Result<Json<u32>, ToolError> {
//!         // Without the data the call ends here, as `forbidden`.
//!         let Roles(roles) = caller.require::<Roles>()?;
//!         if !roles.iter().any(|role| role == "auditor") {
//!             return Err(ToolError::forbidden("only auditors see the sales"));
//!         }
//!         Ok(Json(42))
//!     }
//! }
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAQth7eUS2N9ycyi2An9Y1mbCmBIAz5wV4sfaskjIvYJQ=\n-----END PUBLIC KEY-----\n";
//! # let key = Key::pem(Algorithm::EdDSA, pem)?;
//! let tokens = JwtAuthenticator::builder("https://id.example.com", "https://mcp.example.com/mcp", key)
//!     // A token whose `roles` is no list of strings is refused.
//!     .data_from(|claims| Ok(Roles(claims.get("roles")?.unwrap_or_default())))
//!     .build()?;
//! # let server = SecureServer::builder(Reports).tool(Reports::sales()).build()?;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! A body that calls another service must not send it the caller's token, which is for this server alone: it exchanges it for one of that service ([RFC
//! 8693]). What does that is attached for each request, and keeps the token to itself:
//!
//! ```
//! use std::sync::Arc;
//! use secure_tool::{http::{AuthError, Authenticator}, prelude::*};
//!
//! /// Your client of the authorization server.
//! struct Exchange;
//!
//! impl Exchange {
//!     async fn exchange(&self, subject_token: &str, audience: &str) -> Result<String, ToolError> {
//!         // POST grant_type=urn:ietf:params:oauth:grant-type:token-exchange …
//! #       let _ = (subject_token, audience); Ok(String::new())
//!     }
//! }
//!
//! /// Gets tokens of other services for one caller. It has no `Debug`, and nobody gets the token of this server out of it.
//! struct Downstream { token: Box<str>, exchange: Arc<Exchange> }
//!
//! impl Downstream {
//!     async fn token_for(&self, audience: &str) -> Result<String, ToolError> {
//!         self.exchange.exchange(&self.token, audience).await
//!     }
//! }
//!
//! fn with_downstream(tokens: impl Authenticator, exchange: Arc<Exchange>) -> impl Authenticator {
//!     tokens.with_data(move |_caller, request| {
//!         let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
//!         let token = header.and_then(|header| header.strip_prefix("Bearer ")).ok_or(AuthError::Invalid)?;
//!         Ok(Downstream { token: token.into(), exchange: Arc::clone(&exchange) })
//!     })
//! }
//!
//! struct Calendar;
//!
//! impl Calendar {
//!     /// Show the caller's appointments.
//!     #[secure_tool(scope = "calendar:read", owner = caller("the other service knows whose they are"), read_only)]
//!     async fn appointments(&self, caller: &Caller) -> Result<Json<u32>, ToolError> {
//!         let token = caller.require::<Downstream>()?.token_for("https://calendar.example.com").await?;
//! #       let _ = token;
//!         // … ask the calendar with it.
//!         Ok(Json(0))
//!     }
//! }
//! ```
//!
//! # How a client finds its way
//!
//! With a [`resource`](crate::http::HttpOptions::resource) a client needs no configuration but the address ([RFC 9728], MCP "authorization"):
//!
//! 1. It calls, and gets 401 with `resource_metadata`, and the `scope` to begin with: the least that is of any use.
//! 2. The metadata, at both well-known places, names the authorization servers and every scope of the tools that are exposed.
//! 3. It lets the person log in there, and asks for a token for this resource ([RFC 8707]) with these scopes.
//! 4. A call that needs more gets 403 with one `insufficient_scope` challenge that names *all* the scopes of the operation. The client goes
//!    back with them, and calls again ("step-up"). The list shows such tools with the scopes that they need, so that a model calls them at all.
//!
//! The challenge of step 4 comes only where a better token would help: one of the server's own [authorization
//! servers](crate::http::HttpOptions::authorization_servers) has issued the credential, the tool exists for this caller, and scopes are all that is missing. The
//! body of the request decides, before the response starts; a header that says something else is refused. For every other credential, and on a
//! pipe, the same shortfall is the result of the call, which names the scopes ([`StepUp`](crate::http::StepUp) forces either). Which scopes stand for others is said once, with
//! [`scope_implies`](crate::ServerBuilder::scope_implies); clients are asked for what the tool states.
//!
//! # Which client can use which
//!
//! | client | stdio | API key in a header | OAuth, step by step as above | client certificate |
//! |---|---|---|---|---|
//! | rmcp 3.11 (Rust), at 2025-06-18, 2025-11-25 and 2026-07-28 | tested | tested | tested, with the feature `auth` | yes, with a `reqwest::Client` of its own |
//! | `mcp` 2.3 (Python), at 2025-11-25 and 2026-07-28 | tested | tested | tested | yes, with an `httpx2` client of its own |
//! | `mcp` 1.30 (Python), at 2025-11-25 | tested | tested | yes | yes, with an `httpx` client of its own |
//! | `@modelcontextprotocol/client` 2.4 (TypeScript), at 2025-11-25 and 2026-07-28 | tested | tested | yes | |
//! | `@modelcontextprotocol/sdk` 1.32 (TypeScript), at 2025-11-25 | tested | tested | yes | |
//! | `curl` | | yes | with a token from elsewhere | yes |
//! | Claude Code | yes | yes (`--header`) | yes | |
//! | Claude Desktop, claude.ai connectors | yes (Desktop) | | yes | |
//! | VS Code | yes | yes (`headers`) | yes | |
//! | Cursor | yes | yes, where the server names no [`resource`](crate::http::HttpOptions::resource) | yes | |
//!
//! "Tested" means that this library's own tests run this version. Over stdio and with an API key, every client passes the same cases: connect, list, a
//! call that is allowed, refusals for scope, for an object that is absent or somebody else's and for the rate, confirmation (yes, no, and without a
//! handler for elicitation), the cancellation of a running call, and, over HTTP, a wrong key. Certificates are tested with `reqwest` alone. The other cells
//! are what the clients' documentation and users said in autumn 2026; an empty cell is "not documented". A server for clients
//! that take the header of their configuration only while no OAuth is offered should have API keys and no `resource`.
//!
//! # One environment, one resource
//!
//! Give each environment its own canonical URI, as `audience` of the authenticator and as
//! [`resource`](crate::http::HttpOptions::resource): then a token for staging is worth nothing in production, although the same issuer has
//! signed it. A server that says [`environment("production")`](crate::ServerBuilder::environment) writes it into every audit record, and tools
//! with `only_in("staging")` do not exist there: not in lists, not in metadata, not for a call.
//!
//! # What belongs to a caller
//!
//! There are no streams to resume and no tasks, so there is no id of theirs to steal. What a client holds between two requests is
//! the sealed state of a [confirmation](super::confirmation) and, before protocol 2026-07-28, a sealed [session](super::clients). Both open for the same
//! principal only: subject, tenant, client, issuer and actor. An approval is for one call. A cancellation reaches calls of its own session
//! or connection only.
//!
//! # Out again
//!
//! [`Revocations`](crate::Revocations) take out a subject, a client, a token or a key while the server runs: the next request is answered with 401,
//! and calls that run are cut. [`Switches`](crate::Switches) take out tools, or all of them. An API key that is removed from its table, or from
//! the file, is as good as revoked. What a credential's own expiry ends while it is in use, [confirmation](super::confirmation) says. All of it is in memory and of one process; with a [shared store](crate::ServerBuilder::shared) a revocation is one of all processes of the server, without one each has to be told.
//!
//! An authenticator that verifies tokens remembers them for a while. Where a revocation at the authorization server has to count at once,
//! `ask_again_before` of `Introspection` asks once more, whatever is remembered, just before a tool does something:
//!
//! ```
//! # #[cfg(feature = "jwks-http")] mod tokens {
//! use secure_tool::{Effect, http::Introspection};
//!
//! # fn run(client_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = Introspection::https("https://id.example.com/oauth2/introspect")?
//!     .client("mcp-server", client_secret)
//!     .ask_again_before(Effect::Destroy)
//!     .build("https://id.example.com", "https://mcp.example.com/mcp")?;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! A token that is not good any more, or is for another caller by now, ends the call as `unauthenticated` before the body; a server that does not
//! answer ends it as `unavailable`. What reads goes on with what is remembered. Nothing like it exists for signed tokens: nobody is asked about those.
//!
//! [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693
//! [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
