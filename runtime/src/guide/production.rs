//! Production checklist: what to decide before you go live, and the API for each point.
//!
//! After this chapter you can configure, start, stop and back up a server for real users, and show in a review that nothing was forgotten.
//!
//! # The example
//!
//! This server contains every point of the checklist that is code. Leave out what you do not need.
//!
//! ```no_run
//! # use secure_tool::prelude::*;
//! # struct Billing;
//! # impl Billing {
//! # /// Say when the desk is open.
//! # #[secure_tool(scope = "desk:read", owner = unowned("it is on the door"), read_only)]
//! # async fn hours(&self) -> &'static str { "9 to 5" }
//! # }
//! # async fn terminated() {}
//! use std::time::Duration;
//! use secure_tool::{
//!     AlertKind, Alerts, Durability, JsonLines, KeyRing, Per, Rate, Unit,
//!     http::{ApiKeys, CancellationToken, HttpOptions},
//! };
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let hour = Duration::from_secs(60 * 60);
//!     let server = SecureServer::builder(Billing)
//!         .tool(Billing::hours())
//!         .name("billing")
//!         .version(env!("CARGO_PKG_VERSION"))
//!         .environment("production")
//!         .keys(KeyRing::new(&std::fs::read("/run/secrets/keyring")?)?)
//!         .audit(JsonLines::append("/var/log/billing/audit.jsonl")?.durability(Durability::Intents))
//!         .alerts(Alerts::new().revoke_for(AlertKind::ForeignObjects, hour))
//!         .budget(Rate::new(600, Unit::Minute).per(Per::Caller))
//!         .default_timeout(Duration::from_secs(10))
//!         .build()?;
//!
//!     let keys = ApiKeys::from_file("/etc/billing/keys.jsonl")?;
//!     tokio::spawn(keys.follow("/etc/billing/keys.jsonl", Duration::from_secs(5)));
//!
//!     let stop = CancellationToken::new();
//!     tokio::spawn({
//!         let stop = stop.clone();
//!         async move {
//!             terminated().await; // SIGTERM
//!             stop.cancel();
//!         }
//!     });
//!
//!     let options = HttpOptions::default()
//!         .hosts(["mcp.example.com"])
//!         .behind_tls()                          // the proxy terminates TLS
//!         .trusted_proxies(["10.0.0.0/8"])?      // and says who the client is
//!         .stop_with(stop)
//!         .drain(Duration::from_secs(20));
//!     let listener = tokio::net::TcpListener::bind("0.0.0.0:8787").await?;
//!     server.serve_http(listener, keys, options).await?;
//!     Ok(())
//! }
//! ```
//!
//! # Identity
//!
//! | point | API |
//! |---|---|
//! | Choose how callers authenticate. | [who is calling](super::who_is_calling#choose-an-authenticator) |
//! | API keys: one for each person or program, with the scopes that it needs and an expiry. | [`key_command`](crate::http::key_command) with `--scopes` and `--expires-in` |
//! | Keep the key file readable for the server only; the library refuses a file that everybody may write to. | [`ApiKeys::from_file`](crate::http::ApiKeys::from_file) |
//! | OAuth: the audience is the canonical URI of *this* server and environment. | `JwtAuthenticator::builder(issuer, audience, keys)`, [`HttpOptions::resource`](crate::http::HttpOptions::resource) |
//! | Practise revoking: who does it, and how long it takes. | [`SecureServer::revocations`](crate::SecureServer::revocations), [`ApiKeys::remove`](crate::http::ApiKeys::remove) |
//! | Nobody has the override scope permanently. | [`override_scope`](crate::ServerBuilder::override_scope): leave it out, or grant it to a person for a single case |
//!
//! # Network
//!
//! | point | API |
//! |---|---|
//! | TLS ends in a proxy, or in this process. | [`behind_tls`](crate::http::HttpOptions::behind_tls), or `serve_https` with `TlsOptions` (feature `mtls`) |
//! | The server accepts its public name, and no other. | [`hosts`](crate::http::HttpOptions::hosts) |
//! | The server knows the addresses of clients behind a proxy. Otherwise all of them share the limits of one address. | [`trusted_proxies`](crate::http::HttpOptions::trusted_proxies) |
//! | The proxy does not buffer responses, and its timeout is longer than the longest `timeout` and [`confirmation_timeout`](crate::ServerBuilder::confirmation_timeout). | the configuration of the proxy |
//! | The proxy passes `Host`, `Origin`, `Authorization` and all `Mcp-*` headers on as they are. | the configuration of the proxy |
//! | Web pages that may call the server are named. | [`cors`](crate::http::HttpOptions::cors) |
//! | The server is not reachable around the proxy. | firewall, or a private address |
//!
//! # Limits and timeouts
//!
//! | point | API |
//! |---|---|
//! | Each tool has a rate that fits its cost, and expensive ones have a quota. | `rate`, `quota`, `cost`; [limits](super::limits) |
//! | All tools together have a budget. | [`budget`](crate::ServerBuilder::budget) |
//! | Each tool has a timeout that its clients wait for. | `timeout`, [`default_timeout`](crate::ServerBuilder::default_timeout) |
//! | Calls to other services within a body have their own timeout, shorter than that of the tool. | your HTTP or database client |
//! | The memory limits fit the machine: messages and answers take up to 16 MiB each by default, connections up to 24 KiB each. | [`max_memory_in_flight`](crate::http::HttpOptions::max_memory_in_flight), [`max_connections`](crate::http::HttpOptions::max_connections) |
//! | Blocking bodies stay well below the blocking threads of the runtime (512 by default). | [`blocking_bodies`](crate::ServerBuilder::blocking_bodies) |
//! | The profile does not say `panic = "abort"`: a panic in a body then ends the process. | `Cargo.toml` |
//!
//! # Effects
//!
//! | point | API |
//! |---|---|
//! | Tools that write are exposed on purpose. | [`allow_writes`](crate::ServerBuilder::allow_writes) |
//! | Destructive tools require confirmation; an operator confirms what the client itself must not be able to confirm. | [confirmation](super::confirmation) |
//! | Tools for tests do not exist in production. | [`environment`](crate::ServerBuilder::environment), `only_in("staging")` |
//! | The policy of all tools was reviewed, and a test fails if it changes. | [below](#a-test-for-the-policy) |
//!
//! # Audit, alerts and metrics
//!
//! | point | API |
//! |---|---|
//! | Records go to a file. Standard error is best effort. | [`JsonLines::append`](crate::JsonLines::append), or the ledger |
//! | Intents survive a loss of power, if that matters to you. | [`Durability::Intents`](crate::Durability::Intents) |
//! | The log is evidence: checkpoints are exported, and a job verifies the log. | `Ledger`, `LedgerOptions::export`, `ledger verify` ([audit](super::audit#a-log-that-is-evidence)) |
//! | The disk of the log cannot be filled by something else, and somebody watches it: a server that cannot record refuses calls. | [`on_audit_failure`](crate::ServerBuilder::on_audit_failure) |
//! | Old records are deleted as your rules on data retention say. | `LedgerOptions::retain`; with `JsonLines`, rename the file (`logrotate` without `copytruncate`): the server opens a new one |
//! | Alerts reach a person. | [`Alerts::to`](crate::Alerts::to), `AlertWebhook` (feature `webhook`) |
//! | Metrics and traces are exported, and rates of `failed` and `refused` have a dashboard. | feature `otel`, [`audit`](super::audit#metrics) |
//! | A canary object exists. | [`Resource::canary`](crate::Resource::canary) |
//! | Somebody has read [the table for an unclear outcome](super::audit#did-it-happen). | |
//!
//! # Incident controls
//!
//! | point | API |
//! |---|---|
//! | An operator can turn off one tool, all writes, or everything, without a deployment. | [`Switches::disable`](crate::Switches::disable), [`set_read_only`](crate::Switches::set_read_only), [`halt`](crate::Switches::halt) |
//! | An operator can shut out a subject, a client, a token or a key. | [`Revocations`](crate::Revocations) |
//! | These controls are reachable for operators only. | a separate listener; the library offers no remote control |
//!
//! # Rotation and backups
//!
//! | secret | rotate | back up |
//! |---|---|---|
//! | API key | add a second key for the same caller, hand it out, then remove the first line from the file. Removing it ends the calls that still use it | the key file; it contains no secrets, but anybody who can write to it can create keys |
//! | keys of the identity provider (JWKS) | nothing to do: they are fetched again every 15 minutes, and for a token with an unknown key | – |
//! | secret of the [`KeyRing`](crate::KeyRing) | give every process the new one with [`with_previous`](crate::KeyRing::with_previous), then make it the current one, then drop the old one | yes, in your secret store: without it open sessions and questions end |
//! | signing key of the ledger | begin a new log in a new directory, and keep the old one with its public key | the public key and the exported checkpoints, elsewhere. Do not copy the private key to where the checkpoints are |
//! | TLS certificate | restart the process: `TlsOptions` reads the files once | in your secret store |
//!
//! Back up the audit log like any evidence, and restore it into another directory: a server that continues an older copy of its log produces a second history.
//!
//! # Starting and stopping
//!
//! When the token of `stop_with` is cancelled, the server accepts nothing new, gives running calls the time of [`drain`](crate::http::HttpOptions::drain),
//! and then cuts and records the rest. Give the process more time than `drain` before it is killed (`terminationGracePeriodSeconds`, `TimeoutStopSec`).
//! After `kill -9` the log has the intents of the calls that were running.
//!
//! # Health check
//!
//! [`serve_http`](crate::SecureServer::serve_http) serves MCP and nothing else: every other path is 404, and the endpoint answers 401 without a
//! credential. So give the health check a separate listener, on an address that only the orchestrator reaches:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//!
//! async fn serve_health() -> std::io::Result<()> {
//!     // Answers as long as the runtime does. Ask your database here as well, if the server is useless without it.
//!     let health = Router::new().route("/healthz", get(async || "ok"));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8788").await?;
//!     axum::serve(listener, health).await
//! }
//! ```
//!
//! With [`SecureServer::router`](crate::SecureServer::router) you can serve both from one axum application, without the limits on connections and heads that `serve_http`
//! has.
//!
//! # More than one node
//!
//! Give all processes the same [`KeyRing`](crate::KeyRing) and one [shared store](crate::ServerBuilder::shared), and decide what happens while
//! the store is down. The chapter on [several processes](super::nodes) says what is exact then. Each process has its own audit log; collect all
//! of them.
//!
//! # A test for the policy
//!
//! [`SecureServer::policy`](crate::SecureServer::policy) lists what every item declares, with its opt-outs and fingerprints of its schemas. Keep it as a file in your repository and compare it in a test: a
//! changed policy then shows up in a review.
//!
//! ```
//! # use secure_tool::prelude::*;
//! # struct Billing;
//! # impl Billing {
//! # /// Say when the desk is open.
//! # #[secure_tool(scope = "desk:read", owner = unowned("it is on the door"), read_only)]
//! # async fn hours(&self) -> &'static str { "9 to 5" }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = SecureServer::builder(Billing).tool(Billing::hours()).build()?;
//! let policy = serde_json::to_string_pretty(server.policy())?;
//! // assert_eq!(policy, include_str!("../policy.json"));
//! assert!(policy.contains("it is on the door"));
//! # Ok(())
//! # }
//! ```
