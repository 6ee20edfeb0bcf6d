//! Clients and protocol versions: how calls are asked about, cancelled and cut, by protocol version and transport.
//!
//! After this chapter you know what a client can do at its protocol version, and why two clients may see the same server differently.
//!
//! Most clients speak 2025-06-18 or 2025-11-25, which begin with a handshake. Protocol 2026-07-28 has neither handshake nor sessions. One server serves all of
//! them at one address. This table lists the differences, each with the sentence of the specification behind it; the repository has a test for each cell
//! (`tests/tests/eras` and `progress.rs`).
//!
//! | | stdio, before 2026-07-28 | stdio, 2026-07-28 | HTTP, before 2026-07-28 | HTTP, 2026-07-28 |
//! |---|---|---|---|---|
//! | a person is **asked** | by the request `elicitation/create`, if the client has declared `elicitation` (1) | by the result `input_required`; the client calls again with the answer (2) | by `elicitation/create` on the event stream of the response; the answer is a separate POST (3) | as on stdio (2) |
//! | a call is **cancelled** | by `notifications/cancelled` with the id of the request (4) | the same (5) | the same, from the same session (4) | by closing the response (6); the notification is accepted and has no effect (7) |
//! | a **disconnect** | ends all calls (8) | ends all calls (8) | does not end a call of a session (9), unless it waits for a person, whose answer could no longer arrive; ends a call without a session (12) | ends the call (6) |
//! | a call **lacks a scope** | the result of the call says so | the same | 403 if a better token can be obtained, with the scopes that the token already has (10); otherwise the result of the call | 403 if a better token can be obtained (11); otherwise the result of the call |
//! | **progress** | by `notifications/progress`, if the request has a `progressToken` and the tool takes a [`&Progress`](crate::Progress) | the same | the same, on the event stream of the response, which begins with the first report; a call that reports nothing is answered with JSON (3) | the same (13) |
//!
//! 1. 2025-11-25, elicitation: "Clients that support elicitation MUST declare the `elicitation` capability during initialization". A client
//!    that has not declared it gets a refusal that says so.
//! 2. 2026-07-28, multi round-trip requests; and stdio: "The server MUST NOT write JSON-RPC requests to `stdout`", Streamable HTTP: "The server MUST NOT
//!    send independent JSON-RPC requests on this stream".
//! 3. 2025-11-25, transports: the server "MAY send JSON-RPC requests and notifications before sending the JSON-RPC response. These messages SHOULD relate
//!    to the originating client request".
//! 4. 2025-11-25, cancellation: a notification contains "the ID of the request to cancel", which a client has "previously issued". Two
//!    clients with one API key have two sessions, and cannot cancel each other's calls.
//! 5. 2026-07-28, cancellation: "stdio: There is no per-request stream to close. The client MUST send a `notifications/cancelled` notification".
//! 6. 2026-07-28, cancellation: "Closing the SSE response stream is the cancellation signal. The server MUST treat a client disconnect as cancellation of
//!    that request".
//! 7. 2026-07-28, cancellation: "No `notifications/cancelled` message is required or expected."
//! 8. stdio, shutdown: "Servers SHOULD exit promptly when their standard input is closed".
//! 9. 2025-11-25, transports: "Disconnection SHOULD NOT be interpreted as the client cancelling its request." The call runs at most until its timeout.
//! 10. 2025-11-25, authorization, "step-up". Clients of that version request exactly the scopes of the challenge, and would lose the others.
//! 11. 2026-07-28, authorization, "step-up authorization flow": the client asks for the union of both.
//! 12. Here the server deviates from (9). Without a session nobody can cancel such a call or fetch its result, and a client could abandon any number of them while each
//!     occupies a place of its tool. Clients that begin with `initialize` and send the `Mcp-Session-Id` that they receive are not affected.
//! 13. 2026-07-28, progress: notifications "MUST only reference tokens that were provided in an active request", and "MUST stop after completion". A token
//!     is a string of at most 256 bytes or a 64-bit integer; with any other token, a call reports no progress.
//!
//! Over HTTP, a half-closed connection counts as a disconnect, and so does a client that vanishes, as soon as keepalive packets detect it. Pipelined requests do not hide a disconnect, unless they exceed the
//! receive buffer of the operating system (usually 64 KiB): the end then arrives after them. Requests that have not begun at that point do not start.
//!
//! # Sessions of older clients
//!
//! `Mcp-Session-Id` is a sealed token: authenticated, encrypted, and bound to the principal that it was created for. The server stores nothing, so
//! a session costs no memory, and every process with the same [`KeyRing`](crate::KeyRing) accepts it. It ends after
//! [a day](crate::http::HttpOptions::session_lifetime). An expired session, and the session of another principal, is answered with 404, and the client begins again (2025-11-25,
//! session management). A session grants nothing: every request is authenticated. DELETE is answered with 405, because there is nothing to delete. GET is answered with 405 as well,
//! because the server sends messages on responses only.
//!
//! One process has room for 1,024 open questions and 16,384 calls that can be cancelled. With a shared store, an answer or a
//! cancellation that arrives at another node is [passed on](super::nodes#messages-between-nodes). A request without a session is served, too. Its call cannot ask a person, and the
//! refusal says so; it cannot be cancelled, and ends with its connection.
//!
//! When the server stops, calls that have not ended by the [deadline](crate::http::HttpOptions::drain) are cut. Their clients receive "The server is
//! stopping", as the answer or as the last event of the stream.
//!
//! # When a missing scope is a 403
//!
//! A 403 asks the client to get a better token. If the client cannot, the 403 looks like a broken server: the Python client of 2025 ends its session,
//! and several agents hang. So the server answers with 403 only if one of its [authorization servers](crate::http::HttpOptions::authorization_servers) has issued the credential,
//! that is, if the caller's [`issuer`](crate::Caller::issuer) is the name of one of them. For API keys and certificates the refusal is the result of the call, as on stdio. [`StepUp`](crate::http::StepUp)
//! forces one or the other.
//!
//! A model calls only tools that it sees. So callers with such credentials see all tools, each with the scopes that it needs in `_meta` under `secure-tool/scopes`. All other callers
//! see the tools that they may call. [`ListTools`](crate::http::ListTools) forces one or the other.
//!
//! Most responses with an HTTP error status have a JSON-RPC error in the body, which clients can show. The id of a 401 is null, because the
//! body was not read. The refusals of a method, a malformed head, a [`Host` or an `Origin`](super::transports#a-403-for-a-host-or-an-origin)
//! have plain text.
//!
//! # Tested clients
//!
//! [Who is calling](super::who_is_calling#which-client-supports-what) lists the clients, with the transports and credentials that each supports.
//! CI runs the clients that are marked as tested. Over stdio and with an API key, every client passes the same cases: it connects, lists the tools that the caller may call, and
//! calls one; it is refused for a scope (and continues), for an object that is absent or somebody else's, and for the rate; it confirms, declines, and is told why it
//! cannot be asked if it handles no elicitation; it cancels a running call, whose body is dropped (Python's 1.x has no method for it and sends the notification itself);
//! and over HTTP it is refused with a wrong key. `conformance/clients/run` in the repository prints the results; `tests/tests/three_protocols.rs` has those of rmcp.
