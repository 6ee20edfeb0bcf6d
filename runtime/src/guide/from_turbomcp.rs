//! Coming from turbomcp: the counterpart of each construct, with a worked example.
//!
//! After this chapter you can port a server from turbomcp 4 (`4.0.0-alpha.1`). Both libraries turn methods into tools with an attribute. The
//! main difference is that here each function declares its own policy, and the guard enforces it.
//!
//! # Server
//!
//! | turbomcp | here |
//! |---|---|
//! | `#[server(name = "…", version = "…")]` on the `impl` block | nothing on the block; `SecureServer::builder(state).name("…").version("…")` and `.tool(Desk::read_note())` for each tool |
//! | `#[server(protocols(…))]` | nothing: 2025-06-18, 2025-11-25 and 2026-07-28 are served |
//! | `#[derive(Clone)]` and `Arc<RwLock<…>>` around the state | the state itself, which is shared; interior mutability where it changes |
//! | `MyServer.run_stdio()` | [`serve_stdio(caller)`](crate::SecureServer::serve_stdio): you say who the caller is |
//! | `.run_http(address, HttpConfig::new())` | [`serve_http(listener, authenticator, options)`](crate::SecureServer::serve_http): an authenticator is required |
//! | WebSocket | not offered |
//! | `ResourceServer` with a `JwtValidator` (feature `auth`) | `JwtAuthenticator` (feature `jwt`) |
//! | `tower::Layer` around the dispatcher | most uses have a declaration: rates, timeouts, concurrency, [audit](super::audit), [`Inspect`](crate::Inspect). There is no general hook, because the guard has to see every message |
//! | rate limits by identity | `rate`, `quota` and `cost` on the tool, [`budget`](crate::ServerBuilder::budget) on the server |
//! | `with_visibility` | automatic: callers see what their scopes allow ([`ListTools`](crate::http::ListTools)); [`Switches`](crate::Switches) and `only_in(…)` |
//! | `Composite`, `mount`, `mount_flat` | register the tools of several types on one state, as free functions or methods of that state; or one server for each |
//! | `TraceContextLayer`, `MetricsLayer` (feature `telemetry`) | feature `otel` |
//! | tasks (feature `ext-tasks`), subscriptions, response caching, the client | not offered |
//!
//! # Tools, resources and prompts
//!
//! | turbomcp | here |
//! |---|---|
//! | `#[tool(description = "…")]` | `#[secure_tool(scope = …, owner = …)]`, and a doc comment |
//! | `scopes("a", "b")` | `scope = all("a", "b")`; required on every tool |
//! | hints `read_only`, `destructive` | the same words, and they are enforced |
//! | hints `idempotent`, `open_world = false` | `hints(idempotent, closed_world)` |
//! | `tags(…)` | `meta(…)` for clients that know the key; for access use scopes |
//! | parameters `id: String` | `note: Owned<Note>`, or a key type that `owner` names |
//! | `ctx: &CallToolContext`, its identity | [`&Caller`](crate::Caller), [`&Call`](crate::Call), [`&Progress`](crate::Progress) |
//! | `ctx.client.elicit(…)` in the body | `confirm = "…"` for a yes, [`Asked<T>`](crate::Asked) for a value: asked before the body, so that nothing has to be idempotent |
//! | sampling, roots, client logging | not offered |
//! | `McpResult<T>`, `McpError` | `Result<T, ToolError>`, or an enum that derives [`ToolFailure`](trait@crate::ToolFailure) |
//! | `Json<T>` | [`Json<T>`](crate::Json), or [`Mine<T>`](crate::Mine) |
//! | `neutral::CallToolResult` | [`Answer`](crate::Answer) |
//! | `#[resource("notes://{id}")]` | `#[secure_resource(uri = "notes://{note}", …)]`, level 1 of RFC 6570: no `{+path}` |
//! | `#[prompt]` returning text | `#[secure_prompt(…)]` returning [`Prompt`](crate::Prompt) |
//! | `#[completion]` for the whole server | `#[arg(complete = …)]` for one argument |
//! | `#[mcp_header]` on a parameter | not offered |
//!
//! # An example
//!
//! A tool of the example `stateful` of turbomcp keeps named counters in one map for everybody:
//!
//! ```text
//! #[derive(Clone)]
//! struct CounterServer { counters: Arc<RwLock<HashMap<String, i64>>> }
//!
//! #[server(name = "counter", version = "1.0.0")]
//! impl CounterServer {
//!     /// Increment a counter by name, returning its new value.
//!     #[tool(description = "Increment a counter by name")]
//!     async fn increment(&self, name: String) -> McpResult<i64> {
//!         let mut counters = self.counters.write().await;
//!         let counter = counters.entry(name).or_insert(0);
//!         *counter += 1;
//!         Ok(*counter)
//!     }
//! }
//! ```
//!
//! The port has to answer a question that the original does not ask: whose counters are these? Here each caller has their own:
//!
//! ```
//! use std::{collections::HashMap, sync::{Mutex, PoisonError}};
//! use secure_tool::prelude::*;
//!
//! struct Counters { by_owner: Mutex<HashMap<(String, String), i64>> }
//!
//! impl Counters {
//!     /// Increment a counter of the caller, and return its new value.
//!     #[secure_tool(scope = "counters:write", owner = caller)]
//!     async fn increment(
//!         &self,
//!         caller: &Caller,
//!         /// The name of the counter.
//!         #[arg(min_len = 1, max_len = 40)]
//!         name: String,
//!     ) -> i64 {
//!         let mut counters = self.by_owner.lock().unwrap_or_else(PoisonError::into_inner);
//!         let counter = counters.entry((caller.subject().to_owned(), name)).or_insert(0);
//!         *counter += 1;
//!         *counter
//!     }
//!
//!     /// Read a counter of the caller.
//!     #[secure_tool(scope = "counters:read", owner = caller("a number, which belongs to no row"), read_only)]
//!     async fn get(
//!         &self,
//!         caller: &Caller,
//!         /// The name of the counter.
//!         #[arg(min_len = 1, max_len = 40)]
//!         name: String,
//!     ) -> i64 {
//!         let counters = self.by_owner.lock().unwrap_or_else(PoisonError::into_inner);
//!         counters.get(&(caller.subject().to_owned(), name)).copied().unwrap_or(0)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = SecureServer::builder(Counters { by_owner: Mutex::default() })
//!     .name("counter")
//!     .version("1.0.0")
//!     .tool(Counters::increment())
//!     .tool(Counters::get())
//!     .allow_writes() // without it, `increment` is an unknown tool
//!     .build()?;
//!
//! # use std::sync::Arc;
//! # let by = |name: &str| Arc::new(Caller::local(name).with_scopes(["counters:read", "counters:write"]));
//! # let arguments = || serde_json::json!({"name": "visits"}).as_object().cloned().unwrap_or_default();
//! assert_eq!(server.call(&by("alice"), "increment", arguments()).await.text(), "1");
//! assert_eq!(server.call(&by("alice"), "get", arguments()).await.text(), "1");
//! assert_eq!(server.call(&by("bob"), "get", arguments()).await.text(), "0"); // Bob has his own counters
//! # Ok(())
//! # }
//! ```
//!
//! In a real server, a map that callers fill also needs a bound: a quota per caller, or a largest number of entries.
