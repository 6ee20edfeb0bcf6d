//! Transports: what is limited before the guard, and how much of a server one caller can occupy.
//!
//! After this chapter you can set the limits of a server for the load that you expect, run it behind a proxy or with TLS, and find out why a request is refused with 403.
//!
//! HTTP is served by the library's own code, on hyper. Work that a stranger can cause is limited before it costs memory:
//!
//! | in this order | what is limited | by default |
//! |---|---|---|
//! | connection | connections in all, and from one address (an IPv6 address counts as its /64 network) | 1,024 and 128 |
//! | head | size and time; one [`Host` and at most one `Origin`](#a-403-for-a-host-or-an-origin), both allowed; one length | 24 KiB, 10 s |
//! | address | requests of any kind; failed logins, which are also recorded, once a burst | 200/s; 20, and then one every 3 s |
//! | caller | requests of any kind | 100/s |
//! | body | bytes and time; memory of all messages in flight, and of one caller's; the slowest are ended first | 1 MiB, 30 s; 16 MiB and 8 MiB |
//! | raw bytes | depth and number of values, before anything is parsed; no key twice in one object | 64 and 32,768 |
//! | answer | memory of all answers that wait for their readers, and of one caller's | 16 MiB and 8 MiB |
//!
//! [`HttpOptions`](crate::http::HttpOptions) has a method for each. On stdio the same limits apply to each line; a line that is not a valid
//! message gets a JSON-RPC error, and the connection continues.
//!
//! # What one caller can occupy
//!
//! No caller can shut out another one. Everything that callers share is bounded, and one caller (tenant and subject; without a credential, an
//! address) can occupy only a part of it:
//!
//! | what | in all | of one caller |
//! |---|---|---|
//! | calls of one tool at once, reads of one resource, uses of one prompt; lists and completions are counted separately: `concurrency(8, per_caller = 2)` | 256 | half, and at least 1 |
//! | blocking bodies, of all tools: `.blocking_bodies(256)`, below tokio's 512 threads | 256 | half |
//! | calls that wait for a person | 1,024 | 128 |
//! | calls that wait in [`Approvals`](crate::Approvals) | 1,024 | 16 |
//! | confirmations that were used, and are remembered so that they count once | 65,536 | 8,192 |
//! | calls of older clients in a session | 16,384 | 2,048 |
//!
//! A call takes its place before anything is loaded for it, and gives it back while a person is asked. A blocking body keeps its place until it
//! ends, even if its call was answered before. A caller without a free place is told at once when to come back; nothing waits in a queue.
//!
//! # TLS, proxies and hosts
//!
//! ```no_run
//! # use secure_tool::{http::{ApiKeys, HttpOptions}, prelude::*};
//! # async fn serve(server: SecureServer<()>, keys: ApiKeys, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//! let options = HttpOptions::default()
//!     .hosts(["mcp.example.com"]) // requests for other hosts are refused
//!     .behind_tls() // a proxy ends TLS
//!     .trusted_proxies(["10.0.0.0/8"])?; // whose `X-Forwarded-For` is believed
//! server.serve_http(listener, keys, options).await?;
//! # Ok(())
//! # }
//! ```
//!
//! `serve_http` refuses to serve plain HTTP on an address that others can reach, unless [`behind_tls`](crate::http::HttpOptions::behind_tls) says that TLS ends in
//! front of it. Connections from a trusted proxy do not count for the limit of one address, and a request without `X-Forwarded-For` counts for the proxy.
//! [`SecureServer::router`](crate::SecureServer::router) is for an application that has other routes; that application then accepts the connections and limits them.
//!
//! ## A 403 for a `Host` or an `Origin`
//!
//! A browser must not be able to reach a local server through a web page (DNS rebinding), so the server compares the `Host` and the `Origin` of
//! each request with lists. If one of them is not in its list, the response is 403 with the text "this Host header is not allowed" or "this
//! Origin header is not allowed". There is no log line, and the request has no audit record, because it is not a call. Compare the header with
//! the options:
//!
//! | header | allowed | by default |
//! |---|---|---|
//! | `Host` | the names in [`hosts`](crate::http::HttpOptions::hosts), which replace the default. A name without a port allows every port; `mcp.example.com:8443` allows this port only | `localhost`, `127.0.0.1`, `::1` |
//! | `Origin` | the origins in [`origins`](crate::http::HttpOptions::origins), which replace the default, and those in [`cors`](crate::http::HttpOptions::cors), which are added. Scheme, host and port have to match; `null` is never allowed. A request without an `Origin` passes | `http` on these three hosts, any port |
//!
//! Behind a proxy the usual cause is a `Host` that the proxy has rewritten (`127.0.0.1:8787`, or the name of a container): let the proxy pass
//! the header on, or add that name to `hosts`. If `curl` with the same address works and a browser does not, the `Origin` is the cause. A 403
//! with a `WWW-Authenticate` header is about [scopes](super::clients#when-a-missing-scope-is-a-403) instead.
//!
//! # Panics
//!
//! When a server is built, it installs a `panic` hook that keeps the messages of panics inside guarded bodies out of the log; they go to the
//! audit record. The hook passes every other panic on to the hook that was installed before. A binary that is built with `panic = "abort"` ends
//! with the first panic.
