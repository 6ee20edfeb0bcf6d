//! Who is calling: authentication, scopes, data of a caller, and revocation.
//!
//! After this chapter you can choose an authenticator, give bodies the roles and plans of their callers, set up OAuth discovery, and revoke credentials.
//!
//! A [`Caller`](crate::Caller) comes from the transport. A model cannot choose an identity through an argument (ST32), and you cannot serve without saying where callers
//! come from: [`serve_stdio`](crate::SecureServer::serve_stdio) takes a caller, and a [router](crate::SecureServer::router) takes an
//! [`Authenticator`](crate::http::Authenticator).
//!
//! | part of a caller | meaning | used for |
//! |---|---|---|
//! | [`subject`](crate::Caller::subject), [`tenant`](crate::Caller::tenant) | the person or service, and its organisation; the same subject in another tenant is another caller | ownership, rates per caller and per tenant |
//! | [`scopes`](crate::Caller::scopes) | the permissions of the credential | which tools are listed and may be called |
//! | [`client`](crate::Caller::client) | the application that acts for the subject | rates per client |
//! | [`actor`](crate::Caller::actor) | the party that acts now, if the subject has delegated (RFC 8693) | approvals and reactions to alerts; recorded |
//! | [`data`](crate::Caller::data) | what your application attaches: roles, a plan, a handle | anything that a body needs; not recorded |
//! | issuer, token id, key id | where the credential comes from and which one it is; never the credential itself | [revocation](crate::Revocations); recorded |
//!
//! # Choose an authenticator
//!
//! | the callers are | use | feature |
//! |---|---|---|
//! | the person who started the process | [`serve_stdio`](crate::SecureServer::serve_stdio) with [`Caller::local`](crate::Caller::local) | |
//! | scripts, CI, a handful of people | [`ApiKeys`](crate::http::ApiKeys): `stk_…`, created by [`key_command`](crate::http::key_command), and kept as hashes in a file that the server follows | |
//! | people with an account at an identity provider | `JwtAuthenticator` with the provider's `Jwks`, and [`resource`](crate::http::HttpOptions::resource), so that clients find the authorization server | `jwt`, `jwks-http` |
//! | people with opaque tokens | `Introspection` (RFC 7662) | `jwks-http` |
//! | services on a network with certificates | `serve_https` with `ClientCertificates` | `mtls` |
//! | several of these | [`Authenticator::or`](crate::http::Authenticator::or): asked in order; the first one that recognizes the credential decides | |
//!
//! The docs of each type have an example, and `cargo run -p billing -- http 127.0.0.1:8787` in the repository can serve with each of them. To write your own, see the
//! [worked example](super::questions#identity).
//!
//! # Roles, plans and tokens for other services
//!
//! Your application often knows more about a caller than the guard needs. An authenticator attaches such data, each kind as a separate type,
//! and a body reads it by that type. No body sees the token or its claims directly:
//!
//! | source of the data | attach it with | when it is read |
//! |---|---|---|
//! | the process itself, on stdio, or a fixed key | [`Caller::with_data`](crate::Caller::with_data) | once |
//! | the claims of a token | `JwtBuilder::data_from`, `IntrospectionBuilder::data_from` | once for each token; kept as long as the token is remembered, up to a minute |
//! | the caller, or the request, with any authenticator | [`Authenticator::with_data`](crate::http::Authenticator::with_data) | for each request |
//! | something that takes time, such as a database | your own [`Authenticator`](crate::http::Authenticator) that wraps another one | as you decide |
//!
//! If attaching fails, the request is refused. Data appears in no log, no audit record and no `Debug` output. It grants nothing by itself, and the guard checks scopes and owners
//! before the body can read it.
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
//!     /// Show the total of all sales.
//!     #[secure_tool(scope = "reports:read", owner = caller("the numbers are the company's"), read_only)]
//!     async fn sales(&self, caller: &Caller) -> Result<Json<u32>, ToolError> {
//!         // A caller without the data is refused here, as `forbidden`.
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
//!     // A token is refused if its `roles` is not a list of strings.
//!     .data_from(|claims| Ok(Roles(claims.get("roles")?.unwrap_or_default())))
//!     .build()?;
//! # let server = SecureServer::builder(Reports).tool(Reports::sales()).build()?;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! A body that calls another service must not forward the caller's token, which was issued for this server only. Instead, exchange the token
//! for one that is valid for that service ([RFC 8693]). Attach an object that does the exchange and keeps the token private:
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
//! /// Gets tokens of other services for one caller. It has no `Debug` and no accessor, so that the token of this server cannot leak.
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
//!     #[secure_tool(scope = "calendar:read", owner = caller("the other service checks the owner"), read_only)]
//!     async fn appointments(&self, caller: &Caller) -> Result<Json<u32>, ToolError> {
//!         let token = caller.require::<Downstream>()?.token_for("https://calendar.example.com").await?;
//! #       let _ = token;
//!         // … ask the calendar with it.
//!         Ok(Json(0))
//!     }
//! }
//! ```
//!
//! # OAuth: discovery and step-up
//!
//! If the server has a [`resource`](crate::http::HttpOptions::resource), a client needs no configuration except the address ([RFC 9728], MCP "authorization"):
//!
//! 1. The client calls, and gets 401 with `resource_metadata` and a first `scope`: the smallest useful set ([`initial_scope`](crate::http::HttpOptions::initial_scope)).
//! 2. The protected resource metadata, at every well-known address, names the authorization servers and, in `scopes_supported`, [every scope of
//!    the server](#what-the-metadata-discloses).
//! 3. The person logs in at the authorization server, and the client gets a token for this resource ([RFC 8707]) with the scopes of the challenge.
//! 4. A call that needs more gets 403 with one `insufficient_scope` challenge, which names *all* the scopes of the operation. The client gets a
//!    better token and calls again ("step-up"). Lists show such tools with the scopes that they need, because a model calls only tools that it sees.
//!
//! The server sends the challenge of step 4 only if a better token would help: one of its [authorization
//! servers](crate::http::HttpOptions::authorization_servers) has issued the credential, the tool exists for this caller, and only scopes are missing. The decision uses the
//! body of the request and is made before the response starts. For every other credential, and on stdio, the result of the call is an error that names the missing scopes
//! ([`StepUp`](crate::http::StepUp) forces one or the other).
//!
//! [`scope_implies`](crate::ServerBuilder::scope_implies) declares that one scope includes others. Challenges name the scopes that the tool declares.
//!
//! ## What the metadata discloses
//!
//! Anybody can read the protected resource metadata, because a client needs it before it has a credential. Its `scopes_supported` lists every
//! scope of every tool, resource and prompt that the server offers, regardless of switches, allow lists and the caller. It leaves out only
//! items that this server was built without: items with `only_in(…)` another environment, and items that write if the builder lacks
//! [`allow_writes()`](crate::ServerBuilder::allow_writes). So the name of a scope must not disclose anything. Clients that follow the
//! challenges do not request the whole list: set [`initial_scope`](crate::http::HttpOptions::initial_scope) to the scopes that most callers
//! need first.
//!
//! # Why a token is refused
//!
//! The client learns `invalid_token` and no more. The reason is in the log of the application, as an event of [`tracing`] at the level `DEBUG`, with the target
//! `secure_tool::http::jwt` or `secure_tool::http::introspection`. To see it, install a subscriber at the beginning of `main`:
//!
//! ```ignore
//! // cargo add tracing-subscriber --features env-filter
//! tracing_subscriber::fmt()
//!     .with_env_filter(tracing_subscriber::EnvFilter::from_default_env()) // reads RUST_LOG
//!     .with_writer(std::io::stderr)                                       // on stdio, standard output belongs to the protocol
//!     .init();
//! ```
//!
//! ```text
//! $ RUST_LOG=info,secure_tool::http=debug cargo run -- http
//! DEBUG secure_tool::http::jwt: an access token was refused reason=Type
//! ```
//!
//! `reason` is the first check that failed. The rows are in the order of the checks:
//!
//! | `reason` | the token | what to do |
//! |---|---|---|
//! | `Form` | is not a JWT | For opaque tokens use `Introspection`. |
//! | `Claims` | has a payload that is not a JSON object, or that names a claim twice | Correct the issuer. |
//! | `Inactive` | is not `active`, says the authorization server (`Introspection` only) | Get a new token; check that the client uses this authorization server. |
//! | `Issuer` | has another `iss` than the builder; they are compared byte for byte | Copy the issuer from a token or from the provider's metadata, with or without the slash at its end. |
//! | `Algorithm` | is signed with an algorithm that is not an `Algorithm` of this library, or with `none` | Choose another algorithm at the issuer. |
//! | `Key` | names a key (`kid` and `alg`) that is not in the key set, or several keys of the set fit | Compare the `kid` with the keys of the `Jwks` or with `Key::with_id`; check that the address of the `Jwks` is that of this issuer. |
//! | `Critical` | has `crit`, `b64`, `zip` or `enc` in its header | Have the issuer send signed tokens without extensions or encryption. |
//! | `Type` | has another `typ` than `at+jwt` in its header; with `Introspection`, another `token_type` than `Bearer` | If it is an ID token, have the client send its access token. If the issuer's access tokens have the type `JWT` or none, call `allow_untyped()` on the builder and read its docs. |
//! | `Signature` | was changed, or was signed with another key of the same `kid` | Check that the keys belong to this environment of the issuer. |
//! | `Audience` | has no `aud` with the audience of the builder; they are compared byte for byte | Have the client request a token for this [`resource`](crate::http::HttpOptions::resource), and give the audience and the resource the same URI. |
//! | `Bound` | is bound to a certificate (`cnf`) that the connection was not opened with, or to something else, such as a DPoP key | Serve with `serve_https` and have the client present the certificate. DPoP is not supported. |
//! | `Time` | has no `exp`, or an `exp`, `nbf` or `iat` that is not a number of seconds | Correct the issuer. |
//! | `Expired` | has expired | Have the client refresh it; compare the clocks. |
//! | `NotYet` | has an `nbf` or `iat` in the future | Compare the clocks; `leeway` allows up to 60 s. |
//! | `Subject`, `TokenId`, `Client` | has no `sub`, or a `sub`, `jti`, `client_id` or `azp` that is not a text of 1 to 256 bytes without control characters | Correct the issuer; for `Client`, `client_claim` names another claim. |
//! | `Scope` | has a scope that is not valid, or a `scope` that is not one string | Name the claim that has the scopes with `scope_claim`. |
//! | `Tenant` | lacks the claim that `tenant_claim` names, or its value is not such a text | Have the issuer add the claim to access tokens, which often differ from ID tokens. |
//! | `Actor` | has an `act` without `sub`, or more than four of them in one another | Correct the issuer. |
//! | `Data` | was refused by your `data_from` closure, or the closure panicked | See the claims that the closure reads. |
//! | `Hook` | was refused by your `accept_if` closure | |
//! | `Unavailable` | was not checked: its keys or the authorization server cannot be reached, or too many tokens are waiting (HTTP 503) | See the warnings before this event. |
//!
//! If there is a 401 and no such event, the request has no `Authorization: Bearer` header or several, the token is longer than 8 KiB (`max_token_bytes`), or the
//! caller is [revoked](#revocation): then `rule` in the audit record says `revoked_…`. With several authenticators ([`or`](crate::http::Authenticator::or)), each
//! one that was asked leaves an event; `Form` and `Issuer` of a JWT authenticator only mean that the next one was asked.
//!
//! # Which client supports what
//!
//! | client | stdio | API key in a header | OAuth, step by step as above | client certificate |
//! |---|---|---|---|---|
//! | rmcp 3.11 (Rust), at 2025-06-18, 2025-11-25 and 2026-07-28 | tested | tested | tested, with the feature `auth` | yes, with your own `reqwest::Client` |
//! | `mcp` 2.3 (Python), at 2025-11-25 and 2026-07-28 | tested | tested | tested | yes, with your own `httpx2` client |
//! | `mcp` 1.30 (Python), at 2025-11-25 | tested | tested | yes | yes, with your own `httpx` client |
//! | `@modelcontextprotocol/client` 2.4 (TypeScript), at 2025-11-25 and 2026-07-28 | tested | tested | yes | |
//! | `@modelcontextprotocol/sdk` 1.32 (TypeScript), at 2025-11-25 | tested | tested | yes | |
//! | `curl` | | yes | with a token from elsewhere | yes |
//! | Claude Code | yes | yes (`--header`) | yes | |
//! | Claude Desktop, claude.ai connectors | yes (Desktop) | | yes | |
//! | VS Code | yes | yes (`headers`) | yes | |
//! | Cursor | yes | yes, where the server names no [`resource`](crate::http::HttpOptions::resource) | yes | |
//!
//! "Tested" means that CI runs this version ([what each client does](super::clients#tested-clients)). Over stdio and with an API key, every client passes the same cases: connect, list, an
//! allowed call, refusals (scope, absent and foreign object, rate), confirmation (yes, no, and without a
//! handler for elicitation), cancellation of a running call, and, over HTTP, a wrong key. Certificates are tested with `reqwest` only. The other cells
//! come from the documentation and the users of the clients in autumn 2026; an empty cell means "not documented". Some clients use a configured header only if the server offers no
//! OAuth: for them, use API keys and no `resource`.
//!
//! # One environment, one resource
//!
//! Give each environment its own canonical URI, as `audience` of the authenticator and as
//! [`resource`](crate::http::HttpOptions::resource). A token for staging is then invalid in production, even if the same issuer has
//! signed it. [`environment("production")`](crate::ServerBuilder::environment) on the builder is in every audit record, and tools
//! with `only_in("staging")` do not exist there: neither in lists, nor in metadata, nor for calls.
//!
//! # What a client keeps between requests
//!
//! The server offers no tasks and no streams to resume, so there are no ids of tasks or streams that could be stolen. A client keeps the sealed state of a
//! [confirmation](super::confirmation) and, before protocol 2026-07-28, a sealed [session](super::clients). Both are valid for the same principal only:
//! subject, tenant, client, issuer and actor. An approval is for one call. A cancellation reaches only calls of the same session or connection.
//!
//! # Revocation
//!
//! [`Revocations`](crate::Revocations) revoke a subject, client, token or key while the server runs: the next request is answered with 401,
//! and running calls are cut. An API key that is removed from its table, or from the file, is revoked in the same way. [`Switches`](crate::Switches) turn off single tools, or all of
//! them. For credentials that expire while they are in use see [confirmation](super::confirmation#credentials-that-expire).
//!
//! Revocations and switches are in memory. With a [shared store](crate::ServerBuilder::shared) they apply to all processes of the server; without one, tell each process.
//!
//! Authenticators that verify tokens remember them for up to a minute. If a revocation at the authorization server has to take effect at once,
//! `ask_again_before` of `Introspection` asks that server again just before a tool with this effect runs:
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
//! If the token is no longer valid, or now belongs to another caller, the call ends as `unauthenticated` before the body. If the authorization
//! server does not answer, the call ends as `unavailable`. Tools with a weaker effect use the remembered result. Signed tokens (JWT) have no
//! such check, because the authorization server is not asked about them.
//!
//! [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693
//! [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
